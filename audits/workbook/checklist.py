"""A centre's own checklist, of whatever form: which column says what, and what its rows become."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter

from audits.tabular import TableError, read_table
from audits.workbook.layout import ANSWERS, NOT_APPLICABLE
from audits.workbook.reader import ReadCell, ReadRow, ReadSheet
from audits.workbook.texts import tidy
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from audits.workbook.seal import Sent

    Lines = list[tuple[int, list[str]]]

MOST_ROWS, MOST_COLUMNS = 2_000, 60
MOST_VALUES = 30  # different things in the column of levels
SAMPLE = 60  # letters of a heading that are shown
NOWHERE = -1
_CODE = re.compile(r"\s*([A-Za-z]+)[.\s]*(\d+(?:\s*\.\s*\d+)*)\.?(?![\w])")
_LEVEL = re.compile(r"\s*(?:level|stufe|等级|等級|l)?\s*(\d)(?:\.0+)?(?![\d.,])", re.IGNORECASE)
_NA = frozenset({"na", "n/a", "n.a.", "n.a", "-", "–", "not applicable", "不适用", "不適用", "entfällt"})
_NO = frozenset({"", "0", "no", "n", "false", "否", "nein", "applicable", "适用", "適用"})
_NOTE_WORDS = ("note", "comment", "remark", "observation", "evidence", "备注", "備註", "说明", "說明", "bemerkung")
_NA_WORDS = ("n/a", "not applicable", "不适用", "不適用")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand, from 0, ``NOWHERE`` where they do not; ``levels`` says what each value found is worth.

    ``header`` is the line of the headings. ``keep``: what is answered already stays as it is.
    """

    header: int
    code: int
    level: int
    na: int = NOWHERE
    note: int = NOWHERE
    levels: Mapping[str, str] = field(default_factory=dict)
    keep: bool = True


def read_checklist(path: Path, *, encoding: str = "") -> Lines:
    """Return (line, cells as texts) of a CSV file or of the first sheet of a workbook. Raises ``TableError``."""
    lines: Lines = []
    for line, cells in read_table(path, encoding=encoding):
        lines.append((line, [_text(cell) for cell in cells[:MOST_COLUMNS]]))
        if len(lines) > MOST_ROWS:
            raise TableError(_("A checklist may have {most:,} rows here."), most=MOST_ROWS)
    if not lines:
        raise TableError(_("The file is empty."))
    return lines


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return tidy(str(cell)).replace("\x00", "")


def code_in(text: str, known: Collection[str]) -> str:
    """Return the code of a criterion with which a text begins, "" where there is none that is known.

    >>> code_in("A.1.2 Vision of the centre", {"A1.2"})
    'A1.2'
    """
    match = _CODE.match(text)
    if match is None:
        return ""
    code = match[1].upper() + re.sub(r"\s", "", match[2])
    return code if code in known else ""


def headings(lines: Lines, header: int) -> list[tuple[int, str]]:
    """Return (place, letter and heading) of every column."""
    width = max(len(cells) for _line, cells in lines)
    words = next((cells for line, cells in lines if line == header), [])
    names = [words[place][:SAMPLE] if place < len(words) else "" for place in range(width)]
    return [(place, f"{get_column_letter(place + 1)} {name}".strip()) for place, name in enumerate(names)]


def guess(lines: Lines, known: Collection[str]) -> Columns:
    """Guess the columns by what stands in them, and by their headings where that says nothing."""
    width = max(len(cells) for _line, cells in lines)
    code = max(range(width), key=lambda place: sum(bool(code_in(cell, known)) for cell in _column(lines, place)))
    first = next((at for at, (_line, cells) in enumerate(lines) if code_in(_cell(cells, code), known)), 1)
    above = [line for line, cells in lines[:first] if sum(map(bool, cells)) > 1]
    header = above[-1] if above else lines[max(first - 1, 0)][0]
    rows = [cells for _line, cells in lines if code_in(_cell(cells, code), known)]
    others = [place for place in range(width) if place != code]
    scores = {place: sum(bool(level_of(_cell(cells, place))) for cells in rows) for place in others}
    level = max(scores, key=lambda place: scores[place], default=code)
    names = {place: name.casefold() for place, name in headings(lines, header) if place not in {code, level}}
    found = Columns(header, code, level, _named(names, _NA_WORDS), _named(names, _NOTE_WORDS))
    values = values_found(lines, found, known)
    return Columns(header, code, level, found.na, found.note, {value: level_of(value) for value in values})


def _named(names: Mapping[int, str], words: Iterable[str]) -> int:
    return next((place for word in words for place, name in names.items() if word in name), NOWHERE)


def _column(lines: Lines, place: int) -> Iterable[str]:
    return (_cell(cells, place) for _line, cells in lines)


def _cell(cells: list[str], place: int) -> str:
    return cells[place] if 0 <= place < len(cells) else ""


def level_of(value: str) -> str:
    """Return what a value is likely worth: a level, na, or "" where nobody can tell."""
    if value.casefold() in _NA:
        return NOT_APPLICABLE
    match = _LEVEL.match(value)
    return match[1] if match else ""


def values_found(lines: Lines, columns: Columns, known: Collection[str]) -> list[str]:
    """Return the different values in the column of levels, the frequent ones first."""
    cells = (_cell(row, columns.level) for _line, row in lines if code_in(_cell(row, columns.code), known))
    return [value for value, _count in Counter(filter(None, cells)).most_common(MOST_VALUES)]


def as_sheet(lines: Lines, columns: Columns, sent: Mapping[str, Sent], *, title: str) -> ReadSheet:
    """Return the rows below the headings as a sheet of answers; headings of blocks, without a level, fall away."""
    rows = (_row(line, cells, columns, sent, title) for line, cells in lines if line > columns.header)
    places = {"level": columns.level, "na_reason": columns.note, "note": columns.note}
    letters = {key: get_column_letter(place + 1) for key, place in places.items() if place != NOWHERE}
    return ReadSheet(ANSWERS, title, tuple(row for row in rows if row is not None), letters, ())


def _row(line: int, cells: list[str], columns: Columns, sent: Mapping[str, Sent], title: str) -> ReadRow | None:
    written, value = _cell(cells, columns.code), _cell(cells, columns.level)
    mark, note = _cell(cells, columns.na), _cell(cells, columns.note)
    is_na = mark.casefold() not in _NO or columns.levels.get(value) == NOT_APPLICABLE
    code = code_in(written, sent)
    if not code:
        return ReadRow(line, written[:SAMPLE], "", {}) if written and (value or is_na) else None
    found = {"level": NOT_APPLICABLE if is_na else columns.levels.get(value, ""), "na_reason": "", "note": note}
    if is_na:  # what is written beside N/A is why
        found |= {"na_reason": note, "note": ""}
    base = sent[code]
    if columns.keep and base.values["level"]:
        found = {}
    places = {"level": columns.na if is_na and columns.na != NOWHERE else columns.level}
    addressed = {
        key: ReadCell(f"{title}!{get_column_letter(places.get(key, columns.note) + 1)}{line}", text)
        for key, text in found.items()
        if text
    }
    return ReadRow(line, code, str(base.rev), addressed)

"""Read a workbook that came back: sheets by their keys, rows by their ids, cells strictly by their kind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits.workbook.grid import read_grids
from audits.workbook.layout import BETWEEN, BY_ID_KEY, CHOICES, MESSAGE, NO, README, SERVER_VALUE, STATUS, YES
from audits.workbook.seal import WorkbookError, unsealed
from audits.workbook.texts import tidy, unescaped
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audits.workbook.grid import Cell, Grid
    from audits.workbook.layout import Column, Layout
    from audits.workbook.seal import Exported, Meta, Sign

KEYS_WITHIN = 10  # rows in which the keys are looked for: somebody may have put a title above them
_OURS = frozenset({STATUS, MESSAGE, SERVER_VALUE})
NO_TEXT, NO_DATE, NO_CODE, AN_ERROR = "no_text", "no_date", "no_code", "error_value"


@dataclass(frozen=True, slots=True)
class ReadCell:
    """What somebody left in a cell: a text, or the code of why it cannot be read as what the column holds."""

    address: str
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row under the labels: its place, its id and revision as they stand there, and the filled cells by key."""

    line: int
    id: str
    rev: str
    cells: dict[str, ReadCell]


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet that was recognised, whatever its name is by now. ``columns`` holds the letter of each known key."""

    layout: Layout
    title: str
    rows: tuple[ReadRow, ...]
    columns: dict[str, str]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """A whole workbook that came back, and what it was when it went out; ``sealed`` is its hidden sheet."""

    sealed: list[tuple[str, str]]
    meta: Meta
    exported: Exported
    sheets: tuple[ReadSheet, ...]
    ignored: tuple[str, ...] = field(default=())


def read_workbook(path: Path, sign: Sign) -> Returned:
    """Read a workbook. Raises ``WorkbookError`` for anything that makes it unusable as a whole."""
    grids = read_grids(path)
    hidden = next((grid for grid in grids if _is_meta(grid)), None)
    sealed = list(_pairs(hidden)) if hidden else []
    meta, exported = unsealed(sealed, sign)
    sheets: list[ReadSheet] = []
    ignored: list[str] = []
    for grid in grids:
        place = _keys(grid)
        if place is None:
            if grid is not hidden and grid.title not in {README, CHOICES}:
                ignored.append(grid.title)
            continue
        sheet = _sheet(grid, *place)
        twice = next((each.title for each in sheets if each.layout is sheet.layout), None)
        if twice is not None:
            raise WorkbookError(
                _("Sheets {one} and {other} hold the same: remove one of them."), one=twice, other=grid.title
            )
        sheets.append(sheet)
    if not sheets:
        raise WorkbookError(_("No sheet has the keys in its first row any more: export the workbook anew."))
    return Returned(sealed, meta, exported, tuple(sheets), tuple(ignored))


def _is_meta(grid: Grid) -> bool:
    """Know the hidden sheet by its signature, whatever somebody called it."""
    return any(row[1].value == "hmac" for row in grid.rows.values() if 1 in row)


def _pairs(grid: Grid) -> Iterator[tuple[str, str]]:
    for _line, row in sorted(grid.rows.items()):
        if 1 in row and 2 in row:  # noqa: PLR2004 - key and value
            yield str(row[1].value), unescaped(str(row[2].value))


def _keys(grid: Grid) -> tuple[int, Layout] | None:
    """Return the row of the keys and the sheet that they stand for."""
    for line in sorted(grid.rows)[:KEYS_WITHIN]:
        for cell in grid.rows[line].values():
            layout = BY_ID_KEY.get(str(cell.value).strip())
            if layout:
                return line, layout
    return None


def _sheet(grid: Grid, line: int, layout: Layout) -> ReadSheet:
    if grid.merged:
        raise WorkbookError(_("Sheet {sheet} has merged cells: take the merging back."), sheet=grid.title)
    known = {column.key: column for column in layout.columns}
    places: dict[str, int] = {}
    ignored = []
    for place, cell in sorted(grid.rows[line].items()):
        key = str(cell.value).strip()
        if key in places:
            raise WorkbookError(_("Sheet {sheet}: the key {key} is there twice."), sheet=grid.title, key=key)
        if key in known:
            places[key] = place
        elif key not in _OURS:
            ignored.append(cell.address)
    if "_rev" not in places:
        raise WorkbookError(_("Sheet {sheet}: the column _rev is missing: export it anew."), sheet=grid.title)
    below = (number for number in sorted(grid.rows) if number > line)
    rows = [_row(number, grid.rows[number], places, known, grid.title) for number in below]
    letters = {key: "".join(filter(str.isalpha, grid.rows[line][place].address)) for key, place in places.items()}
    # The labels say the key in this one column, in any language.
    kept = tuple(row for row in rows if row and row.id != layout.id_key)
    return ReadSheet(layout, grid.title, kept, letters, tuple(ignored))


def _row(
    line: int, cells: dict[int, Cell], places: dict[str, int], known: dict[str, Column], title: str
) -> ReadRow | None:
    found = {key: read_cell(known[key], cells[place], title) for key, place in places.items() if place in cells}
    found = {key: cell for key, cell in found.items() if cell.text or cell.fault}
    ids = [cell.text for key, cell in found.items() if known[key].kind == "id"]
    rev = found["_rev"].text if "_rev" in found else ""
    if not ids and not any(known[key].is_editable for key in found):
        return None
    return ReadRow(line, ids[0] if ids else "", rev, found)


def read_cell(column: Column, cell: Cell, title: str) -> ReadCell:
    """Read one cell as what its column holds; numbers, dates and truth values are never guessed from texts."""
    address = f"{title}!{cell.address}"
    if cell.kind == "e":
        return ReadCell(address, str(cell.value), AN_ERROR)
    if isinstance(cell.value, str):
        return _from_text(column, unescaped(cell.value), address)
    if isinstance(cell.value, (dt.datetime, dt.date)):
        return _from_date(column, cell.value, address)
    if isinstance(cell.value, bool):
        is_yes_no = column.choices == "yes_no"
        return ReadCell(address, YES if cell.value else NO, "" if is_yes_no else _fault(column))
    if isinstance(cell.value, (int, float)):
        return _from_number(column, cell.value, address)
    return ReadCell(address, str(cell.value), _fault(column))


def _fault(column: Column) -> str:
    return NO_DATE if column.kind == "date" else NO_CODE if column.kind in {"code", "codes"} else NO_TEXT


def _from_text(column: Column, text: str, address: str) -> ReadCell:
    plain = tidy(text)
    if column.kind == "codes":
        plain = BETWEEN.join(part.strip() for part in plain.split(BETWEEN) if part.strip())
    is_bad_date = column.kind == "date" and plain and not plain.startswith("#") and not _is_day(plain)
    return ReadCell(address, plain, NO_DATE if is_bad_date else "")


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _from_date(column: Column, value: dt.date, address: str) -> ReadCell:
    if column.kind != "date":
        return ReadCell(address, value.isoformat(), _fault(column))
    whole = not isinstance(value, dt.datetime) or value.time() == dt.time()
    day = value.date() if isinstance(value, dt.datetime) else value
    return ReadCell(address, day.isoformat(), "" if whole else NO_DATE)


def _from_number(column: Column, value: float, address: str) -> ReadCell:
    """A whole number is its digits, for a code and for a text alike; any other is as the file writes it."""
    whole = isinstance(value, int) or value.is_integer()
    text = str(int(value)) if whole else repr(value)
    if column.kind in {"date", "codes"} or (column.kind == "code" and not whole):
        return ReadCell(address, text, _fault(column))
    return ReadCell(address, text)

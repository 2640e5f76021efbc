"""Write a workbook. Every text is a text, whatever it begins with; columns that may be filled in are white.

openpyxl makes the workbook: sheets, styles, lists of choices. The rows are written into it as XML of our own: all cells
are texts of a few styles, for which openpyxl would take three times as long.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from audits.workbook.layout import CHOICES, LABEL_ROW, MESSAGE, META, README, SERVER_VALUE, SHEETS, STATUS
from audits.workbook.texts import carried, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from audits.workbook.layout import Column, Layout

    Line = Sequence[tuple[str, str]]  # cells as (text, style)

SPARE = 200  # rows below the last one in which a list of choices still opens
_TOP = Alignment(vertical="top", wrap_text=True)
_LINE = Side("thin", color="D3DBD9")
_GRID = Border(_LINE, _LINE, _LINE, _LINE)
LINE_HEIGHT, TALLEST = 14.5, 409  # points; beyond the second a spreadsheet shows no row
# A letter of Chinese is as wide as two others.
_WIDE = re.compile("[\u2e80-\uffdc]")
_NOTED = (STATUS, MESSAGE, SERVER_VALUE)
_HIDDEN = frozenset({"id", "rev"})
_WRAPPING = frozenset({"plain", "shown", "head"})
_EMPTY = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
STYLES: dict[str, dict[str, Any]] = {
    "key": {"font": Font(size=8, color="6B7775")},
    "head": {
        "font": Font(bold=True, color="FFFFFF"),
        "fill": PatternFill("solid", fgColor="10302F"),
        "alignment": _TOP,
    },
    "name": {"font": Font(bold=True, color="10302F"), "number_format": "@", "alignment": _TOP},
    "plain": {"number_format": "@", "alignment": _TOP, "border": _GRID},
    "shown": {
        "number_format": "@",
        "alignment": _TOP,
        "fill": PatternFill("solid", fgColor="EEF1F0"),
        "border": _GRID,
    },
    "folded": {
        "number_format": "@",
        "alignment": Alignment(vertical="top"),
        "fill": PatternFill("solid", fgColor="EEF1F0"),
        "border": _GRID,
    },
    "code": {"number_format": "@", "alignment": Alignment(vertical="top", horizontal="center"), "border": _GRID},
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: texts by column key. ``notes`` are what became of it, in the order of ``_status`` and so on."""

    values: Mapping[str, str]
    notes: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a workbook says: rows by sheet, choices as (code, label), labels by column key, the hidden sheet."""

    title: str
    readme: Sequence[tuple[str, str]]
    rows: Mapping[str, Sequence[Row]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    labels: Mapping[str, str]
    meta: Sequence[tuple[str, str]] = field(default_factory=list)


def write_workbook(content: Content) -> bytes:
    """Return the workbook as XLSX."""
    book = Workbook()
    book.properties.creator, book.properties.title = "Touchstone", carried(content.title)
    first: Any = book.active
    first.title = README
    styles = _registered(first)
    lines: list[Iterable[Line]] = [_plain(first, content.readme, widths=(22, 100), names=True)]
    lines += [_sheet(book.create_sheet(each.name), each, content) for each in SHEETS if each.name in content.rows]
    keys = ("list", "code", "label")
    heads: list[Line] = [[(key, "key") for key in keys], [(content.labels.get(key, key), "head") for key in keys]]
    listed = [(name, code, label) for name, pairs in content.choices.items() for code, label in pairs]
    choices = book.create_sheet(CHOICES)
    choices.freeze_panes = f"A{LABEL_ROW + 1}"
    lines.append([*heads, *_plain(choices, listed, widths=(18, 18, 60))])
    if content.meta:
        hidden = book.create_sheet(META)
        hidden.sheet_state = "hidden"
        lines.append(_plain(hidden, [("key", "value"), *content.meta], widths=(20, 60)))
    for sheet in book.worksheets:
        _print_wide(sheet)
    frame = io.BytesIO()
    book.save(frame)
    sized = [(each, _widths(sheet)) for each, sheet in zip(lines, book.worksheets, strict=True)]
    return _filled(frame, [_xml(each, styles, widths) for each, widths in sized])


def _print_wide(sheet: Worksheet) -> None:
    """On paper a sheet is as wide as the page, with its labels on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    if sheet.freeze_panes:
        sheet.print_title_rows = f"{LABEL_ROW}:{LABEL_ROW}"


def _widths(sheet: Worksheet) -> list[float]:
    """Return how many letters fit beside each other, by column; none where the row's height does not depend on it."""
    found = sheet.column_dimensions
    return [0 if each.hidden else each.width for each in (found[letter] for letter in sorted(found, key=_place))]


def _place(letter: str) -> tuple[int, str]:
    return len(letter), letter


def _registered(sheet: Worksheet) -> dict[str, int]:
    """Make the styles known to the book; return their numbers."""
    numbers = {}
    for name, parts in STYLES.items():
        cell: Any = sheet["A1"]
        for part, value in parts.items():
            setattr(cell, part, value)
        numbers[name] = cell.style_id
        del sheet._cells[1, 1]  # noqa: SLF001 - the sheet is to be empty again
    return numbers


def _filled(frame: io.BytesIO, sheets: list[bytes]) -> bytes:
    """Put the rows into the sheets of a workbook without any."""
    file = io.BytesIO()
    with zipfile.ZipFile(frame) as empty, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        for name in empty.namelist():
            data = empty.read(name)
            if name.startswith("xl/worksheets/sheet"):
                number = int(name.removeprefix("xl/worksheets/sheet").removesuffix(".xml"))
                before, after = _EMPTY.split(data, maxsplit=1)
                data = before + sheets[number - 1] + after
            book.writestr(name, data)
    return file.getvalue()


def _xml(lines: Iterable[Line], styles: Mapping[str, int], widths: Sequence[float]) -> bytes:
    parts = ["<sheetData>"]
    for number, line in enumerate(lines, start=1):
        parts.append(f'<row r="{number}" ht="{_height(line, widths)}">')
        for place, (text, style) in enumerate(line, start=1):
            head = f'<c r="{get_column_letter(place)}{number}" s="{styles[style]}"'
            if text:
                parts.append(f'{head} t="inlineStr"><is><t>{escape(escaped(carried(text)))}</t></is></c>')
            elif style not in {"shown", "folded"}:
                parts.append(f"{head}/>")
        parts.append("</row>")
    parts.append("</sheetData>")
    return "".join(parts).encode()


def _height(line: Line, widths: Sequence[float]) -> float:
    """Return the height in which the texts of a row are whole: spreadsheets do not all find it themselves."""
    most = max(
        (_lines_of(text, width) for (text, style), width in zip(line, widths, strict=False) if style in _WRAPPING),
        default=1,
    )
    return min(most * LINE_HEIGHT, TALLEST)


def _lines_of(text: str, width: float) -> int:
    """Return in how many lines a text goes; words are broken where they end, which takes a tenth more."""
    if not width or not text:
        return 1
    if text.isascii() and "\n" not in text:
        return math.ceil(len(text) * 1.1 / width)
    return sum(max(1, math.ceil((len(each) + len(_WIDE.findall(each))) * 1.1 / width)) for each in text.split("\n"))


def _plain(
    sheet: Worksheet, rows: Iterable[tuple[str, ...]], *, widths: Sequence[int], names: bool = False
) -> Iterator[Line]:
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    return ([(text, "name" if names and place == 0 else "plain") for place, text in enumerate(row)] for row in rows)


def _sheet(sheet: Worksheet, layout: Layout, content: Content) -> Iterator[Line]:
    rows = content.rows[layout.name]
    noted = _NOTED if any(row.notes for row in rows) else ()
    for place, column in enumerate(layout.columns, start=1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width, dimension.hidden = column.width, column.kind in _HIDDEN
        if layout.takes_new:  # what is typed below the last row stays as it was typed, "007" and "=1" too
            dimension.number_format, dimension.alignment = "@", _TOP
    for place in range(len(layout.columns) + 1, len(layout.columns) + len(noted) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 36
    sheet.freeze_panes = f"A{LABEL_ROW + 1}"
    _offer(sheet, layout, content, last=LABEL_ROW + len(rows) + (SPARE if layout.takes_new else 0))
    return _lines(layout, content, noted)


def _lines(layout: Layout, content: Content, noted: tuple[str, ...]) -> Iterator[Line]:
    keys = [column.key for column in layout.columns] + list(noted)
    yield [(key, "key") for key in keys]
    yield [(content.labels.get(key, key), "head") for key in keys]
    styles = [(column.key, _style(column)) for column in layout.columns]
    for row in content.rows[layout.name]:
        cells = [(row.values.get(key, ""), style) for key, style in styles]
        yield cells + [(text, "shown") for text in (row.notes or ()) if noted]


def _style(column: Column) -> str:
    if not column.is_editable:
        return "shown" if column.wraps else "folded"
    return "code" if column.kind == "code" else "plain"


def _offer(sheet: Worksheet, layout: Layout, content: Content, *, last: int) -> None:
    """Let the cells of a column of codes open the list on the sheet of choices."""
    places, at = {}, LABEL_ROW + 1
    for name, pairs in content.choices.items():
        places[name] = (at, at + len(pairs) - 1)
        at += len(pairs)
    for place, column in enumerate(layout.columns, start=1):
        if column.kind == "code" and content.choices.get(column.choices) and last > LABEL_ROW:
            first, end = places[column.choices]
            offered = DataValidation("list", formula1=f"{CHOICES}!$B${first}:$B${end}", allow_blank=True)
            offered.showErrorMessage = False  # a wrong code is told in words when it comes back
            letter = get_column_letter(place)
            offered.add(f"{letter}{LABEL_ROW + 1}:{letter}{last}")
            sheet.add_data_validation(offered)

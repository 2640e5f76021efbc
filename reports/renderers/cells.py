"""Cells of workbooks and fields of CSV: what somebody typed is text and never a formula."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill

if TYPE_CHECKING:
    from decimal import Decimal

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    CellValue = str | int | Decimal | date | datetime | None

HEAD = Font(bold=True, color="FFFFFF")
HEAD_FILL = PatternFill("solid", fgColor="10302F")
TOP = Alignment(vertical="top", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="top", wrap_text=True)
MOST_CHARACTERS = 32_000  # a cell holds 32,767
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
# What spreadsheets take for the beginning of a formula, also written full-width by Chinese input methods.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
                  "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip


def put(sheet: Worksheet, row: int, column: int, value: CellValue) -> Cell | MergedCell:
    """Write one value. A text stays a text, a day a day: moments come without a time zone, in the reader's own."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = clean(value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)
    elif value is not None:
        cell.value = value
        if isinstance(value, date):  # a datetime is a date, too
            cell.number_format = MOMENT if isinstance(value, datetime) else DAY
    return cell


def clean(text: str) -> str:
    """Return the text without what a workbook cannot hold, and no longer than a cell."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:MOST_CHARACTERS]


def harmless(text: str) -> str:
    """Return a text as a CSV field: no control characters, and an apostrophe before what would be a formula."""
    found = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{found}" if found.startswith(FORMULA_STARTS) else found

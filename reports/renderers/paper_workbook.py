"""A paper as a workbook: a sheet for its facts, then one a table with names, filters, charts and print settings."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.properties import PageSetupProperties

from benchmarks.charts.canvas import units
from reports.paper import DAY, HASH, MOMENT, NUMBER, PERCENT
from reports.renderers.cells import HEAD, HEAD_FILL, LEFT, TOP, clean, put
from reports.renderers.certification import Printed

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from reports.paper import Chart, Column, Paper, Table, Value

NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31
CHART_ROWS = 2.4  # rows of a sheet that one row of bars takes
# The more per cent, the darker; the same ends whatever the rows, so that two workbooks compare.
HEAT = ColorScaleRule(  # type: ignore[no-untyped-call] # the stubs name no types here
    start_type="num", start_value=0, start_color="F3F7F7", end_type="num", end_value=100, end_color="7FB5AF"
)
OVERVIEW, WIDE_TEXT = 90, 42  # characters


def render_paper_workbook(paper: Paper) -> Printed:
    """Return the paper as XLSX; ``pages`` is the number of sheets.

    Every column of a table has a name, ``<table>_<column>``, and the table with its head is named after its code.
    """
    zone = ZoneInfo(paper.zone)
    with translation.override(paper.language):
        book = Workbook()
        first = book.active
        if first is None:
            raise ValueError("A new workbook has no sheet.")
        _overview(first, paper, zone)
        taken = {first.title}
        for table in paper.tables:
            sheet = book.create_sheet(_sheet_name(table.title, taken))
            taken.add(sheet.title)
            _sheet(sheet, table, zone)
            _names(book, sheet, table)
        for sheet in book.worksheets:
            _printing(sheet, paper)
    at = paper.imprint.printed_at.replace(tzinfo=None)
    book.properties.creator, book.properties.title = "Touchstone", clean(paper.title)
    book.properties.created = book.properties.modified = at
    file = io.BytesIO()
    book.save(file)
    return Printed(file.getvalue(), len(book.worksheets), paper.content_sha256())


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a title as a sheet may be called, and no other sheet is."""
    name = NOT_IN_A_NAME.sub(" ", title)[:LONGEST_NAME].strip() or "Table"
    return name if name not in taken else f"{name[: LONGEST_NAME - 3]} {len(taken)}"


def _overview(sheet: Worksheet, paper: Paper, zone: ZoneInfo) -> None:
    """Write what the paper says beside its tables, as pairs."""
    sheet.title = _("Overview")
    rows: list[tuple[str, Value]] = [
        (_("Document"), paper.title + (f" ({_('Draft')})" if paper.draft else "")),
        (_("Organisation"), paper.organisation),
        *([(_("About"), paper.about)] if paper.about else []),
        *paper.facts,
    ]
    for part in paper.parts:
        rows += [*part.facts, *((part.title, words) for words in part.words)]
        rows += [(table.title, table.empty) for table in part.tables if not table.rows and table.empty]
    rows += [(_("Note"), note) for note in paper.notes]
    rows += [(_("Printed"), paper.imprint.printed_at), (_("SHA-256 of the content"), paper.content_sha256())]
    for column, head in enumerate((_("What"), _("Value")), 1):
        cell = put(sheet, 1, column, head)
        cell.font, cell.fill = HEAD, HEAD_FILL
    for place, (name, value) in enumerate(rows, 2):
        put(sheet, place, 1, name).alignment = TOP
        cell = put(sheet, place, 2, _local(value, zone))
        cell.alignment = LEFT
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 42, OVERVIEW
    sheet.freeze_panes = "A2"


def _sheet(sheet: Worksheet, table: Table, zone: ZoneInfo) -> None:
    """Write one table with a frozen, filterable head, and its chart beside it."""
    for place, column in enumerate(table.columns, 1):
        cell = put(sheet, 1, place, column.title)
        cell.font, cell.fill, cell.alignment = HEAD, HEAD_FILL, TOP
        sheet.column_dimensions[get_column_letter(place)].width = _width(column)
    for place, row in enumerate(table.rows, 2):
        for at, (value, column) in enumerate(zip(row, table.columns, strict=True), 1):
            cell = put(sheet, place, at, _local(value, zone))
            cell.alignment = TOP
            if column.kind in {NUMBER, PERCENT} and value is not None and not isinstance(value, str):
                cell.number_format = _format(column)
    for at, column in enumerate(table.columns, 1):
        if column.heat and table.rows:
            letter = get_column_letter(at)
            sheet.conditional_formatting.add(f"{letter}2:{letter}{len(table.rows) + 1}", HEAT)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    if table.chart and table.rows:
        _draw(sheet, table, table.chart)


def _width(column: Column) -> float:
    """Return the width in characters: room for the head, and for what the kind of the column needs."""
    least = {DAY: 12, MOMENT: 17, HASH: 68}.get(column.kind, min(WIDE_TEXT, column.width * 1.5))
    return max(least, units(column.title) + 4)


def _format(column: Column) -> str:
    digits = "#,##0" + ("." + "0" * column.places if column.places else "")
    return digits + ('" %"' if column.kind == PERCENT else "")


def _local(value: Value, zone: ZoneInfo) -> Value:
    """Return a moment as a clock on the wall there shows it: workbooks know no time zones."""
    return value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else value


def _draw(sheet: Worksheet, table: Table, chart: Chart) -> None:
    """Put a native chart to the right of the table; it follows the cells."""
    last = len(table.rows) + 1
    bars = BarChart()
    bars.type, bars.style, bars.title = "bar", 10, chart.title
    for code in chart.values:
        place = table.column(code) + 1
        bars.add_data(Reference(sheet, min_col=place, min_row=1, max_row=last), titles_from_data=True)
    names = table.column(chart.names) + 1
    bars.set_categories(Reference(sheet, min_col=names, min_row=2, max_row=last))
    bars.y_axis.scaling.min = 0
    bars.y_axis.scaling.max = chart.scale
    bars.y_axis.title = chart.unit or None
    bars.x_axis.scaling.orientation = "maxMin"  # the first row on top, as in the table
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.gapWidth, bars.y_axis.majorGridlines = 60, None
    bars.y_axis.number_format = "0"
    if len(chart.values) == 1:
        bars.legend = None
    for series, colour in zip(bars.series, ("0F5E5B", "7FB5AF", "C9DAD7"), strict=False):
        series.graphicalProperties.solidFill = colour
    bars.width, bars.height = 20, min(24.0, max(7.0, CHART_ROWS * 0.35 * len(table.rows) * len(chart.values)))
    sheet.add_chart(bars, f"{get_column_letter(len(table.columns) + 2)}2")


def _names(book: Workbook, sheet: Worksheet, table: Table) -> None:
    """Name the table and its columns, so that formulas elsewhere say what they read."""
    quoted = sheet.title.replace("'", "''")
    last = max(len(table.rows) + 1, 2)
    whole = f"'{quoted}'!$A$1:${get_column_letter(len(table.columns))}${last}"
    book.defined_names[table.code] = DefinedName(table.code, attr_text=whole)
    for place, column in enumerate(table.columns, 1):
        letter, name = get_column_letter(place), f"{table.code}_{column.code}"
        book.defined_names[name] = DefinedName(name, attr_text=f"'{quoted}'!${letter}$2:${letter}${last}")


def _printing(sheet: Worksheet, paper: Paper) -> None:
    """Print on A4, one page wide, with the head on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    sheet.oddHeader.left.text = clean(paper.reference).replace("&", "&&")  # type: ignore[union-attr] # made by openpyxl
    sheet.oddHeader.right.text = clean(sheet.title).replace("&", "&&")  # type: ignore[union-attr]
    sheet.oddFooter.right.text = "&P / &N"  # type: ignore[union-attr]

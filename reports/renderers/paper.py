"""A paper as PDF, and its values in words, as page and paper show them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils import dateformat, timezone, translation
from django.utils.safestring import mark_safe

from benchmarks.charts.canvas import shortened
from reports.charts import PAPER, Look, shown
from reports.charts.columns import RowBars, row_bars
from reports.paper import COUNTED, DAY, HASH, PERCENT
from reports.pdf import Attached, printable, require_glyphs, write
from reports.pdf.typefaces import stack
from reports.renderers.certification import Printed
from reports.renderers.labels import day_format

if TYPE_CHECKING:
    from reports.paper import Chart, Column, Paper, Table, Value

NOTHING = "–"
# Points: between two columns, and what the margins leave of A4.
BETWEEN, UPRIGHT, WIDE = 9, 499, 745
DAY_WIDTH = 64  # what ``2026年12月31日`` takes
HEAT = (40, 55, 70, 85)  # per cent at which a cell gets darker
MOST_BARS = 40  # rows that a drawing shows; the table has them all


def render_paper_pdf(paper: Paper) -> Printed:
    """Return the paper as PDF, carrying its content as canonical JSON; equal documents give equal bytes.

    Raises MissingGlyphError when a character has no glyph in any of the bundled typefaces.
    """
    with translation.override(paper.language), timezone.override(paper.zone):
        html = printable(get_template("reports/paper.html").render(_context(paper)))
    content = paper.canonical()
    sha256 = hashlib.sha256(content).hexdigest()
    css = get_template("reports/paper.css").render(
        {"fonts": stack(paper.language), "p": paper, "widths": _widths(paper)}
    )
    return printed(html, css=css, content=content, sha256=sha256, name=paper.kind, paper=paper)


def printed(html: str, *, css: str, content: bytes, sha256: str, name: str, paper: Any) -> Printed:
    """Set HTML that says what ``paper`` (with ``texts()`` and ``imprint``) holds; it carries ``content`` as JSON."""
    require_glyphs(html, paper.texts())
    carried = Attached(f"{name}.json", f"SHA-256 {sha256}", content)
    at = paper.imprint.printed_at
    data, pages = write(html, css=css, identifier=bytes.fromhex(sha256), at=at, attached=[carried])
    return Printed(data, pages, sha256)


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table with its cells in words, each with the class that sets it, and its drawing."""

    table: Table
    heads: list[tuple[str, str]]
    rows: list[list[tuple[str, str]]]
    figure: str


def _context(paper: Paper) -> dict[str, Any]:
    look = replace(PAPER, font=stack(paper.language))
    parts = [
        {
            "title": part.title,
            "words": part.words,
            "facts": [(name, words_of(value)) for name, value in part.facts],
            "tables": [table_words(table, look) for table in part.tables],
        }
        for part in paper.parts
    ]
    return {
        "p": paper,
        "facts": [(name, words_of(value)) for name, value in paper.facts],
        "parts": parts,
        "content_sha256": paper.content_sha256(),
        "running": " · ".join(filter(None, (shortened(paper.organisation, 60), shortened(paper.about, 40)))),
    }


def _widths(paper: Paper) -> list[tuple[str, int, str]]:
    """Return (table, place of the column, per cent of the width), without what lies between the columns.

    A day is never broken over two lines: what its column lacks is taken from the others.
    """
    page = WIDE if paper.wide else UPRIGHT
    found = []
    for table in paper.tables:
        shown_columns = [column for column in table.columns if column.printed]
        room = page - BETWEEN * (len(shown_columns) - 1)
        days = [column for column in shown_columns if column.kind == DAY]
        whole = sum(column.width for column in shown_columns)
        short = [column for column in days if room * column.width / whole < DAY_WIDTH]
        rest = sum(column.width for column in shown_columns if column not in short)
        left = room - DAY_WIDTH * len(short)
        for place, column in enumerate(shown_columns, 1):
            width = DAY_WIDTH if column in short else left * column.width / rest
            found.append((table.code, place, f"{100 * width / page:.2f}%"))
    return found


def table_words(table: Table, look: Look) -> TableWords:
    """Put a table into words, in the active language and time zone."""
    return TableWords(
        table=table,
        heads=[(column.title, _style(column)) for column in table.columns if column.printed],
        rows=[
            [
                (words_of(value, column), _shaded(value, column))
                for value, column in zip(row, table.columns, strict=True)
                if column.printed
            ]
            for row in table.rows
        ],
        figure=_figure(table, table.chart, look) if table.chart and table.chart.printed and table.rows else "",
    )


def _shaded(value: Value, column: Column) -> str:
    """Return the class of a cell; the more per cent, the darker, and the writing stays readable on all of it."""
    if not column.heat or not isinstance(value, (Decimal, int)):
        return _style(column)
    return f"{_style(column)} heat-{sum(value >= edge for edge in HEAT)}"


def _style(column: Column) -> str:
    return "n" if column.kind in COUNTED else column.kind if column.kind == HASH else ""


def words_of(value: Value, column: Column | None = None) -> str:
    """Say one value: days and moments as the active language writes them, numbers rounded once."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, datetime):
        return dateformat.format(timezone.localtime(value), f"{day_format()} H:i")
    if isinstance(value, date):
        return dateformat.format(value, day_format())
    if isinstance(value, (Decimal, int)):
        places = column.places if column else 0 if isinstance(value, int) else 1
        return shown(value, places) + (" %" if column and column.kind == PERCENT else "")
    return value


def _figure(table: Table, chart: Chart, look: Look) -> str:
    """Draw the bars of the first rows."""
    names, places = table.column(chart.names), [table.column(code) for code in chart.values]
    rows = [RowBars(str(row[names]), tuple(_number(row[place]) for place in places)) for row in table.rows[:MOST_BARS]]
    series = [table.columns[place].title for place in places]
    said = "; ".join(
        f"{row.name}: " + ", ".join(NOTHING if each is None else shown(each) for each in row.values) for row in rows
    )
    drawing = row_bars(
        rows, series=series, scale=chart.scale, unit=chart.unit, title=chart.title, description=said, look=look
    )
    return mark_safe(drawing)  # noqa: S308 - every text in it is escaped where it is drawn


def _number(value: Value) -> Decimal | int | None:
    return value if isinstance(value, (Decimal, int)) else None

"""A chart of a dashboard with its words, the table behind it, and its files: SVG, PNG, CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from audits.tabular import harmless
from benchmarks.charts.canvas import PAPER, SCREEN, Look
from reports.pdf import picture_png, stack

if TYPE_CHECKING:
    from collections.abc import Callable

# A file goes to places that have none of our typefaces.
FAMILIES = "'Source Sans 3', 'Noto Sans', 'Noto Sans SC', 'Noto Sans TC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


MOST_SHOWN = 100  # rows of a table on a page


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table behind a chart; ``address`` is where its number leads."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: ``draw`` takes the look, and whether its parts are links; it returns nothing where nothing is counted.

    ``empty`` says what to do then.
    """

    code: str
    title: str
    empty: str
    notes: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    draw: Callable[[Look, bool], str]

    @property
    def first_rows(self) -> tuple[tuple[Cell, ...], ...]:
        """Return as many rows as a page shows; the file has all."""
        return self.rows[:MOST_SHOWN]

    @property
    def more_rows(self) -> int:
        """Return how many rows only the file has."""
        return max(len(self.rows) - MOST_SHOWN, 0)

    @property
    def svg(self) -> SafeString:
        """Return the picture for the page."""
        return mark_safe(self.draw(SCREEN, True))  # noqa: S308 - every text in it was escaped by the chart


def svg_file(chart: Chart) -> str:
    """Return the picture as a file of its own: on white, without links; empty without numbers."""
    return _on_white(chart.draw(replace(PAPER, font=FAMILIES), False))


def png_file(chart: Chart) -> bytes:
    """Return the picture in three times its size, with the typefaces of the reports; nothing without numbers."""
    language = get_language() or "en"
    svg = _on_white(chart.draw(replace(PAPER, font=stack(language)), False))
    return picture_png(svg, language=language) if svg else b""


def _on_white(svg: str) -> str:
    """Put paper under a picture that elsewhere stands on a page."""
    end = svg.find("</desc>")
    if end < 0:
        return ""
    end += len("</desc>")
    return f'{svg[:end]}<rect width="100%" height="100%" fill="#ffffff"/>{svg[end:]}'


def csv_file(chart: Chart) -> str:
    """Return the table behind the picture; a text that a spreadsheet would run is neutralised."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([harmless(name) for name in chart.head])
    writer.writerows([harmless(cell.text) for cell in row] for row in chart.rows)
    return "\ufeff" + target.getvalue()

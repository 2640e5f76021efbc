"""A level as a row of steps on paper, drawn by one background: a box per step would make long tables slow to print."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from reports.charts import PAPER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.document import CertificationReport, CriterionRow

WIDTH, GAP = 46.0, 1.5  # pt
REST = "#d5dad7"
# More steps than this are too narrow to count: they are drawn as one bar.
MOST = 12


def pips_class(row: CriterionRow) -> str:
    """Return the class that draws a criterion's level; nothing without a level."""
    return "" if row.level is None else f"p{row.scale.span}-{row.level - row.scale.low}"


def pips_styles(report: CertificationReport) -> list[tuple[str, str]]:
    """Return (class, background) of every level of every scale in the report."""
    rows = (row for section in report.sections for clause in section.clauses for row in clause.rows)
    spans = sorted({row.scale.span for row in rows})
    return [(f"p{span}-{filled}", background(span, filled)) for span in spans for filled in range(span + 1)]


def background(span: int, filled: int) -> str:
    """Return the CSS gradient of ``span`` steps of which the first ``filled`` are reached."""
    if span > MOST:
        edge = f"{WIDTH * filled / span:g}pt"
        return f"linear-gradient(to right, {PAPER.accent} {edge}, {REST} {edge})"
    stops: list[str] = []
    ends = [(WIDTH + GAP) / span * step for step in range(span + 1)]
    for step, (start, following) in enumerate(pairwise(ends)):
        stop = following - GAP
        stops += _part(PAPER.accent if step < filled else REST, start, stop)
        stops += _part("transparent", stop, following) if step + 1 < span else ()
    return f"linear-gradient(to right, {', '.join(stops)})"


def _part(colour: str, start: float, stop: float) -> Iterable[str]:
    return f"{colour} {start:g}pt", f"{colour} {stop:g}pt"

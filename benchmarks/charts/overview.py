"""A centre against the market at a glance: one row per KPI, the market in the middle, better to the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.axes import drawable
from benchmarks.charts.canvas import SCREEN, Look, Scale, element, picture, shortened, words
from benchmarks.charts.marks import verdict_mark, whisker

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, ROW, HEAD, FOOT = 640, 42, 22, 6
START, END = 222, 500
FARTHEST = 6.0  # times the precision that is asked for; what is farther is drawn at the edge, as an arrow


@dataclass(frozen=True, slots=True)
class Against:
    """One KPI. ``at``, ``low`` and ``high`` are distances to the market, positive when better, in any one unit.

    ``at`` is None where nothing was measured; ``value`` and ``market`` are numbers as people read them.
    """

    name: str
    at: float | None
    low: float | None
    high: float | None
    verdict: str
    verdict_words: str
    value: str
    market: str


def overview(
    rows: Sequence[Against],
    *,
    worse: str,
    market: str,
    better: str,
    title: str,
    description: str,
    look: Look = SCREEN,
) -> str:
    """Draw the rows, 42 px each and 640 px wide; empty without rows. The three words stand above the scale."""
    if not rows:
        return ""
    scale = Scale(-FARTHEST, FARTHEST, START, END)
    height = HEAD + ROW * len(rows) + FOOT
    middle = scale(0)
    parts = [
        element(
            "rect",
            x=middle,
            y=HEAD,
            width=END - middle,
            height=height - HEAD - FOOT,
            fill=look.accent,
            fill_opacity=0.1,
        ),
        element("rect", x=middle - 1, y=HEAD - 4, width=2, height=height - HEAD - FOOT + 4),
        words(START, 14, worse, size=11, fill_opacity=0.8),
        words(middle, 14, market, size=11, font_weight=600, text_anchor="middle"),
        words(END, 14, better, size=11, fill_opacity=0.8, text_anchor="end"),
    ]
    for place, row in enumerate(rows):
        parts += _row(row, HEAD + ROW * (place + 0.5), scale, look)
    return picture(parts, width=WIDTH, height=height, title=title, description=description, look=look)


def _row(row: Against, y: float, scale: Scale, look: Look) -> list[str]:
    found = [
        words(0, y - 1, shortened(row.name, 31), size=13, font_weight=600),
        words(0, y + 14, shortened(row.verdict_words, 36), size=11, fill_opacity=0.85),
        element("rect", x=START, y=y - 0.5, width=END - START, height=1, fill_opacity=0.2),
        words(WIDTH, y - 1, row.value, size=13, font_weight=600, text_anchor="end"),
        words(WIDTH, y + 14, row.market, size=11, fill_opacity=0.85, text_anchor="end"),
    ]
    if row.at is None or not drawable(row.at):
        return found
    if row.low is not None and row.high is not None and drawable(row.low) and drawable(row.high):
        found.append(whisker(scale(row.low), scale(row.high), y, look))
    if abs(row.at) > FARTHEST:
        side = 1 if row.at > 0 else -1
        x = (END if side > 0 else START) + side * 8
        found.append(element("path", d=f"M{x} {y:.2f}l{-6 * side} -5v10z"))
    return [*found, verdict_mark(scale(row.at), y, row.verdict, look)]

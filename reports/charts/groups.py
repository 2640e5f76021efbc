"""Group bars: how much of each group of a lens was reached, with its state where items had to pass a grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.canvas import SCREEN, Look, Scale, element, mark, picture, shortened, span, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

WIDTH, ROW, FOOT = 640, 26, 18
NAME_UNITS = 32
TRACK = Scale(0, 100, 232, 528)


@dataclass(frozen=True, slots=True)
class GroupBar:
    """One group: per cent reached (equal ends once nothing is open), None where nothing can be said.

    ``state`` is met, not_met, open or empty for no mark; ``nothing`` is said in words in place of a bar.
    """

    name: str
    low: Decimal | None
    high: Decimal | None
    state: str
    nothing: str


def group_bars(
    bars: Sequence[GroupBar], *, edges: Sequence[int] = (), title: str, description: str, look: Look = SCREEN
) -> str:
    """Draw one row of 26 px per group on a scale of 0 to 100 per cent; ``edges`` are where bands begin. 640 px wide."""
    height = ROW * len(bars) + FOOT
    parts = [_edges(edges or (0, 50, 100), height)]
    for place, bar in enumerate(bars):
        parts += _row(bar, place * ROW + ROW // 2, look)
    return picture(parts, width=WIDTH, height=height, title=title, description=description, look=look)


def _edges(edges: Sequence[int], height: int) -> str:
    """Draw a line at each edge, and its number under the last row."""
    return "".join(
        element("rect", x=TRACK(edge) - 0.5, y=2, width=1, height=height - FOOT, fill_opacity=0.18)
        + words(TRACK(edge), height - 5, edge, size=11, text_anchor="middle", fill_opacity=0.7)
        for edge in edges
    )


def _row(bar: GroupBar, middle: int, look: Look) -> list[str]:
    """Draw one group: state, name, track, per cent."""
    parts = [mark(8, middle, bar.state, look)] if bar.state in {"met", "not_met", "open"} else []
    parts.append(words(22, middle + 5, shortened(bar.name, NAME_UNITS), size=14))
    if bar.low is None or bar.high is None:
        return [*parts, words(TRACK.start, middle + 5, bar.nothing, size=12, fill_opacity=0.75)]
    return [
        *parts,
        element("rect", x=TRACK.start, y=middle - 6, width=TRACK.end - TRACK.start, height=12, fill_opacity=0.08),
        *_reached(TRACK(bar.low), TRACK(bar.high), middle, look),
        words(WIDTH, middle + 5, f"{span(bar.low, bar.high)} %", size=14, font_weight=600, text_anchor="end"),
    ]


def _reached(low: float, high: float, middle: int, look: Look) -> list[str]:
    """Draw what is certain as a full bar and what is still open as an outline behind it."""
    certain = element("rect", x=TRACK.start, y=middle - 6, width=low - TRACK.start, height=12, fill=look.accent)
    if low == high:
        return [certain]
    outline = {"fill": look.accent, "fill_opacity": 0.22, "stroke": look.accent, "stroke_dasharray": "3 2"}
    return [certain, element("rect", x=low, y=middle - 5.5, width=high - low, height=11, **outline)]

"""Block bars: how much of each block was reached, with the bars of all tiers marked on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.charts.canvas import (
    SCREEN,
    Look,
    Scale,
    element,
    in_full,
    picture,
    shortened,
    shown,
    shown_against,
    span,
    units,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

WIDTH = 640
ROW = 28
TOP = 20
UNIT = 7  # px, half a Chinese character of 14 px
SCALE = Scale(0, 100, 232, 520)


@dataclass(frozen=True, slots=True)
class BlockBar:
    """One block: per cent reached (equal ends once nothing is open), points out of a maximum, the tiers' bars."""

    code: str
    title: str
    low: Decimal
    high: Decimal
    points_low: Decimal
    points_high: Decimal
    maximum: Decimal
    wanted: tuple[tuple[str, Decimal], ...]


def block_bars(bars: Sequence[BlockBar], *, title: str, description: str, look: Look = SCREEN) -> str:
    """Draw one row of 28 px per block on a scale of 0 to 100 per cent, 628 px wide."""
    height = TOP + ROW * len(bars) + 8
    parts = [_legend(bars)]
    for place, bar in enumerate(bars):
        parts += _row(bar, TOP + place * ROW + 12, look)
    return picture(parts, width=WIDTH, height=height, title=title, description=description, look=look)


def _legend(bars: Sequence[BlockBar]) -> str:
    """Name the tiers' bars once above the first row, where they are the same in every row."""
    if not bars or any(bar.wanted != bars[0].wanted for bar in bars):
        return ""
    return "".join(
        words(SCALE(percent), 14, name, size=11, text_anchor="middle", fill_opacity=0.8)
        for name, percent in bars[0].wanted
    )


def _row(bar: BlockBar, middle: int, look: Look) -> list[str]:
    """Draw one block: code, title, track, bar, the tiers' ticks, per cent and points."""
    beside = 10 + 10 * units(bar.code)
    points = f"{span(bar.points_low, bar.points_high)} / {in_full(bar.maximum)}"
    return [
        words(0, middle + 5, bar.code, size=14, font_weight=700, fill=look.accent),
        words(beside, middle + 5, shortened(bar.title, (SCALE.start - beside) // UNIT), size=14),
        element("rect", x=SCALE.start, y=middle - 6, width=SCALE.end - SCALE.start, height=12, fill_opacity=0.08),
        *_reached(bar, middle, look),
        *(element("rect", x=SCALE(at) - 0.75, y=middle - 9, width=1.5, height=18) for _, at in bar.wanted),
        words(640, middle, f"{_percent(bar)} %", size=14, font_weight=600, text_anchor="end"),
        words(640, middle + 11, points, size=10, fill_opacity=0.75, text_anchor="end"),
    ]


def _percent(bar: BlockBar) -> str:
    """Return the percentage, never rounded up to a tier's bar that it misses."""
    limit = next((at for _name, at in bar.wanted if bar.low < at and shown(bar.low) == shown(at)), None)
    return shown_against(bar.low, limit) if bar.low == bar.high else span(bar.low, bar.high)


def _reached(bar: BlockBar, middle: int, look: Look) -> list[str]:
    """Draw what is certain as a full bar and what is still open as an outline behind it."""
    low, high = SCALE(bar.low), SCALE(bar.high)
    certain = element("rect", x=SCALE.start, y=middle - 6, width=low - SCALE.start, height=12, fill=look.accent)
    if low == high:
        return [certain]
    outline = {"fill": look.accent, "fill_opacity": 0.22, "stroke": look.accent, "stroke_dasharray": "3 2"}
    return [certain, element("rect", x=low, y=middle - 5.5, width=high - low, height=11, **outline)]

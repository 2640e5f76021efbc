"""The bullet: one KPI of the centre with its interval against one market figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.charts.axes import axis_below, round_ends
from benchmarks.charts.canvas import SCREEN, Look, Scale, element, picture, shown
from benchmarks.charts.marks import verdict_mark, whisker

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

WIDTH, HEIGHT, MIDDLE = 320, 56, 18
START, END = 12, 308


def bullet(
    value: Decimal,
    *,
    figure: Decimal | None,
    low: Decimal | None = None,
    high: Decimal | None = None,
    higher_is_better: bool | None,
    verdict: str,
    title: str,
    description: str,
    look: Look = SCREEN,
) -> str:
    """Draw value (disc), interval (bar) and market figure (tall tick); the better side of the figure is shaded.

    ``verdict`` (above, not_shown_below, below, anything else) sets the shape of the mark: filled disc, disc with a
    core, square, open ring. ``higher_is_better`` is None for a KPI with a target band, which shades nothing.
    """
    known = [number for number in (value, figure, low, high) if number is not None]
    scale = Scale(*round_ends([float(number) for number in known]), START, END)
    parts = [
        element("rect", x=START, y=MIDDLE - 1, width=END - START, height=2, fill_opacity=0.16),
        *_market(figure, higher_is_better, scale, look),
        *_interval(low, high, scale, look),
        verdict_mark(scale(value), MIDDLE, verdict, look),
        *axis_below(scale, MIDDLE + 14, shown),
    ]
    return picture(parts, width=WIDTH, height=HEIGHT, title=title, description=description, look=look)


def _market(figure: Decimal | None, higher: bool | None, scale: Scale, look: Look) -> Iterable[str]:
    """Draw the market's figure as a tick and shade the side on which a centre is better."""
    if figure is None:
        return []
    x = scale(figure)
    tick = element("rect", x=x - 1.25, y=MIDDLE - 14, width=2.5, height=28)
    if higher is None:
        return [tick]
    left, right = (x, END) if higher else (START, x)
    return [
        element("rect", x=left, y=MIDDLE - 10, width=right - left, height=20, fill=look.accent, fill_opacity=0.12),
        tick,
    ]


def _interval(low: Decimal | None, high: Decimal | None, scale: Scale, look: Look) -> Iterable[str]:
    """Draw the confidence interval as a bar with two ends."""
    return [] if low is None or high is None else [whisker(scale(low), scale(high), MIDDLE, look)]

"""The bullet: one KPI of the centre with its interval against one market figure."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from reports.charts.canvas import SCREEN, Look, Scale, element, picture, shown, words

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    scale = Scale(*_ends(known), START, END)
    parts = [
        element("rect", x=START, y=MIDDLE - 1, width=END - START, height=2, fill_opacity=0.16),
        *_market(figure, higher_is_better, scale, look),
        *_interval(low, high, scale, look),
        _value_mark(scale(value), verdict, look),
        *_ticks(scale),
    ]
    return picture(parts, width=WIDTH, height=HEIGHT, title=title, description=description, look=look)


def _ends(known: list[Decimal]) -> tuple[float, float]:
    """Return round ends of a scale that holds all numbers with a little air on both sides."""
    low, high = float(min(known)), float(max(known))
    air = (high - low) * 0.2 or abs(high) * 0.1 or 1.0
    step = step_of(high - low + 2 * air)
    start = math.floor((low - air) / step) * step
    return (0.0 if low >= 0 > start else start), math.ceil((high + air) / step) * step


def step_of(length: float) -> float:
    """Return a round step (1, 2 or 5 times a power of ten) that divides a length into about four parts."""
    raw = length / 4
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


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
    if low is None or high is None:
        return []
    left, right = scale(low), scale(high)
    return [
        element("rect", x=left, y=MIDDLE - 1.5, width=max(right - left, 0.0), height=3, fill=look.accent),
        *(element("rect", x=x - 0.75, y=MIDDLE - 5, width=1.5, height=10, fill=look.accent) for x in (left, right)),
    ]


def _value_mark(x: float, verdict: str, look: Look) -> str:
    """Draw the centre's value in the shape of its verdict."""
    white = {"fill": "#ffffff", "stroke": look.accent, "stroke_width": 2}
    if verdict == "above":
        return element("circle", cx=x, cy=MIDDLE, r=6, fill=look.accent)
    if verdict == "not_shown_below":
        return element("circle", cx=x, cy=MIDDLE, r=5.5, **white) + element(
            "circle", cx=x, cy=MIDDLE, r=2.5, fill=look.accent
        )
    if verdict == "below":
        return element("rect", x=x - 5, y=MIDDLE - 5, width=10, height=10, stroke="#ffffff", stroke_width=1)
    return element("circle", cx=x, cy=MIDDLE, r=5.5, **white)


def _ticks(scale: Scale) -> Iterable[str]:
    """Write the scale's round numbers under the track."""
    step = step_of(scale.high - scale.low)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    count = round((scale.high - scale.low) / step)
    for place in range(count + 1):
        at = scale.low + place * step
        if at <= scale.high * (1 + 1e-9):
            yield element("rect", x=scale(at) - 0.5, y=MIDDLE + 14, width=1, height=4, fill_opacity=0.4)
            yield words(
                scale(at),
                MIDDLE + 32,
                shown(Decimal(repr(at)), places),
                size=11,
                text_anchor="middle",
                fill_opacity=0.75,
            )

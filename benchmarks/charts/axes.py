"""Round scales, numbers beside them, and what a chart can draw at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.charts.canvas import Scale, element, shown, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Writes a number with so many decimals as the reader's language does.
Write = Callable[[float, int], str]

_LONGEST = 1e12  # from here on numbers are written with an exponent
_LARGEST = 1e300  # beyond, differences overflow


def drawable(value: float | None) -> bool:
    """Say whether there is a number that has a place on a scale."""
    return value is not None and math.isfinite(value) and abs(value) < _LARGEST


def plain_number(value: float, places: int) -> str:
    """Write a number with thousands set apart, a real minus sign, and an exponent where it is very long."""
    if abs(value) >= _LONGEST:
        return f"{value:.2e}".replace("-", "\N{MINUS SIGN}")
    head, point, tail = shown(value, places).partition(".")
    sign = head[:1] if head.startswith("\N{MINUS SIGN}") else ""
    return f"{sign}{int(head.removeprefix(sign)):,}{point}{tail}"


def step_of(length: float, parts: int = 4) -> float:
    """Return a round step (1, 2 or 5 times a power of ten) that divides a length into about so many parts."""
    raw = length / parts
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


def round_ends(values: Sequence[float]) -> tuple[float, float]:
    """Return round ends of a scale that holds all values with a little air on both sides."""
    low, high = min(values), max(values)
    air = (high - low) * 0.2 or abs(high) * 0.1 or 1.0
    step = step_of(high - low + 2 * air)
    start = math.floor((low - air) / step) * step
    return (0.0 if low >= 0 > start else start), math.ceil((high + air) / step) * step


def steps(scale: Scale) -> list[tuple[float, int]]:
    """Return the round numbers of a scale from end to end, each with the decimals that it takes to write it."""
    step = step_of(scale.high - scale.low)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    count = round((scale.high - scale.low) / step)
    found = [scale.low + place * step for place in range(count + 1)]
    return [(at, places) for at in found if at <= scale.high + 1e-9 * step]


def axis_below(scale: Scale, top: float, write: Write, *, size: int = 11, tick: int = 4) -> Iterable[str]:
    """Write the scale's round numbers under a track; ticks begin at ``top``."""
    for at, places in steps(scale):
        x = scale(at)
        yield element("rect", x=x - 0.5, y=top, width=1, height=tick, fill_opacity=0.4)
        yield words(x, top + tick + 14, write(at, places), size=size, text_anchor="middle", fill_opacity=0.75)


def grid_beside(scale: Scale, left: float, right: float, write: Write) -> Iterable[str]:
    """Draw the lines of an upright scale from left to right, with their numbers on the left."""
    for at, places in steps(scale):
        y = scale(at)
        yield element("rect", x=left, y=y - 0.5, width=right - left, height=1, fill_opacity=0.14)
        yield words(left - 6, y + 4, write(at, places), size=11, text_anchor="end", fill_opacity=0.75)

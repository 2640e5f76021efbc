"""Control limits of an individuals chart (Shewhart's XmR): what a process does by chance, from its own steps.

The limits are the mean of all values, plus and minus 2.66 times the mean of the moving ranges (the distances of
neighbours); 2.66 is 3 / 1.128, where 1.128 is what the range of two normal values is in standard deviations. A value
is a signal outside the limits, or as part of eight or more in a row on one side of the mean. The chart takes every
value as one, however many contacts it rests on: what a single value is worth, its own interval says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_VALUES = 8
RUN = 8
OUTSIDE, ON_ONE_SIDE = "outside", "on_one_side"
_FACTOR = 2.66


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean, limits, and the mean moving range, in the values' unit."""

    mean: float
    low: float
    high: float
    moving_range: float


def limits(values: Sequence[float]) -> Limits | None:
    """Return the limits; None with fewer than eight values, without any movement, or where a value is not finite."""
    if len(values) < LEAST_VALUES or not all(map(math.isfinite, values)):
        return None
    moving = math.fsum(abs(after - before) for before, after in pairwise(values)) / (len(values) - 1)
    mean = math.fsum(values) / len(values)
    found = Limits(mean, mean - _FACTOR * moving, mean + _FACTOR * moving, moving)
    return found if moving > 0 and math.isfinite(found.low) and math.isfinite(found.high) else None


def signals(values: Sequence[float], within: Limits) -> dict[int, str]:
    """Return the places of the signals, from 0: outside the limits, or in a run of eight on one side of the mean."""
    sides = [(value > within.mean) - (value < within.mean) for value in values]
    found: dict[int, str] = {}
    start = 0
    for side, group in groupby(sides):
        length = len(list(group))
        if side and length >= RUN:
            found |= dict.fromkeys(range(start, start + length), ON_ONE_SIDE)
        start += length
    outside = [place for place, value in enumerate(values) if not within.low <= value <= within.high]
    return dict(sorted((found | dict.fromkeys(outside, OUTSIDE)).items()))

"""Does a KPI rise or fall over the quarters? A weighted line with an honest interval. Pure, no Django.

Method: weighted least squares of the quarterly values on the number of the quarter, each weighted with one over the
square of its clustered standard error. Two intervals of the slope are made, and the wider one counts: that which the
errors of the quarters imply (Student's t with as many degrees of freedom as there are clusters less one, added up),
and that which the scatter about the line implies (t with the number of quarters less two). The first alone would call
every season a trend, the second alone could be narrow by luck with four quarters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEAST_QUARTERS = 4
SUSTAINED_QUARTERS = 12
RISING, FALLING, NOT_SHOWN = "rising", "falling", "not_shown"
# A run counts for a quarter when so much of its days lie in it: a month export that runs into the next is no half-year.
_INSIDE = 0.8
_LONGEST = 115  # days


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of a calendar year; ``number`` is from 1 to 4."""

    year: int
    number: int

    @property
    def index(self) -> int:
        """Count quarters, so that those next to each other differ by one."""
        return self.year * 4 + self.number - 1

    def __str__(self) -> str:
        """Show it as 2026-Q3."""
        return f"{self.year}-Q{self.number}"


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured in a quarter: value and clustered standard error in the KPI's unit, and the clusters."""

    quarter: Quarter
    value: float
    se: float
    clusters: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One run's figure: ``weight`` is its denominator, or its number of contacts; ``newer`` ones replace others."""

    first: date
    last: date
    value: float
    se: float
    clusters: int
    weight: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The line: ``slope`` per quarter, with its standard error and 95 % interval; ``sign`` says what that shows."""

    quarters: tuple[Quarter, ...]
    slope: float
    se: float
    low: float
    high: float

    @property
    def sign(self) -> str:
        """Say whether it rises or falls; not shown where the interval holds zero."""
        if self.low > 0:
            return RISING
        return FALLING if self.high < 0 else NOT_SHOWN

    @property
    def unbroken(self) -> bool:
        """Say whether every quarter from the first to the last was measured."""
        return self.quarters[-1].index - self.quarters[0].index + 1 == len(self.quarters)


def quarter_of(first: date, last: date) -> Quarter | None:
    """Return the quarter that a period belongs to; None where it is longer or lies across two."""
    days = (last - first).days + 1
    if not 0 < days <= _LONGEST:
        return None
    middle = first + timedelta(days=(days - 1) // 2)
    quarter = Quarter(middle.year, (middle.month - 1) // 3 + 1)
    start = date(quarter.year, quarter.number * 3 - 2, 1)
    end = date(quarter.year + quarter.number // 4, quarter.number % 4 * 3 + 1, 1) - timedelta(days=1)
    inside = (min(last, end) - max(first, start)).days + 1
    return quarter if inside >= _INSIDE * days else None


def by_quarter(pieces: Iterable[Piece]) -> list[Point]:
    """Put the figures of runs, newest first, into quarters in order. Of runs that overlap, the first given counts.

    Those of one quarter that do not overlap (its months) are averaged by weight. What belongs to no quarter, has no
    error or is not finite is left out.
    """
    kept: dict[Quarter, list[Piece]] = {}
    for piece in pieces:
        quarter = quarter_of(piece.first, piece.last)
        numbers = (piece.value, piece.se, piece.weight)
        if quarter is None or not all(map(math.isfinite, numbers)) or min(piece.se, piece.weight) <= 0:
            continue
        others = kept.setdefault(quarter, [])
        if all(piece.last < other.first or piece.first > other.last for other in others):
            others.append(piece)
    return [_point(quarter, found) for quarter, found in sorted(kept.items())]


def _point(quarter: Quarter, pieces: Sequence[Piece]) -> Point:
    whole = math.fsum(piece.weight for piece in pieces)
    value = math.fsum(piece.value * piece.weight for piece in pieces) / whole
    se = math.hypot(*(piece.se * piece.weight for piece in pieces)) / whole
    return Point(quarter, value, se, sum(piece.clusters for piece in pieces))


def trend(points: Sequence[Point], *, confidence: float = 0.95) -> Trend | None:
    """Fit the line through the points, one per quarter and in order; None with fewer than four quarters."""
    if len(points) < LEAST_QUARTERS:
        return None
    x = np.array([point.quarter.index - points[0].quarter.index for point in points], dtype=float)
    y = np.array([point.value for point in points])
    weights = np.array([point.se for point in points]) ** -2.0
    mean_x = float(np.average(x, weights=weights))
    spread = float(np.sum(weights * (x - mean_x) ** 2))
    mean_y = float(np.average(y, weights=weights))
    slope = float(np.sum(weights * (x - mean_x) * (y - mean_y))) / spread
    residuals = y - mean_y - slope * (x - mean_x)
    free = len(points) - 2
    known = spread**-0.5
    scattered = known * math.sqrt(float(np.sum(weights * residuals**2)) / free)
    tail = (1 - confidence) / 2
    clusters = max(sum(point.clusters - 1 for point in points), 1)
    halves = (float(stats.t.isf(tail, clusters)) * known, float(stats.t.isf(tail, free)) * scattered)
    half = max(halves)
    se = known if halves[0] >= halves[1] else scattered
    return Trend(tuple(point.quarter for point in points), slope, se, slope - half, slope + half)


def recent(points: Sequence[Point], quarters: int) -> list[Point]:
    """Return the points of the last so many quarters, counted back from the newest."""
    return [point for point in points if points[-1].quarter.index - point.quarter.index < quarters]

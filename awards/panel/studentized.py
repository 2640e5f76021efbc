"""The quantile of the studentized range: how far apart the ends of ``size`` equal means lie, in standard errors.

Its distribution is a double integral (Lund and Lund 1983), here on equal steps, all at once: both integrands
vanish at their ends, where the midpoint rule converges faster than any power of the step.
"""

from __future__ import annotations

from functools import lru_cache
from math import log, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri, gammaincinv, gammaln, ndtr, ndtri

if TYPE_CHECKING:
    from collections.abc import Callable

    from awards.panel.cards import Floats

TAIL = 1e-15  # of either distribution, left out
OF_S, OF_LARGEST = 320, 60  # steps; with few degrees of freedom s reaches far
PRECISION = 1e-12


@lru_cache(maxsize=256)
def studentized_quantile(level: float, size: int, df: int) -> float:
    """Return q with P(range/s <= q) = ``level``, of ``size`` >= 2 means and s on ``df`` >= 5 degrees of freedom."""
    s, of_s = _nodes(OF_S, np.sqrt(2 * gammaincinv(df / 2, TAIL) / df), np.sqrt(chdtri(df, TAIL) / df))
    # s = sqrt(chi2/df); its density by the logarithm, which stays in range for any df.
    of_s *= np.exp(df / 2 * log(df / 2) - gammaln(df / 2) + log(2) + (df - 1) * np.log(s) - df / 2 * s * s)
    # Where the largest of the means lies; the others are to follow within the range.
    largest, of_largest = _nodes(OF_LARGEST, ndtri(TAIL ** (1 / size)), -ndtri(TAIL / size))
    of_largest *= size * np.exp(-(largest**2) / 2) / sqrt(2 * pi)

    def short(q: float) -> float:
        within = ndtr(largest) - ndtr(largest - q * s[:, None])
        return float(of_s @ (within ** (size - 1) @ of_largest)) - level

    low, high = 0.0, 4.0
    while short(high) < 0:
        low, high = high, 2 * high
    return _root(short, low, high)


def _nodes(count: int, first: float, last: float) -> tuple[Floats, Floats]:
    """Return the middles of equal steps between two ends, and their weights."""
    step = float(last - first) / count
    return first + np.arange(0.5, count, dtype=np.float64) * step, np.full(count, step, dtype=np.float64)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function crosses zero: false position, with the Illinois step for the end that stays."""
    below, above, stays = function(low), function(high), 0
    while high - low > PRECISION * high:
        middle = (low * above - high * below) / (above - below)
        found = function(middle)
        if abs(found) < PRECISION:
            return middle
        if found < 0:
            low, below, above, stays = middle, found, above / 2 if stays < 0 else above, -1
        else:
            high, above, below, stays = middle, found, below / 2 if stays > 0 else below, 1
    return high

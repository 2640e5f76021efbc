"""Rank intervals: which places an entrant may hold, given what the panel's scores can tell apart (Tukey-Kramer)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import studentized_range

from awards.panel.errors import refused
from awards.panel.severity import spread_of
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from awards.panel.severity import AdditiveFit

LEVEL = 0.95
BLOCK = 256  # rows of the table of differences that are held at once
MOST_WORK = 1e11  # multiplications: seconds


def rank_intervals(fit: AdditiveFit, *, level: float = LEVEL) -> dict[str, tuple[int, int]]:
    """Return [1 + number significantly better, n - number significantly worse] of every entrant; higher is better.

    Significant: |tau_i - tau_j|/sqrt(D_ij) > q(level, n, df)/sqrt(2). The quantile is one number for all pairs. Raises
    ``RefusedError`` where the residuals do not vary, or for more pairs than can be compared in seconds.
    """
    size = len(fit.adjusted)
    spread = spread_of(fit, "rank_intervals")
    if float(size) ** 2 * spread.shared.shape[1] > MOST_WORK:
        raise refused(
            "rank_intervals", "too_large", _("{entrants} entrants: too many pairs to compare."), entrants=size
        )
    tau = np.fromiter(fit.adjusted.values(), dtype=np.float64, count=size)
    needed = _quantile(level, size, fit.df) ** 2 / 2 * fit.mse
    order = np.argsort(-tau, kind="stable")
    better, worse = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for start in range(0, size, BLOCK):
        rows, behind = order[start : start + BLOCK], order[start:]
        gaps = np.square(tau[rows, None] - tau[None, behind])
        found = gaps > needed * spread.differences(rows, behind)
        found &= np.arange(len(rows))[:, None] < np.arange(len(behind))[None, :]  # each pair once, the better one first
        worse[rows] += np.count_nonzero(found, axis=1)
        better[behind] += np.count_nonzero(found, axis=0)
    return {name: (int(1 + better[place]), int(size - worse[place])) for place, name in enumerate(fit.adjusted)}


@lru_cache(maxsize=256)
def _quantile(level: float, size: int, df: int) -> float:
    """Return that of the studentized range; kept, since scipy integrates for a tenth of a second or more."""
    return float(studentized_range.ppf(level, size, df))

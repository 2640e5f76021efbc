"""Rank intervals: which places an entrant may hold, given what the panel's scores can tell apart (Tukey-Kramer)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from awards.panel.errors import refused
from awards.panel.severity import spread_of
from awards.panel.studentized import studentized_quantile
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from awards.panel.severity import AdditiveFit

LEVEL = 0.95
BLOCK = 64  # rows of the table of differences that are held at once
ROUNDING = 1e-9  # by which bounds of errors are widened
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
    needed = studentized_quantile(level, size, fit.df) ** 2 / 2 * fit.mse
    order = np.argsort(-tau, kind="stable")
    down = -tau[order]  # rising: the better one of a pair stands first
    near, far = np.sqrt(needed * np.array(spread.bounds())) * (1 - ROUNDING, 1 + ROUNDING)
    better, worse = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for start in range(0, size, BLOCK):
        stop = min(start + BLOCK, size)
        # Whoever stands before ``first`` is too near to this block, from ``last`` on far enough, whatever their errors.
        first = max(start, int(np.searchsorted(down, down[start] + near)))
        last = max(first, int(np.searchsorted(down, down[stop - 1] + far, side="right")))
        gaps = np.square(down[start:stop, None] - down[None, first:last])
        found = gaps > needed * spread.differences(order[start:stop], order[first:last])
        found &= np.arange(start, stop)[:, None] < np.arange(first, last)[None, :]  # each pair once
        worse[order[start:stop]] += np.count_nonzero(found, axis=1) + size - last
        better[order[first:last]] += np.count_nonzero(found, axis=0)
        better[order[last:]] += stop - start
    return {name: (int(1 + better[place]), int(size - worse[place])) for place, name in enumerate(fit.adjusted)}

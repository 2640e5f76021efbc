"""Krippendorff's alpha on four levels of measurement; scores may be missing.

Computed from the counts of values per entrant, not from pairs of scores: interval and ordinal differences are squared
distances (for ordinal, of middle ranks), whose sums have a closed form; only ratio looks at pairs of different values.
Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from awards.panel.errors import refused
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from awards.panel.cards import Cards, Floats, Indices

LEVELS = ("nominal", "ordinal", "interval", "ratio")
TENTATIVE, RELIABLE = 0.667, 0.8
MOST_PAIRS = 100_000_000  # of different values, for ratio
BLOCK = 64


def krippendorff_alpha(cards: Cards, level: str, *, what: str = "") -> float:
    """Return alpha, 1 - observed/expected disagreement, of scores on ``level``. KeyError for an unknown level.

    Entrants with a single score say nothing about agreement and are left out. Negative below chance. Raises
    ``RefusedError`` (about ``what``): fewer than two entrants with two scores, no variation, negative scores on the
    ratio level.
    """
    disagreement = _DISAGREEMENT[level]
    what = what or f"alpha.{level}"
    per_entrant = np.bincount(cards.entrant)[cards.entrant] if len(cards) else np.zeros(0, dtype=np.int64)
    paired = per_entrant > 1
    _first, unit = np.unique(cards.entrant[paired], return_inverse=True)
    if not len(unit) or not unit.max():  # of a single one, alpha is 0 whatever its scores
        raise refused(what, "too_few_paired", _("Needs two entrants or more with scores of two judges."))
    values, place = np.unique(cards.value[paired], return_inverse=True)
    if len(values) == 1:
        raise refused(what, "no_variation", _("All scores are equal: there is nothing to tell apart."))
    if level == "ratio" and values[0] < 0:
        raise refused(what, "negative_scores", _("Scores below zero have no ratios."))
    cells, counts = np.unique(unit * len(values) + place, return_counts=True)
    observed, expected = disagreement(values, cells // len(values), cells % len(values), counts.astype(np.float64))
    return 1 - observed / expected


def _nominal(_values: Floats, unit: Indices, place: Indices, counts: Floats) -> tuple[float, float]:
    sizes, total = np.bincount(unit, weights=counts), counts.sum()
    alike = np.bincount(unit, weights=counts**2)
    shares = np.bincount(place, weights=counts)
    return (
        float(((sizes**2 - alike) / (sizes - 1)).sum() / total),
        float((total**2 - shares @ shares) / (total * (total - 1))),
    )


def _interval(values: Floats, unit: Indices, place: Indices, counts: Floats) -> tuple[float, float]:
    """Return the mean squared distances: within entrants, and among all."""
    total = counts.sum()
    sizes, at = np.bincount(unit, weights=counts), values[place]
    middle = np.bincount(unit, weights=counts * at) / sizes
    within = np.bincount(unit, weights=counts * np.square(at - middle[unit]))
    around = np.square(at - (counts @ at) / total) @ counts
    return float((2 * sizes * within / (sizes - 1)).sum() / total), float(2 * around / (total - 1))


def _ordinal(_values: Floats, unit: Indices, place: Indices, counts: Floats) -> tuple[float, float]:
    """Put each value at the middle of its ranks: the ordinal difference is the distance between these middles."""
    per_value = np.bincount(place, weights=counts)
    return _interval(np.cumsum(per_value) - per_value / 2, unit, place, counts)


def _ratio(values: Floats, unit: Indices, place: Indices, counts: Floats) -> tuple[float, float]:
    """Compare ((a - b)/(a + b))^2: 1 between zero and anything else, by its limit 0 between zero and zero."""
    total = counts.sum()
    sizes = np.bincount(unit, weights=counts)
    kinds = np.bincount(unit)
    if len(values) ** 2 + float(np.square(kinds.astype(float)).sum()) > MOST_PAIRS:
        raise refused(
            "alpha.ratio", "too_large", _("{values} different scores: too many pairs to compare."), values=len(values)
        )
    observed, at, weight = 0.0, values[place], counts / (sizes - 1)[unit]
    for shift in range(1, int(kinds.max())):
        same = unit[shift:] == unit[:-shift]
        one, other = at[shift:][same], at[:-shift][same]
        observed += 2 * float((np.square((one - other) / (one + other)) * weight[shift:][same]) @ counts[:-shift][same])
    per_value, expected = np.bincount(place, weights=counts), 0.0
    for start in range(0, len(values), BLOCK):
        block, others = values[start : start + BLOCK, None], values[None, start:]
        sums = np.maximum(block + others, values[1])  # values rise: of two different ones the sum is no less
        apart = np.square((block - others) / sums)
        # Each pair of values stands here once, but those within the block twice.
        half = np.concatenate([per_value[start : start + BLOCK] / 2, per_value[start + BLOCK :]])
        expected += 2 * float(per_value[start : start + BLOCK] @ (apart @ half))
    return observed / float(total), expected / float(total * (total - 1))


_DISAGREEMENT: dict[str, Callable[[Floats, Indices, Indices, Floats], tuple[float, float]]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
    "ratio": _ratio,
}

"""How far auditors agree who looked at the same without seeing each other: weighted kappa, and who leans. Pure.

Weights are quadratic, so that one level apart counts little and four levels apart much. The interval is that of Fleiss,
Cohen and Everitt, "Large sample standard errors of kappa and weighted kappa", Psychological Bulletin 72 (1969) 323-327.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, mean, stdev
from typing import TYPE_CHECKING

from scipy.stats import t as student

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEVEL = 0.95
LEAST_PAIRS = 10  # below it a kappa says nothing
LEAST_LEANS = 5
ROUNDING = 1e-12


@dataclass(frozen=True)
class Kappa:
    """A weighted kappa with its interval of 95 %, from so many pairs."""

    value: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True)
class Lean:
    """How much higher than the others somebody answers, in levels, with its interval of 95 %, from so many answers.

    ``drift`` is the lean in the later half of the answers less that in the earlier half.
    """

    value: float
    low: float
    high: float
    number: int
    drift: float

    @property
    def leans(self) -> bool:
        """Say whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def weighted_kappa(pairs: Sequence[tuple[int, int]], levels: Sequence[int]) -> Kappa | str:
    """Return how far two auditors agree on a scale, or why it cannot be said: too_few, no_variation.

    ``pairs`` are (first, second) level of the same; which auditor is first does not matter, both orders are counted.
    """
    if len(pairs) < LEAST_PAIRS:
        return "too_few"
    size, place = len(levels), {level: at for at, level in enumerate(levels)}
    share = [[0.0] * size for _ in levels]
    for one, other in pairs:
        # Neither is a standard for the other: half the pair each way round.
        share[place[one]][place[other]] += 0.5 / len(pairs)
        share[place[other]][place[one]] += 0.5 / len(pairs)
    margin = [sum(row) for row in share]
    weight = [[1 - ((i - j) / (size - 1)) ** 2 for j in range(size)] for i in range(size)]
    cells = [(i, j) for i in range(size) for j in range(size)]
    seen = sum(weight[i][j] * share[i][j] for i, j in cells)
    chance = sum(weight[i][j] * margin[i] * margin[j] for i, j in cells)
    if 1 - chance < ROUNDING:
        return "no_variation"
    value = (seen - chance) / (1 - chance)
    mean_weight = [sum(margin[j] * weight[i][j] for j in range(size)) for i in range(size)]
    spread = sum(
        share[i][j] * (weight[i][j] * (1 - chance) - (mean_weight[i] + mean_weight[j]) * (1 - seen)) ** 2
        for i, j in cells
    )
    variance = (spread - (seen * chance - 2 * chance + seen) ** 2) / (len(pairs) * (1 - chance) ** 4)
    wide = NormalDist().inv_cdf((1 + LEVEL) / 2) * sqrt(max(variance, 0.0))
    return Kappa(value, max(value - wide, -1.0), min(value + wide, 1.0), len(pairs))


def leans(looks: Iterable[Mapping[int, int]]) -> dict[int, Lean]:
    """Return per auditor how they lean against the others who looked at the same; who looked too rarely is left out.

    ``looks`` are, the oldest first, the levels by auditor of one criterion that several looked at.
    """
    apart: dict[int, list[float]] = defaultdict(list)
    for look in looks:
        if len(look) > 1:
            for person, level in look.items():
                others = [each for key, each in look.items() if key != person]
                apart[person].append(level - mean(others))
    return {person: _lean(values) for person, values in apart.items() if len(values) >= LEAST_LEANS}


def _lean(values: list[float]) -> Lean:
    number, middle = len(values), len(values) // 2
    wide = float(student.ppf((1 + LEVEL) / 2, number - 1)) * stdev(values) / sqrt(number)
    value, drift = mean(values), mean(values[middle:]) - mean(values[:middle])
    return Lean(value, value - wide, value + wide, number, drift)

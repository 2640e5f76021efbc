"""Strengths from pairs: who was preferred to whom, by Bradley and Terry (1952), "can't tell" as half a win each.

The strength is a log odds: A is preferred to B with probability 1/(1 + exp(b - a)). Half wins keep the model at one
number per entrant; how often judges cannot tell is reported beside it instead of modelled (Davidson 1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components
from scipy.special import expit

from awards.panel.errors import PanelError, few, refused
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awards.panel.cards import Floats

MOST_ENTRANTS = 1500  # a square of that size is solved, some ten times
MOST_STEPS = 100
TOLERANCE = 1e-11  # of an entrant's comparisons


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one judge said about two entrants; ``preferred`` is one of them, or None for "can't tell"."""

    judge: str
    first: str
    second: str
    preferred: str | None


@dataclass(frozen=True)
class Strengths:
    """Log odds per entrant, summing to zero, with standard errors (as if judgements were independent).

    ``wins`` counts a "can't tell" as half; ``undecided`` is how many there were of all ``comparisons``.
    """

    strength: Mapping[str, float]
    se: Mapping[str, float]
    wins: Mapping[str, float]
    comparisons: int
    undecided: int

    def probability(self, first: str, second: str) -> float:
        """Return the probability that the first is preferred to the second."""
        return float(expit(self.strength[first] - self.strength[second]))


def bradley_terry(comparisons: Iterable[Comparison]) -> Strengths:
    """Fit strengths by maximum likelihood.

    Raises ``PanelError`` where a judge compared a pair twice or an entrant with itself, ``RefusedError`` where entrants
    are not linked by wins both ways: who always wins has no finite strength.
    """
    given = _unique(comparisons)
    names = tuple(sorted({name for each in given for name in (each.first, each.second)}))
    if not names or len(names) > MOST_ENTRANTS:
        raise refused(
            "strength",
            "too_large" if names else "no_comparisons",
            _("{entrants} entrants; between 2 and {most} can be compared by pairs."),
            entrants=len(names),
            most=MOST_ENTRANTS,
        )
    place = {name: at for at, name in enumerate(names)}
    wins = np.zeros((len(names), len(names)))
    for each in given:
        a, b = place[each.first], place[each.second]
        share = 0.5 if each.preferred is None else float(each.preferred == each.first)
        wins[a, b] += share
        wins[b, a] += 1 - share
    _linked(names, wins)
    strength, variances = _likeliest(wins)
    return Strengths(
        strength=dict(zip(names, strength.tolist(), strict=True)),
        se=dict(zip(names, np.sqrt(variances).tolist(), strict=True)),
        wins=dict(zip(names, wins.sum(axis=1).tolist(), strict=True)),
        comparisons=len(given),
        undecided=sum(each.preferred is None for each in given),
    )


def _unique(comparisons: Iterable[Comparison]) -> list[Comparison]:
    given: dict[tuple[str, frozenset[str]], Comparison] = {}
    for each in comparisons:
        pair = frozenset((each.first, each.second))
        if len(pair) == 1 or each.preferred not in {None, *pair}:
            raise PanelError(_("An entrant is compared with another, one of the two is preferred, or neither."))
        if given.setdefault((each.judge, pair), each) is not each:
            raise PanelError(
                _("Judge “{judge}” compared “{first}” and “{second}” twice."),
                judge=each.judge,
                first=each.first,
                second=each.second,
            )
    return list(given.values())


def _linked(names: tuple[str, ...], wins: Floats) -> None:
    """Refuse unless everybody is linked to everybody by wins, both ways."""
    count, label = connected_components(wins > 0, directed=True, connection="strong")
    if count > 1:
        groups = [tuple(name for name, part in zip(names, label, strict=True) if part == at) for at in range(count)]
        groups.sort(key=lambda group: (-len(group), group))
        raise refused(
            "strength",
            "not_linked",
            _("{count} groups are not linked by preferences both ways, among them {first} and {second}: compare more."),
            count=count,
            first=few(groups[0]),
            second=few(groups[1]),
        )


def _likeliest(wins: Floats) -> tuple[Floats, Floats]:
    """Return strengths and variances by Newton's method with bounded steps; the likelihood has one maximum."""
    met = wins + wins.T
    strength = np.zeros(len(wins))
    for _step in range(MOST_STEPS):
        chance = expit(strength[:, None] - strength[None, :])
        slope = (wins - met * chance).sum(axis=1)
        weights = met * chance * (1 - chance)
        information = np.diag(weights.sum(axis=1)) - weights
        level = float(np.trace(information)) / len(wins) ** 2
        root = cho_factor(information + level)
        if np.abs(slope).max() <= TOLERANCE * met.sum(axis=1).max():
            break
        change = cho_solve(root, slope)
        strength += change * min(1.0, 2.0 / float(np.abs(change).max()))
        strength -= strength.mean()
    else:
        raise refused("strength", "not_solved", _("The preferences are too one-sided: compare more."))
    inverse = cho_solve(root, np.eye(len(wins)))
    return strength, np.diag(inverse) - 1 / (level * len(wins) ** 2)

"""The ladder for ties, declared before the scores are opened, with a trace of every rung that was used.

Rungs, in this order: the unrounded score, the criterion that was named before, the majority of judges head to head, a
recorded deliberation; who is still equal holds the place jointly. Never a timestamp, an id or a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    Group = tuple[str, ...]

SCORE, CRITERION, MAJORITY, DELIBERATION, JOINT = "score", "criterion", "majority", "deliberation", "joint"


@dataclass(frozen=True)
class Deliberation:
    """What a panel decided about entrants that were equal: the groups from the first on, and why."""

    order: Sequence[Sequence[str]]
    reason: str


@dataclass(frozen=True)
class Rung:
    """One use of a rung: the group that was equal, what it became, and the facts it rests on.

    ``facts`` of the rungs score and criterion: {entrant: score}; majority: {"pairs": [[A, B, judges preferring A,
    preferring B, preferring neither]]}; deliberation: {"reason"}; joint: none.
    """

    rung: str
    group: Group
    became: tuple[Group, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A place and who holds it; several entrants hold it jointly. The next place counts all of them."""

    place: int
    entrants: Group


@dataclass(frozen=True)
class Ranking:
    """The places from the first on, and how ties were broken."""

    places: tuple[Place, ...]
    trace: tuple[Rung, ...]

    def of(self) -> dict[str, int]:
        """Return the place of every entrant."""
        return {name: place.place for place in self.places for name in place.entrants}


def rank(
    scores: Mapping[str, Fraction],
    *,
    criterion: Mapping[str, Fraction] | None = None,
    judges: Mapping[str, Mapping[str, Fraction]] | None = None,
    deliberations: Sequence[Deliberation] = (),
) -> Ranking:
    """Rank entrants by unrounded scores, higher first, and go down the ladder for those that are equal.

    ``criterion`` are scores on the criterion named before; ``judges`` what each judge gave, {judge: {entrant: score}};
    a deliberation counts for a group when it orders exactly the entrants of that group.
    """
    groups = _by_score(tuple(sorted(scores)), scores)
    equal = [group for group in groups if len(group) > 1]
    trace = [Rung(SCORE, group, (group,), {name: scores[name] for name in group}) for group in equal]
    ladder = (
        (CRITERION, lambda group: _on_criterion(group, criterion)),
        (MAJORITY, lambda group: _head_to_head(group, judges or {})),
        (DELIBERATION, lambda group: _deliberated(group, deliberations)),
    )
    for rung, split in ladder:
        groups = [part for group in groups for part in _step(rung, group, split, trace)]
    trace += [Rung(JOINT, group, (group,)) for group in groups if len(group) > 1]
    places, first = [], 1
    for group in groups:
        places.append(Place(first, group))
        first += len(group)
    return Ranking(tuple(places), tuple(trace))


def _step(rung: str, group: Group, split: Any, trace: list[Rung]) -> list[Group]:
    """Use a rung on a group that is still equal, and write it down if there was something to use."""
    if len(group) == 1:
        return [group]
    parts, facts = split(group)
    if facts:
        trace.append(Rung(rung, group, tuple(parts), facts))
    return list(parts)


def _by_score(group: Group, scores: Mapping[str, Fraction]) -> list[Group]:
    """Return the entrants in groups of equal scores, the highest first."""
    values = sorted({scores[name] for name in group}, reverse=True)
    by_value: dict[Fraction, list[str]] = {value: [] for value in values}
    for name in group:
        by_value[scores[name]].append(name)
    return [tuple(by_value[value]) for value in values]


def _on_criterion(group: Group, scores: Mapping[str, Fraction] | None) -> tuple[list[Group], dict[str, Any]]:
    """Use the criterion only where all of the group have a score on it."""
    if scores is None or not all(name in scores for name in group):
        return [group], {}
    return _by_score(group, scores), {name: scores[name] for name in group}


def _head_to_head(group: Group, judges: Mapping[str, Mapping[str, Fraction]]) -> tuple[list[Group], dict[str, Any]]:
    """Put first whom most judges who scored both prefer; entrants that beat each other in a circle stay equal."""
    met = np.zeros((len(group), len(group)), dtype=bool)
    pairs = []
    for one, other in combinations(range(len(group)), 2):
        first, second, neither = _votes(group[one], group[other], judges)
        met[one, other], met[other, one] = first >= second, second >= first
        if first + second + neither:
            pairs.append([group[one], group[other], first, second, neither])
    _count, label = connected_components(met, directed=True, connection="strong")
    parts: dict[int, list[int]] = {}
    for place, part in enumerate(label):
        parts.setdefault(int(part), []).append(place)
    ordered = sorted(parts.values(), key=lambda part: -sum(bool(met[part[0], each]) for each in range(len(group))))
    return [tuple(group[place] for place in part) for part in ordered], {"pairs": pairs} if pairs else {}


def _votes(one: str, other: str, judges: Mapping[str, Mapping[str, Fraction]]) -> tuple[int, int, int]:
    """Count the judges who scored both: preferring the first, the second, neither."""
    both = [(given[one], given[other]) for given in judges.values() if one in given and other in given]
    first, second = sum(a > b for a, b in both), sum(a < b for a, b in both)
    return first, second, len(both) - first - second


def _deliberated(group: Group, deliberations: Sequence[Deliberation]) -> tuple[list[Group], dict[str, Any]]:
    """Use the last deliberation that orders exactly this group."""
    for found in reversed(deliberations):
        named = [name for part in found.order for name in part]
        if sorted(named) == sorted(group):
            return [tuple(sorted(part)) for part in found.order if part], {"reason": found.reason}
    return [group], {}

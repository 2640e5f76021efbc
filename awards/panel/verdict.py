"""What the scores allow the chair to say: a clear winner, deliberate, a joint award, or no separable order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awards.panel.ties import Ranking

CLEAR_WINNER, DELIBERATE, JOINT, NO_ORDER = "clear_winner", "deliberate", "joint", "no_separable_order"


@dataclass(frozen=True)
class Verdict:
    """One word, who leads, and who may be first as far as the scores can tell (empty: not known).

    ``because`` is a code: ``separated`` (the leader is significantly better than all others), ``overlapping`` (others
    may be first too), ``nothing_separated`` (nobody is significantly better than anybody), ``equal_after_ladder`` (the
    first place is held jointly), ``no_intervals`` (the panel's scores do not allow rank intervals).
    """

    word: str
    leaders: tuple[str, ...]
    plausible: tuple[str, ...]
    because: str


def verdict(ranking: Ranking, intervals: Mapping[str, tuple[int, int]] | None) -> Verdict:
    """Say what the ranking and the rank intervals come to. The leaders are those on the ranking's first place.

    The intervals may be of adjusted scores and the ranking of raw ones: a leader who is not the one that the intervals
    set apart is no clear winner.
    """
    leaders = ranking.places[0].entrants
    if intervals is None:
        return Verdict(JOINT if len(leaders) > 1 else DELIBERATE, leaders, (), _without(leaders))
    plausible = tuple(sorted(name for name, (best, _worst) in intervals.items() if best == 1))
    if len(leaders) > 1:
        return Verdict(JOINT, leaders, plausible, "equal_after_ladder")
    if all(interval == (1, len(intervals)) for interval in intervals.values()):
        return Verdict(NO_ORDER, leaders, plausible, "nothing_separated")
    if plausible == leaders:
        return Verdict(CLEAR_WINNER, leaders, plausible, "separated")
    return Verdict(DELIBERATE, leaders, plausible, "overlapping")


def _without(leaders: tuple[str, ...]) -> str:
    return "equal_after_ladder" if len(leaders) > 1 else "no_intervals"

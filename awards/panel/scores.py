"""Scores, scorecards and the panel that they make. Exact arithmetic; nothing depends on the order of the scores.

A scorecard is what one judge gave one entrant. Its total is sum(w s)/sum(w) over all criteria of the panel; one that
lacks a criterion is incomplete: it is named and left out, so that it never lowers (or raises) a total.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from awards.panel.cards import cards_of
from awards.panel.errors import PanelError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from awards.panel.cards import Cards


@dataclass(frozen=True, slots=True)
class Score:
    """What one judge gave one entrant on one criterion; ``value`` None for a blank. ``line`` is for messages."""

    entrant: str
    judge: str
    value: Decimal | None
    criterion: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A scorecard that lacks criteria."""

    entrant: str
    judge: str
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Panel:
    """All scores of a panel; make it with ``Panel.of``.

    ``marks`` holds, per criterion and by places (entrant, judge), the score times ``10**decimals``; ``totals`` the
    numerator of every complete scorecard over ``denominator``. ``weights`` are in the order of ``criteria``.
    """

    entrants: tuple[str, ...]
    judges: tuple[str, ...]
    criteria: tuple[str, ...]
    weights: tuple[Fraction, ...]
    marks: Mapping[str, Mapping[tuple[int, int], int]]
    totals: Mapping[tuple[int, int], int]
    denominator: int
    decimals: int
    incomplete: tuple[Incomplete, ...]

    @classmethod
    def of(cls, scores: Iterable[Score], weights: Mapping[str, Decimal] | None = None) -> Panel:
        """Make a panel. ``weights`` by criterion, positive, 1 where none is given.

        Raises ``PanelError`` for a pair of entrant and judge that stands twice on a criterion, and for no scores.
        """
        given = _unique(scores)
        entrants, judges, criteria = (tuple(sorted({key[place] for key in given})) for place in range(3))
        if not any(score.value is not None for score in given.values()):
            raise PanelError(_("There are no scores."))
        decimals = max(map(_decimals, {score.value for score in given.values() if score.value is not None}))
        marks = _marks(given, entrants, judges, criteria, decimals)
        exact = tuple(Fraction((weights or {}).get(name, 1)) for name in criteria)
        totals, total_weight = _totals(marks, criteria, exact)
        incomplete = tuple(
            Incomplete(entrants[e], judges[j], tuple(name for name in criteria if (e, j) not in marks[name]))
            for e, j in sorted(_pairs(marks) - totals.keys())
        )
        return cls(entrants, judges, criteria, exact, marks, totals, total_weight * 10**decimals, decimals, incomplete)

    @cached_property
    def scores(self) -> int:
        """How many scores there are, blanks not counted."""
        return sum(map(len, self.marks.values()))

    @cached_property
    def complete(self) -> bool:
        """Whether every judge has a complete scorecard of every entrant."""
        return len(self.totals) == len(self.entrants) * len(self.judges)

    @cached_property
    def cards(self) -> Cards:
        """The totals of the complete scorecards."""
        return cards_of(self.totals, self.denominator)

    def on(self, criterion: str) -> Cards:
        """Return all scores on one criterion, those of incomplete scorecards too. KeyError for an unknown one."""
        return cards_of(self.marks[criterion], 10**self.decimals)

    def whole(self, criterion: str | None = None) -> tuple[Mapping[tuple[int, int], int], int]:
        """Return what complete scorecards gave as whole numbers by (entrant, judge), and what they are divided by."""
        if criterion is None:
            return self.totals, self.denominator
        found = self.marks[criterion]
        return {pair: found[pair] for pair in self.totals}, 10**self.decimals

    def by_judge(self, criterion: str | None = None) -> dict[str, dict[str, Fraction]]:
        """Return what each judge gave, {judge: {entrant: score}}, of complete scorecards: totals, or one criterion."""
        marks, denominator = self.whole(criterion)
        given: dict[str, dict[str, Fraction]] = {}
        for (e, j), mark in marks.items():
            given.setdefault(self.judges[j], {})[self.entrants[e]] = Fraction(mark, denominator)
        return given


def _unique(scores: Iterable[Score]) -> dict[tuple[str, str, str], Score]:
    """Return the scores by entrant, judge and criterion."""
    given: dict[tuple[str, str, str], Score] = {}
    for score in scores:
        first = given.setdefault((score.entrant, score.judge, score.criterion), score)
        if first is not score:
            raise PanelError(
                _("line {line}: judge “{judge}” scored entrant “{entrant}” on this criterion in line {first} already."),
                line=score.line,
                judge=score.judge,
                entrant=score.entrant,
                first=first.line,
            )
    return given


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _marks(
    given: Mapping[tuple[str, str, str], Score],
    entrants: tuple[str, ...],
    judges: tuple[str, ...],
    criteria: tuple[str, ...],
    decimals: int,
) -> dict[str, dict[tuple[int, int], int]]:
    place_e, place_j = ({name: place for place, name in enumerate(names)} for names in (entrants, judges))
    marks: dict[str, dict[tuple[int, int], int]] = {name: {} for name in criteria}
    for (entrant, judge, criterion), score in given.items():
        if score.value is not None:
            marks[criterion][place_e[entrant], place_j[judge]] = int(score.value.scaleb(decimals))
    return {name: dict(sorted(found.items())) for name, found in marks.items()}


def _pairs(marks: Mapping[str, Mapping[tuple[int, int], int]]) -> set[tuple[int, int]]:
    """Return every pair with at least one score."""
    return set().union(*(found.keys() for found in marks.values()))


def _totals(
    marks: Mapping[str, Mapping[tuple[int, int], int]], criteria: tuple[str, ...], weights: tuple[Fraction, ...]
) -> tuple[dict[tuple[int, int], int], int]:
    """Return sum(w s) of every complete scorecard and sum(w), both in whole numbers."""
    scale = math.lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * scale) for weight in weights]
    totals = dict.fromkeys(marks[criteria[0]], 0)
    for name, weight in zip(criteria, whole, strict=True):
        found = marks[name]
        totals = {pair: total + weight * found[pair] for pair, total in totals.items() if pair in found}
    return totals, sum(whole)

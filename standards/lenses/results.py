"""A case read through a lens: shares as intervals, items that pass a grade, bands, points. Exact, and never a score.

For the criteria of a group that are asked and not N/A::

    share = sum(w x (level - lowest) / (highest - lowest)) / sum(w)

with the weights of the edition and each criterion's own scale. A criterion that leads into several groups counts fully
in each. An unanswered criterion makes the share an interval: at its lowest level, at its highest.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from standards.lenses.model import ReadingKind
from standards.scoring.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from standards.lenses.assigning import Branch, Coverage
    from standards.lenses.model import Band, Item, Reading


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A criterion that stands in the way of a pass: ``level`` is below the grade, or None while it is unanswered."""

    item: Item
    level: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """From ``low`` to ``high``, 0 to 1; equal ends once nothing is open."""

    low: Fraction
    high: Fraction

    @property
    def settled(self) -> bool:
        """Say whether nothing is open."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Counts:
    """How many criteria are asked, answered with a level, N/A and open."""

    asked: int
    answered: int
    not_applicable: int

    @property
    def open(self) -> int:
        """Return how many are unanswered."""
        return self.asked - self.answered - self.not_applicable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case says of some criteria. ``share`` is None where none is asked and applicable: nothing can be said.

    ``passed`` is None for the same reason, or when the lens does not read items. ``bands`` are the lowest and the
    highest band that are possible.
    """

    counts: Counts
    share: Share | None
    passed: State | None
    obstacles: tuple[Obstacle, ...]
    bands: tuple[Band, Band] | None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group; ``points`` is the share of the group's points, where it has some."""

    branch: Branch
    outcome: Outcome
    points: Share | None
    children: tuple[GroupResult, ...]

    def walk(self) -> Iterator[GroupResult]:
        """Yield this group and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class LensResult:
    """All groups, and all criteria of the lens together, each counted once.

    ``points`` adds up the groups that have points and of which something can be said; ``points_of`` is what these have.
    """

    coverage: Coverage
    grade: int
    groups: tuple[GroupResult, ...]
    whole: Outcome
    points: Share | None
    points_of: Fraction

    def walk(self) -> Iterator[GroupResult]:
        """Yield all groups, in order."""
        for group in self.groups:
            yield from group.walk()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a case says, and how it is read. ``limit``: criteria of higher tiers than this are left out.

    ``scale`` is the edition's (lowest, highest) level, on which ``grade`` stands.
    """

    levels: Mapping[str, int]
    not_applicable: Collection[str]
    skipped: Collection[str]
    scale: tuple[int, int]
    grade: int
    limit: int

    def asked(self, items: Iterable[Item]) -> list[Item]:
        """Keep the criteria that are asked, N/A ones included."""
        return [item for item in items if item.code not in self.skipped and item.tier <= self.limit]

    def reaches(self, item: Item, level: int) -> bool:
        """Say whether a level reaches the grade: as high on its own scale as the grade is on the edition's."""
        lowest, highest = self.scale
        return (level - item.lowest) * (highest - lowest) >= (self.grade - lowest) * item.span


def middle(scale: tuple[int, int]) -> int:
    """Return the level in the middle of a scale, the upper one of two: 3 of 0 to 5."""
    return (scale[0] + scale[1] + 1) // 2


def grade_of(reading: Reading, scale: tuple[int, int]) -> int:
    """Return the grade that the lens proposes, brought onto the scale, else the middle of the scale."""
    return middle(scale) if reading.grade is None else min(max(reading.grade, scale[0]), scale[1])


def read_through(coverage: Coverage, seen: Seen) -> LensResult:
    """Return what a case says in the structure of a lens."""
    reading = coverage.lens.reading
    groups = tuple(_group(branch, reading, seen) for branch in coverage.branches)
    pointed = [(each.points, each.branch.group.points) for group in groups for each in group.walk() if each.points]
    low = sum((share.low for share, _points in pointed), Fraction(0))
    high = sum((share.high for share, _points in pointed), Fraction(0))
    return LensResult(
        coverage=coverage,
        grade=seen.grade,
        groups=groups,
        whole=_outcome(coverage.assigned, reading, seen),
        points=Share(low, high) if pointed else None,
        points_of=sum((points for _share, points in pointed if points is not None), Fraction(0)),
    )


def _group(branch: Branch, reading: Reading, seen: Seen) -> GroupResult:
    outcome, points = _outcome(branch.items, reading, seen), branch.group.points
    share = outcome.share
    return GroupResult(
        branch=branch,
        outcome=outcome,
        points=Share(share.low * points, share.high * points) if share and points is not None else None,
        children=tuple(_group(child, reading, seen) for child in branch.children),
    )


def _outcome(items: tuple[Item, ...], reading: Reading, seen: Seen) -> Outcome:
    asked = seen.asked(items)
    counted = [item for item in asked if item.code not in seen.not_applicable]
    answered = sum(item.code in seen.levels for item in counted)
    share = _share(counted, seen.levels)
    passes = reading.kind == ReadingKind.ITEM_PASS and bool(counted)
    obstacles = _obstacles(counted, seen) if passes else ()
    return Outcome(
        counts=Counts(len(asked), answered, len(asked) - len(counted)),
        share=share,
        passed=_passed(obstacles) if passes else None,
        obstacles=obstacles,
        bands=(_band(reading.bands, share.low), _band(reading.bands, share.high)) if share and reading.bands else None,
    )


def _share(items: list[Item], levels: Mapping[str, int]) -> Share | None:
    weight = sum((item.weight for item in items), Fraction(0))
    if not weight:
        return None
    low = high = Fraction(0)
    for item in items:
        level = levels.get(item.code)
        if level is None:
            high += item.weight
        else:
            part = item.weight * Fraction(level - item.lowest, item.span)
            low += part
            high += part
    return Share(low / weight, high / weight)


def _obstacles(items: list[Item], seen: Seen) -> tuple[Obstacle, ...]:
    """Return what stands in the way: answers below the grade first, then what is unanswered."""
    below, missing = [], []
    for item in items:
        level = seen.levels.get(item.code)
        if level is None:
            missing.append(Obstacle(item, None))
        elif not seen.reaches(item, level):
            below.append(Obstacle(item, level))
    return (*below, *missing)


def _passed(obstacles: tuple[Obstacle, ...]) -> State:
    if any(each.level is not None for each in obstacles):
        return State.NOT_MET
    return State.OPEN if obstacles else State.MET


def _band(bands: tuple[Band, ...], share: Fraction) -> Band:
    """Return the highest band whose beginning is reached; 9.9 % has not reached a band that begins at 10."""
    return next(band for band in reversed(bands) if band.low == 0 or share * 100 >= band.low)

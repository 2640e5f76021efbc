"""Two scored audits criterion by criterion: what each is worth in points, and what made the difference. No Django.

The points of a criterion are its share of its block: over all criteria they add up to the score, so what differs adds
up to the difference, to the last decimal. What is unanswered counts with its lowest level, as in the score's lower end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from standards.scoring.points import not_asked, sum_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standards.scoring import Case, EditionSpec

ZERO = Fraction(0)


class Why(StrEnum):
    """Why a criterion is worth other points than before."""

    RAISED = "raised"
    LOWERED = "lowered"
    ANSWERED = "answered"  # it was unanswered
    EMPTIED = "emptied"  # it is unanswered
    NA = "na"  # it became, or ceased to be, not applicable
    CAME = "came"
    GONE = "gone"
    WEIGHT = "weight"  # the same level: the edition, or what else applies, gives it another share
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Share:
    """What one criterion stands at and is worth; ``level`` is None while unanswered and where it is ``na``."""

    code: str
    block: str
    level: int | None
    na: bool
    points: Fraction


@dataclass(frozen=True, slots=True)
class Contrast:
    """One criterion on both sides; several old ones where they were merged, none where it came or went."""

    block: str
    old: tuple[Share, ...]
    new: Share | None
    before: Fraction
    after: Fraction

    @property
    def code(self) -> str:
        """Return the code by which it is known: the newer one where there is one."""
        return self.new.code if self.new else self.old[0].code

    @property
    def delta(self) -> Fraction:
        """Return what it adds to the difference."""
        return self.after - self.before

    @property
    def steps(self) -> int | None:
        """Return by how many levels it rose; None where there are not two levels to compare."""
        if self.new is None or self.new.level is None or len(self.old) != 1 or self.old[0].level is None:
            return None
        return self.new.level - self.old[0].level

    @property
    def why(self) -> Why:
        """Say what made the difference."""
        if self.new is None or not self.old:
            return Why.GONE if self.new is None else Why.CAME
        if self.new.na != all(each.na for each in self.old):
            return Why.NA
        if not self.new.na and self.new.level is None and any(each.level is not None for each in self.old):
            return Why.EMPTIED
        if self.new.level is not None and all(each.level is None for each in self.old):
            return Why.ANSWERED
        if self.steps:
            return Why.RAISED if self.steps > 0 else Why.LOWERED
        return Why.WEIGHT if self.delta else Why.SAME


@dataclass(frozen=True, slots=True)
class Comparison:
    """All criteria in the order of the newer edition, those that went last, and the sums by reason."""

    rows: tuple[Contrast, ...]
    sums: Mapping[Why, Fraction] = field(default_factory=dict)

    @property
    def delta(self) -> Fraction:
        """Return the whole difference."""
        return sum((row.delta for row in self.rows), ZERO)

    def biggest(self, count: int) -> list[Contrast]:
        """Return the rows that made the most of the difference, up or down."""
        moved = [row for row in self.rows if row.delta]
        return sorted(moved, key=lambda row: -abs(row.delta))[:count]


def shares(spec: EditionSpec, case: Case, tier: int) -> dict[str, Share]:
    """Return what each criterion that is asked at a tier is worth; over a block they add up to its points."""
    skipped = not_asked(spec, case)
    sums, _counts = sum_up(spec, case, skipped)
    found = {}
    for row in spec.rows:
        if row.code in skipped or row.tier > tier:
            continue
        block, cell = spec.blocks[row.block], sums[tier][row.block]
        level, na = case.levels.get(row.code), row.code in case.not_applicable
        points = ZERO
        if level is not None and not na:
            points = block.points * Fraction(row.step * (level - row.low), cell.weight * spec.common)
        found[row.code] = Share(row.code, block.code, level, na, points)
    return found


def contrast(old: Mapping[str, Share], new: Mapping[str, Share], origins: Mapping[str, tuple[str, ...]]) -> Comparison:
    """Put two audits side by side; ``origins`` are the older codes of each newer one, itself where the edition is one.

    An older criterion that several come from gives each of them an equal part of its points, so that none counts twice.
    """
    heirs: dict[str, int] = defaultdict(int)
    for code in new:
        for each in origins.get(code, ()):
            heirs[each] += each in old
    rows = []
    for code, share in new.items():
        given = tuple(old[each] for each in origins.get(code, ()) if each in old)
        before = sum((each.points / heirs[each.code] for each in given), ZERO)
        rows.append(Contrast(share.block, given, share, before, share.points))
    rows += [
        Contrast(share.block, (share,), None, share.points, ZERO) for code, share in old.items() if not heirs[code]
    ]
    return Comparison(tuple(rows), _by_reason(rows))


def _by_reason(rows: Iterable[Contrast]) -> dict[Why, Fraction]:
    sums: dict[Why, Fraction] = defaultdict(Fraction)
    for row in rows:
        sums[row.why] += row.delta
    return {why: sums[why] for why in Why if sums[why]}

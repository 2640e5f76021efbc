"""From levels to points.

For a tier, over the criteria that apply at it or below, that are asked and that are not N/A::

    block points = block maximum x sum(w x (level - lowest) / (highest - lowest)) / sum(w)

with the lowest and highest level of each criterion's own scale. The sums stay whole numbers: one level is worth
``Row.step``, and ``EditionSpec.common`` is what all levels of a criterion of weight 1 are worth together.

An unanswered criterion makes this an interval: all at the lowest level, all at the highest. Should one become N/A
later, the score S/W stays between S/(W + w) and (S + w)/(W + w), so the interval still holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from standards.scoring.model import BlockResult

if TYPE_CHECKING:
    from standards.scoring.model import Case, EditionSpec


@dataclass(slots=True)
class Sums:
    """Integer sums over the criteria of one block that first apply at one tier."""

    weight: int = 0
    low: int = 0
    open: int = 0

    def add(self, other: Sums) -> Sums:
        """Return both together."""
        return Sums(self.weight + other.weight, self.low + other.low, self.open + other.open)


@dataclass(slots=True)
class Counts:
    """How many criteria of a tier are asked, answered with a level, N/A, and unanswered though N/A is allowed."""

    asked: int = 0
    levels: int = 0
    not_applicable: int = 0
    may_become_na: int = 0

    def add(self, other: Counts) -> Counts:
        """Return both together."""
        return Counts(
            self.asked + other.asked,
            self.levels + other.levels,
            self.not_applicable + other.not_applicable,
            self.may_become_na + other.may_become_na,
        )


def not_asked(edition: EditionSpec, case: Case) -> frozenset[str]:
    """Return the codes of criteria whose condition is known not to hold."""
    facts = case.facts
    return frozenset(
        code
        for code, condition in edition.conditional
        if condition.fact in facts and condition.includes.isdisjoint(facts[condition.fact])
    )


def sum_up(edition: EditionSpec, case: Case, skipped: frozenset[str]) -> tuple[list[list[Sums]], list[Counts]]:
    """Return sums[tier][block] and counts[tier], each over that tier and all below, in one pass over the criteria."""
    sums = [[Sums() for _ in edition.blocks] for _ in edition.tiers]
    counts = [Counts() for _ in edition.tiers]
    levels, not_applicable, common = case.levels, case.not_applicable, edition.common
    for row in edition.rows:
        if row.code in skipped:
            continue
        count = counts[row.tier]
        count.asked += 1
        if row.code in not_applicable:
            count.not_applicable += 1
            continue
        cell = sums[row.tier][row.block]
        cell.weight += row.units
        level = levels.get(row.code)
        if level is None:
            cell.open += row.units * common
            count.may_become_na += row.na_allowed
        else:
            cell.low += row.step * (level - row.low)
            count.levels += 1
    for tier in range(1, len(edition.tiers)):
        counts[tier] = counts[tier].add(counts[tier - 1])
        sums[tier] = [cell.add(below) for cell, below in zip(sums[tier], sums[tier - 1], strict=True)]
    return sums, counts


def block_results(edition: EditionSpec, sums: list[Sums]) -> tuple[BlockResult, ...]:
    """Return each block's points. A valid edition has a criterion per block that is always asked: no sum is zero."""
    return tuple(
        _block(spec.code, spec.points, cell, edition.common) for spec, cell in zip(edition.blocks, sums, strict=True)
    )


def _block(code: str, points: Fraction, cell: Sums, common: int) -> BlockResult:
    whole = points.denominator * cell.weight * common
    low = Fraction(points.numerator * cell.low, whole)
    high = Fraction(points.numerator * (cell.low + cell.open), whole) if cell.open else low
    return BlockResult(code, points, low, high)

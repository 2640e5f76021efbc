"""``score``: the one way from an edition and a case to a result."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from standards.scoring.gates import TierView, judge
from standards.scoring.model import Result, State, TierResult
from standards.scoring.plan import cheapest_changes
from standards.scoring.points import block_results, not_asked, sum_up

if TYPE_CHECKING:
    from standards.scoring.model import Case, Change, EditionSpec, GateResult
    from standards.scoring.points import Counts, Sums

ZERO = Fraction(0)


def score(edition: EditionSpec, case: Case) -> Result:
    """Score a case for every tier of the edition. Exact: nothing is rounded."""
    skipped = not_asked(edition, case)
    sums, counts = sum_up(edition, case, skipped)
    tiers: list[TierResult] = []
    so_far: bool | None = True
    for index in range(len(edition.tiers)):
        tier = _tier(edition, case, index, (sums[index], counts[index]), skipped, so_far)
        tiers.append(tier)
        so_far = tier.attained
    attained = [tier.code for tier in tiers if tier.attained]
    return Result(tuple(tiers), attained[-1] if attained else None)


def next_tier_plan(edition: EditionSpec, case: Case, result: Result) -> tuple[Change, ...]:
    """Return the fewest level steps that meet the lowest tier not attained, as far as answers can; see ``plan.py``."""
    for index, tier in enumerate(result.tiers):
        if not tier.attained:
            return cheapest_changes(edition, case, index)
    return ()


def _tier(
    edition: EditionSpec,
    case: Case,
    index: int,
    totals: tuple[list[Sums], Counts],
    skipped: frozenset[str],
    so_far: bool | None,
) -> TierResult:
    blocks = block_results(edition, totals[0])
    low, high = sum((block.low for block in blocks), ZERO), sum((block.high for block in blocks), ZERO)
    points = sum((block.points for block in blocks), ZERO)
    rows = tuple(row for row in edition.rows if row.tier <= index and row.code not in skipped)
    counts = totals[1]
    view = TierView(edition, case, rows, blocks, low, high, points, counts)
    spec = edition.tiers[index]
    gates = tuple(result for gate in spec.gates for result in judge(gate, view))
    return TierResult(
        code=spec.code,
        low=low,
        high=high,
        points=points,
        blocks=blocks,
        gates=gates,
        attained=_attained(gates, so_far),
        asked=counts.asked,
        answered=counts.levels,
        not_applicable=counts.not_applicable,
    )


def _attained(gates: tuple[GateResult, ...], below: bool | None) -> bool | None:
    """Return the three-valued "and" of all gates and of the tiers below."""
    states = {gate.state for gate in gates}
    if below is False or State.NOT_MET in states:
        return False
    return None if below is None or State.OPEN in states else True

"""The plan against brute force: valid, with the fewest steps, and among those the fewest criteria."""

from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from standards.scoring import next_tier_plan, score
from standards.scoring.model import BlockGate, Case, ClauseGate, MandatoryGate, MarketGate, State, TotalGate
from tests.standards.builders import block, criterion, edition, levels

if TYPE_CHECKING:
    from standards.scoring.model import Change, EditionSpec

LEVEL_GATES = {"total", "block", "mandatory_level", "clause_level"}


def applied(case: Case, plan: tuple[Change, ...]) -> Case:
    return dataclasses.replace(case, levels={**case.levels, **{each.criterion: each.level_to for each in plan}})


def level_gates_hold(spec: EditionSpec, case: Case, tier: str) -> bool:
    filled = {row.code: row.low for row in spec.rows if row.code not in case.not_applicable}
    result = score(spec, dataclasses.replace(case, levels={**filled, **case.levels}))
    upto = [each.code for each in result.tiers].index(tier) + 1
    gates = [gate for each in result.tiers[:upto] for gate in each.gates if gate.kind in LEVEL_GATES]
    return all(gate.state is State.MET for gate in gates)


def cheapest_by_brute_force(spec: EditionSpec, case: Case, tier: str) -> tuple[int, int]:
    """Try every combination of levels and return (steps, criteria changed) of the best."""
    rows = [row for row in spec.rows if row.code not in case.not_applicable]
    now = [case.levels.get(row.code, row.low) for row in rows]
    costs = []
    for wanted in itertools.product(*(range(level, row.high + 1) for row, level in zip(rows, now, strict=True))):
        steps = sum(wanted) - sum(now)
        changed = sum(a != b for a, b in zip(now, wanted, strict=True))
        if costs and (steps, changed) >= min(costs):
            continue
        tried = dataclasses.replace(case, levels={row.code: w for row, w in zip(rows, wanted, strict=True)})
        if level_gates_hold(spec, tried, tier):
            costs.append((steps, changed))
    return min(costs)


@st.composite
def small_editions(draw: st.DrawFn) -> EditionSpec:
    scale = draw(st.sampled_from([(0, 3), (0, 2), (1, 4)]))
    sizes = draw(st.sampled_from([(3, 3), (5,), (2, 2, 2), (2, 4), (6,)]))
    own = st.sampled_from([None, None, (0, 1), (0, 2), (1, 4), (2, 3)] if draw(st.booleans()) else [None])
    blocks = []
    for name, size in zip("ABC", sizes, strict=False):
        weights = st.sampled_from(["1", "2", "0.5", "3"])
        criteria = [
            criterion(
                f"{name}{1 + n % 2}.{n}",
                draw(weights),
                "one" if n == 0 else draw(st.sampled_from(["one", "two"])),
                mandatory=draw(st.booleans()) if n == 0 else False,
                na=n > 0,
                scale=draw(own),
            )
            for n in range(size)
        ]
        blocks.append(block(name, draw(st.sampled_from([10, 20, 30])), *criteria))
    points = sum(int(each.points) for each in blocks)
    share = draw(st.integers(0, 100))
    gates = [
        TotalGate(Fraction(points * share, 100)),
        BlockGate(Fraction(draw(st.integers(0, 90)))),
        MandatoryGate(draw(st.integers(*scale))),
        ClauseGate("A1", draw(st.integers(*scale))),
    ]
    first = [TotalGate(Fraction(points * share, 200)), BlockGate(Fraction(draw(st.integers(0, 50))))]
    return edition(blocks, {"one": first, "two": gates}, scale)


@st.composite
def cases(draw: st.DrawFn, spec: EditionSpec) -> Case:
    found, skipped = {}, set()
    for row in spec.rows:
        what = draw(st.sampled_from(["level", "level", "level", "na", "open"]))
        if what == "na" and row.na_allowed:
            skipped.add(row.code)
        elif what != "open":
            found[row.code] = draw(st.integers(row.low, row.high))
    return Case(levels=found, not_applicable=frozenset(skipped))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_plan_is_valid_and_minimal_in_steps_then_in_criteria(data: st.DataObject) -> None:
    spec = data.draw(small_editions())
    case = data.draw(cases(spec))
    result = score(spec, case)
    target = next((tier.code for tier in result.tiers if not tier.attained), None)
    plan = next_tier_plan(spec, case, result)
    if target is None:
        assert plan == ()
        return
    lowest = {row.code: row.low for row in spec.rows}
    steps = sum(
        each.level_to - (lowest[each.criterion] if each.level_from is None else each.level_from) for each in plan
    )
    assert level_gates_hold(spec, applied(case, plan), target)
    assert (steps, len(plan)) == cheapest_by_brute_force(spec, case, target)
    assert all(each.level_from == case.levels.get(each.criterion) for each in plan)
    assert plan == next_tier_plan(spec, case, result)


def test_plan_prefers_one_criterion_to_two_for_the_same_steps() -> None:
    # 30 points over weights 1, 1, 1 and levels 0..5: a step is worth 2 points. From 4 points to 10 are three steps,
    # which fit into one criterion.
    spec = edition(
        [block("A", 30, criterion("A1.1"), criterion("A1.2"), criterion("A1.3"))], {"one": [TotalGate(Fraction(10))]}
    )
    plan = next_tier_plan(spec, case := levels(A1_1=1, A1_2=1, A1_3=0), score(spec, case))
    assert [(c.criterion, c.level_from, c.level_to) for c in plan] == [("A1.3", 0, 3)]


def test_plan_takes_a_light_step_where_it_saves_a_criterion() -> None:
    # Weights 2, 1, 1 of 40 points: a step is worth 4 or 2. From 24 to 30 are two steps: the heavy one has room for one
    # (4), then a light one is wanted (2); two light ones would give 4: not enough. So two criteria in any case.
    heavy_first = edition(
        [block("A", 40, criterion("A1.1", 2), criterion("A1.2"), criterion("A1.3"))], {"one": [TotalGate(Fraction(30))]}
    )
    case = levels(A1_1=4, A1_2=2, A1_3=2)
    plan = next_tier_plan(heavy_first, case, score(heavy_first, case))
    assert sum(c.level_to - (c.level_from or 0) for c in plan) == 2
    # With 28 wanted, one heavy step is enough by itself.
    lower = edition(
        [block("A", 40, criterion("A1.1", 2), criterion("A1.2"), criterion("A1.3"))], {"one": [TotalGate(Fraction(28))]}
    )
    plan = next_tier_plan(lower, case, score(lower, case))
    assert [(c.criterion, c.level_to) for c in plan] == [("A1.1", 5)]


def test_plan_starts_from_nothing_where_unanswered() -> None:
    spec = edition([block("A", 10, criterion("A1.1", mandatory=True))], {"one": [MandatoryGate(2)]})
    plan = next_tier_plan(spec, Case(), score(spec, Case()))
    assert [(c.criterion, c.level_from, c.level_to) for c in plan] == [("A1.1", None, 2)]


def test_plan_is_empty_where_only_the_market_stands_in_the_way() -> None:
    gate = MarketGate(("nps",), 1, none_below=True, above_percent=Fraction(0), quarters=0)
    spec = edition([block("A", 10, criterion("A1.1"))], {"one": [TotalGate(Fraction(5)), gate]})
    case = dataclasses.replace(levels(A1_1=5), market={"nps": "below"})
    assert score(spec, case).tier is None
    assert next_tier_plan(spec, case, score(spec, case)) == ()


def test_plan_counts_steps_on_each_criterions_own_scale() -> None:
    # Three criteria of equal weight and 30 points: yes or no is worth 10 a step, 0 to 5 two a step, 0 to 10 one a step.
    spec = edition(
        [block("A", 30, criterion("A1.1"), criterion("A1.2", scale=(0, 1)), criterion("A1.3", scale=(0, 10)))],
        {"one": [TotalGate(Fraction(15))]},
    )
    plan = next_tier_plan(spec, case := levels(A1_1=1, A1_2=0, A1_3=0), score(spec, case))
    assert [(c.criterion, c.level_from, c.level_to) for c in plan] == [("A1.1", 1, 3), ("A1.2", 0, 1)]


def test_plan_raises_to_the_same_share_of_the_own_scale() -> None:
    rows = (criterion("A1.1", mandatory=True, scale=(1, 4)), criterion("A1.2", mandatory=True, scale=(0, 1)))
    spec = edition([block("A", 10, *rows)], {"one": [MandatoryGate(3)]})
    plan = next_tier_plan(spec, case := Case(), score(spec, case))
    assert [(c.criterion, c.level_from, c.level_to) for c in plan] == [("A1.1", None, 3), ("A1.2", None, 1)]

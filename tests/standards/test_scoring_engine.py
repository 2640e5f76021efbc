"""Golden vectors worked out by hand, and properties that hold for every case."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards.editions import parse_edition
from standards.scoring import Case, EditionSpec, Result, State, next_tier_plan, parse_case, result_to_json, score
from standards.scoring.model import BlockGate, MandatoryGate, TotalGate
from tests.standards.builders import block, criterion, edition
from tests.standards.conftest import FOUR_BLOCK, small_yaml

if TYPE_CHECKING:
    from collections.abc import Callable


TWO_BLOCKS = edition(
    [
        block("A", 60, criterion("A1.1", mandatory=True), criterion("A1.2", 2), criterion("A2.1", tier="two")),
        block("B", 40, criterion("B1.1"), criterion("B1.2", na=True), criterion("B1.3", channels=["chat"])),
    ],
    {"one": [TotalGate(Fraction(50)), MandatoryGate(2)], "two": [TotalGate(Fraction(60)), BlockGate(Fraction(40))]},
)
FOUR = parse_edition(FOUR_BLOCK.read_bytes()).spec
VOICE = {"channels": frozenset({"voice"})}
GOOD: dict[str, Any] = {
    "market": dict.fromkeys(("nps", "fcr", "asa"), "above")
    | dict.fromkeys(
        ("connect_rate", "abandonment", "service_level", "fcr_survey", "csat", "transfer_rate"), "no_figure"
    ),
    "findings": {"major_open": 0, "minor_late": 0},
    "facts": {
        "cskm": "85",
        "trained_auditors": 2,
        "auditors_with_project_filed": 2,
        "auditors_with_project_closed": 2,
        "roi_lower_bound": "0.01",
        "market_quarters": 4,
        "unit_profit_and_loss": True,
        "decision_route": "panel_and_defence",
    },
}


def totals(result: Result) -> list[tuple[Fraction, Fraction]]:
    return [(tier.low, tier.high) for tier in result.tiers]


def everywhere(level: int) -> dict[str, dict[str, int]]:
    return {row.code: {"level": level} for row in FOUR.rows}


# --- By hand ------------------------------------------------------------------------------------------------------


def test_score_of_two_blocks_by_hand() -> None:
    # Only voice, so B1.3 (chat) is not asked.
    # Tier one, A: (1x3 + 2x4) / ((1+2)x5) = 11/15 of 60 = 44.   B: B1.2 open: (2+0)/10 to (2+5)/10 of 40 = 8 to 28.
    # Tier two, A: (1x3 + 2x4 + 1x5) / (4x5) = 16/20 of 60 = 48. B as before.
    case = Case(levels={"A1.1": 3, "A1.2": 4, "A2.1": 5, "B1.1": 2}, facts=VOICE)
    assert totals(score(TWO_BLOCKS, case)) == [(52, 72), (56, 76)]


def test_score_leaves_na_out_of_the_weights() -> None:
    # B1.2 N/A: B = 2/5 of 40 = 16: 44 + 16 = 60, 48 + 16 = 64.
    case = Case(levels={"A1.1": 3, "A1.2": 4, "A2.1": 5, "B1.1": 2}, not_applicable=frozenset({"B1.2"}), facts=VOICE)
    result = score(TWO_BLOCKS, case)
    assert totals(result) == [(60, 60), (64, 64)]
    assert result.tier == "two"
    assert (result.tiers[1].asked, result.tiers[1].answered, result.tiers[1].not_applicable) == (5, 4, 1)


def test_score_asks_a_conditional_criterion_while_the_fact_is_unknown() -> None:
    # B1.3 asked and open as well: B = 2/15 to 12/15 of 40 = 16/3 to 32.
    case = Case(levels={"A1.1": 3, "A1.2": 4, "A2.1": 5, "B1.1": 2})
    assert score(TWO_BLOCKS, case).tiers[0].blocks[1].low == Fraction(16, 3)
    assert score(TWO_BLOCKS, case).tiers[0].blocks[1].high == 32


def test_score_asks_a_conditional_criterion_where_its_channel_is_there() -> None:
    # B = (2 + 5 + 5) / 15 of 40 = 32.
    case = Case(levels={"B1.1": 2, "B1.2": 5, "B1.3": 5}, facts={"channels": frozenset({"voice", "chat"})})
    assert score(TWO_BLOCKS, case).tiers[0].blocks[1].low == 32


def test_score_of_nothing_runs_from_zero_to_all() -> None:
    result = score(TWO_BLOCKS, Case())
    assert totals(result) == [(0, 100), (0, 100)]
    assert [tier.attained for tier in result.tiers] == [None, None]
    assert result.tier is None


def test_score_of_another_standard_with_three_sections_and_levels_to_ten() -> None:
    # Bronze: 20 x 7/10 + 30 x 5/10 + 50 x 9/10 = 14 + 15 + 45 = 74.
    # Silver: section Y has weights 1.5 and 1: (1.5x5 + 1x8) / (2.5x10) = 0.62 of 30 = 18.6: 14 + 18.6 + 45 = 77.6.
    parsed = parse_edition(small_yaml().encode())
    answers = {"X1.1": {"level": 7}, "Y1.1": {"level": 5}, "Y1.2": {"level": 8}, "Z1.1": {"level": 9}}
    case = parse_case(
        parsed.spec, {"answers": answers, "facts": {"score": "7.5"}, "market": {"nps": "not_shown_below"}}
    )
    result = score(parsed.spec, case)
    found = result_to_json(parsed.spec, result, next_tier_plan(parsed.spec, case, result))
    assert found["tiers"]["bronze"]["total"] == {"low": "74", "high": "74"}
    assert found["tiers"]["silver"]["total"] == {"low": "77.6", "high": "77.6"}
    assert found["tiers"]["silver"]["blocks"]["Y"] == {
        "low": "18.6", "high": "18.6", "max": "30", "percent_low": "62", "percent_high": "62"
    }  # fmt: skip
    assert found["tier"] == "silver"
    assert found["next_tier_plan"] == []


def test_score_uses_no_floating_point() -> None:
    # Three equal criteria of 100 points, one full: a third, not 33.333333333333336.
    spec = edition([block("A", 100, *(criterion(f"A1.{n}") for n in range(3)))], {"one": [TotalGate(Fraction(100, 3))]})
    result = score(spec, Case(levels={"A1.0": 5, "A1.1": 0, "A1.2": 0}))
    assert result.tiers[0].low == Fraction(100, 3)
    assert result.tier == "one"
    assert result_to_json(spec, result, ())["tiers"]["one"]["total"]["low"] == "33.333333333333"


@pytest.mark.parametrize(
    ("level", "points", "tier"),
    [(0, 0, None), (2, 400, None), (3, 600, "operational"), (4, 800, "strategic"), (5, 1000, "strategic")],
)
def test_score_of_the_same_level_everywhere(level: int, points: int, tier: str | None) -> None:
    # The same level n everywhere is n/5 of 1,000 whatever the weights; at 4 all three tiers' gates just hold.
    result = score(FOUR, parse_case(FOUR, {**GOOD, "answers": everywhere(level)}))
    assert totals(result) == [(points, points)] * 3
    assert result.tier == tier


def test_result_has_exactly_the_promised_shape() -> None:
    case = parse_case(FOUR, {"answers": everywhere(3)})
    result = score(FOUR, case)
    found = result_to_json(FOUR, result, next_tier_plan(FOUR, case, result))
    assert list(found) == ["edition", "tiers", "tier", "next_tier_plan"]
    assert list(found["edition"]) == ["code", "version", "sha256"]
    assert list(found["tiers"]) == ["operational", "proactive", "strategic"]
    tier = found["tiers"]["proactive"]
    assert list(tier) == ["total", "blocks", "gates", "attained"]
    assert all(list(gate) == ["gate", "state", "seen", "wanted", "because"] for gate in tier["gates"])
    assert list(tier["blocks"]["A"]) == ["low", "high", "max", "percent_low", "percent_high"]
    assert all(list(step) == ["criterion", "from", "to"] for step in found["next_tier_plan"])
    assert tier["attained"] is False
    assert found["tiers"]["operational"]["attained"] is None


def test_higher_tier_is_not_attained_over_a_lower_one_that_is_open() -> None:
    data = {**GOOD, "answers": everywhere(5), "facts": {**GOOD["facts"], "trained_auditors": None}}
    result = score(FOUR, parse_case(FOUR, data))
    assert [tier.attained for tier in result.tiers] == [None, None, None]


# --- Properties ---------------------------------------------------------------------------------------------------

NA_CODES = [row.code for row in FOUR.rows if row.na_allowed]


@st.composite
def cases(draw: st.DrawFn, spec: EditionSpec = FOUR) -> Case:
    unanswered = draw(st.sampled_from([0, 0, 2, 20]))
    random = draw(st.randoms(use_true_random=False))
    low, high = sorted((random.randint(0, 5), random.randint(0, 5)))
    skipped = frozenset(code for code in NA_CODES if random.random() < 0.2)
    levels = {row.code: random.randint(low, high) for row in spec.rows if row.code not in skipped}
    for code in random.sample(sorted(levels), unanswered):
        del levels[code]
    return dataclasses.replace(parse_case(spec, GOOD), levels=levels, not_applicable=skipped)


def ranks(result: Result) -> list[int]:
    return [{False: 0, None: 1, True: 2}[tier.attained] for tier in result.tiers]


@settings(max_examples=150, deadline=None)
@given(cases(), st.data())
def test_raising_a_level_never_lowers_a_score_nor_loses_a_tier(case: Case, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(case.levels)))
    level = data.draw(st.integers(case.levels[code], 5))
    before, after = score(FOUR, case), score(FOUR, dataclasses.replace(case, levels={**case.levels, code: level}))
    for old, new in zip(before.tiers, after.tiers, strict=True):
        assert new.low >= old.low
        assert new.high >= old.high
    assert all(new >= old for old, new in zip(ranks(before), ranks(after), strict=True))


@settings(max_examples=60, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_answers_does_not_matter(case: Case, random: Any) -> None:
    pairs = list(case.levels.items())
    random.shuffle(pairs)
    other = dataclasses.replace(case, levels=dict(pairs))
    assert score(FOUR, other) == score(FOUR, case)
    assert next_tier_plan(FOUR, other, score(FOUR, other)) == next_tier_plan(FOUR, case, score(FOUR, case))


def completed(case: Case, pick: Callable[[str], int | None]) -> Case:
    """Answer everything that is open: a level, or None for N/A where that is allowed."""
    levels, skipped = dict(case.levels), set(case.not_applicable)
    for row in FOUR.rows:
        if row.code not in levels and row.code not in skipped:
            level = pick(row.code)
            if level is None and row.na_allowed:
                skipped.add(row.code)
            else:
                levels[row.code] = level or 0
    return dataclasses.replace(case, levels=levels, not_applicable=frozenset(skipped))


LEVEL_GATES = {"total", "block", "mandatory_level", "clause_level", "na_share"}


@settings(max_examples=150, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_interval_holds_the_final_score_and_decided_gates_stay_decided(case: Case, random: Any) -> None:
    final = score(FOUR, completed(case, lambda _code: random.choice([None, 0, 1, 2, 3, 4, 5])))
    for early, late in zip(score(FOUR, case).tiers, final.tiers, strict=True):
        assert early.low <= late.low == late.high <= early.high
        for before, after in zip(early.blocks, late.blocks, strict=True):
            assert before.low <= after.low <= before.high
        for gate, later in zip(early.gates, late.gates, strict=True):
            assert gate.gate == later.gate
            if gate.kind in LEVEL_GATES:
                assert later.state is not State.OPEN
                assert gate.state in {later.state, State.OPEN}
        assert early.attained in {late.attained, None}


@settings(max_examples=60, deadline=None)
@given(cases())
def test_plan_for_the_shipped_edition_reaches_all_level_gates(case: Case) -> None:
    result = score(FOUR, case)
    plan = next_tier_plan(FOUR, case, result)
    target = next((index for index, tier in enumerate(result.tiers) if not tier.attained), None)
    if target is None:
        assert plan == ()
        return
    lowest = {row.code: 0 for row in FOUR.rows if row.code not in case.not_applicable}
    raised = {each.criterion: each.level_to for each in plan}
    after = score(FOUR, dataclasses.replace(case, levels={**lowest, **case.levels, **raised}))
    gates = [g for tier in after.tiers[: target + 1] for g in tier.gates if g.kind in LEVEL_GATES - {"na_share"}]
    assert {gate.state for gate in gates} == {State.MET}
    assert all(each.level_to > (each.level_from or 0) for each in plan)


# --- Speed --------------------------------------------------------------------------------------------------------

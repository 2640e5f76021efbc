"""Criteria with a scale of their own: the file, the score, the gates, the words; and a second standard as a whole."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standards.editions import EditionError, parse_edition
from standards.editions.writer import edition_yaml
from standards.scoring import Case, CaseError, State, parse_case, score
from standards.scoring.model import ClauseGate, MandatoryGate, TotalGate
from standards.scoring.words import wanted
from tests.second_standard import CODES, SCALES, second_yaml
from tests.standards.builders import block, criterion, edition, levels
from tests.standards.conftest import FOUR_BLOCK, changed, line_of, small_yaml

if TYPE_CHECKING:
    from standards.scoring import GateResult

SECOND = parse_edition(second_yaml().encode()).spec
OWN = "scale: {min: 0, max: 1}"


def own_scale(scale: str) -> bytes:
    """Return the second standard with another text instead of the scale of yes or no."""
    return changed(OWN, scale, second_yaml())


def faults_of(data: bytes) -> list[str]:
    with pytest.raises(EditionError) as caught:
        parse_edition(data)
    return [str(fault) for fault in caught.value.faults]


# --- the file -----------------------------------------------------------------------------------------------------


def test_scale_stands_in_the_document_only_where_the_file_states_it() -> None:
    document = parse_edition(second_yaml().encode()).document
    found = {
        each["code"]: each.get("scale")
        for part in document["blocks"]
        for clause in part["clauses"]
        for each in clause["criteria"]
    }
    assert found["ASK-1.greeting"] is None
    assert found["ASK-1.recorded"] == {"min": 0, "max": 1}
    assert [row.levels for row in SECOND.rows] == [range(low, high + 1) for low, high in SCALES.values()]


def test_scale_survives_the_way_back_to_yaml() -> None:
    parsed = parse_edition(second_yaml().encode())
    assert parse_edition(edition_yaml(parsed.document).encode()).sha256 == parsed.sha256


def test_scale_changes_the_hash() -> None:
    small = small_yaml()
    stated = changed("kind: process", "kind: process\n            scale: {min: 0, max: 10}", small)
    assert parse_edition(stated).sha256 != parse_edition(small.encode()).sha256


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ("scale: {min: 1, max: 1}", "ASK-1.recorded scale: max must be above min"),
        ("scale: {min: 0, max: 101}", "ASK-1.recorded scale max: must be from 0 to 100, not 101"),
        ("scale: {min: -1, max: 1}", "ASK-1.recorded scale min: must be from 0 to 100, not -1"),
        ("scale: {min: 0, max: 1.5}", "ASK-1.recorded scale max: must be a whole number"),
        ("scale: {min: 0, max: .nan}", "ASK-1.recorded scale max: must be a number, not '.nan'"),
        ("scale: {min: 0, max: yes}", "ASK-1.recorded scale max: must be a number, not 'yes'"),
        ("scale: {min: 0}", "ASK-1.recorded scale: max is missing"),
        ("scale: {min: 0, max: 1, names: {}}", "ASK-1.recorded scale: unknown key 'names'"),
        ("scale: [0, 1]", "ASK-1.recorded scale: must be a mapping with min, max"),
        ("scale: null", "ASK-1.recorded scale: must be a mapping with min, max"),
        ("scale: {min: 0, max: 2}", "ASK-1.recorded anchors: level 2 is missing"),
        ("scale: {min: 1, max: 2}", "ASK-1.recorded anchors: '0' is not a level from 1 to 2"),
    ],
)
def test_scale_that_cannot_be_is_named_with_its_line(scale: str, said: str) -> None:
    data = own_scale(scale)
    assert any(what.startswith(f"line {line_of(data, scale)}: {said}") for what in faults_of(data)), faults_of(data)


def test_anchors_of_the_edition_do_not_fit_an_own_scale() -> None:
    data = changed("kind: process", "kind: process\n            scale: {min: 0, max: 2}")
    assert any("X1.1 anchors: '3' is not a level from 0 to 2" in what for what in faults_of(data))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: {en: Channels of the desk}, type: list", "title: {en: Channels}, type: number", "of type list"),
        ("choices: [board_vote, phone]", "choices: [board_vote, " + "x" * 41 + "]", "at most 40 characters"),
    ],
)
def test_facts_with_a_fixed_meaning_keep_it(old: str, new: str, said: str) -> None:
    assert any(said in what for what in faults_of(changed(old, new, second_yaml())))


# --- the score ----------------------------------------------------------------------------------------------------


def test_score_of_mixed_scales_by_hand() -> None:
    answers = {"ASK-1.greeting": 3, "ASK-1.recorded": 1, "BOOK-1.held": 7, "BOOK-1.groups": 4, "CARE-1.after": 2}
    case = {
        "answers": {code: {"level": level} for code, level in answers.items()},
        "facts": {"channels": ["email"], "services": ["groups"]},
    }
    tiers = score(SECOND, parse_case(SECOND, case)).tiers
    # ASK: 2/3 of weight 1 and all of 2.5; BOOK: 7/10, from "cotton" on also all of the groups; CARE: 1/3.
    ask, care = Fraction(100) * (Fraction(2, 3) + Fraction(5, 2)) / Fraction(7, 2), Fraction(20)
    assert [tier.low for tier in tiers] == [ask + 56 + care, ask + 68 + care, ask + 68 + care, ask + 68 + 10]
    assert [tier.high - tier.low for tier in tiers] == [0, 0, 0, 30]
    assert [tier.attained for tier in tiers[:2]] == [None, None]  # nobody said yet how many majors are open


def by_the_formula(case: Case, tier: int, unanswered: int) -> Fraction:
    """Score the second standard by the definition, criterion by criterion; unanswered ones have this share."""
    order, total = [each.code for each in SECOND.tiers], Fraction(0)
    for part in SECOND.blocks:
        shares = []
        for each in (each for clause in part.clauses for each in clause.criteria):
            facts = case.facts.get(each.condition.fact) if each.condition else None
            asked = each.condition is None or facts is None or bool(each.condition.includes & facts)
            if order.index(each.tier) <= tier and asked and each.code not in case.not_applicable:
                low, high = SCALES[each.code]
                level = case.levels.get(each.code)
                shares.append((each.weight, unanswered if level is None else Fraction(level - low, high - low)))
        total += part.points * sum(weight * share for weight, share in shares) / sum(weight for weight, _ in shares)
    return total


@st.composite
def second_cases(draw: st.DrawFn) -> Case:
    answered = {code: st.none() | st.integers(*SCALES[code]) for code in CODES}
    found = draw(st.fixed_dictionaries(answered))
    known = {"channels": ("voice", "chat", "email"), "services": ("groups", "spa_visits")}
    facts = {name: draw(st.none() | st.frozensets(st.sampled_from(words))) for name, words in known.items()}
    skipped = frozenset({"BOOK-1.groups"} if found["BOOK-1.groups"] is None and draw(st.booleans()) else ())
    return Case(
        levels={code: level for code, level in found.items() if level is not None},
        not_applicable=skipped,
        facts={name: words for name, words in facts.items() if words is not None},
    )


@given(second_cases())
def test_score_of_mixed_scales_is_that_of_the_definition(case: Case) -> None:
    for index, tier in enumerate(score(SECOND, case).tiers):
        assert (tier.low, tier.high) == (by_the_formula(case, index, 0), by_the_formula(case, index, 1))


def test_case_names_the_levels_of_the_criterion() -> None:
    answers = {"ASK-1.recorded": {"level": 2}, "BOOK-1.voice": {"level": 1}, "BOOK-1.held": {"level": 10}}
    with pytest.raises(CaseError) as caught:
        parse_case(SECOND, {"answers": answers})
    assert caught.value.faults == [
        ("answers.ASK-1.recorded", "the level must be from 0 to 1, not 2"),
        ("answers.BOOK-1.voice", "the level must be from 2 to 3, not 1"),
    ]


# --- the gates ----------------------------------------------------------------------------------------------------


def gate_of(gate: Any, *scales: tuple[int, int] | None, **answers: int) -> GateResult:
    rows = (criterion(f"A1.{n}", mandatory=True, scale=scale) for n, scale in enumerate(scales, 1))
    return score(edition([block("A", 10, *rows)], {"one": [gate]}), levels(**answers)).tiers[0].gates[0]


@pytest.mark.parametrize("gate", [MandatoryGate(3), ClauseGate("A1", 3)], ids=["mandatory", "clause"])
@pytest.mark.parametrize(
    ("scale", "least"), [(None, 3), ((0, 1), 1), ((0, 3), 2), ((1, 4), 3), ((0, 10), 6), ((2, 3), 3), ((0, 100), 60)]
)
def test_level_gate_wants_the_same_share_of_an_own_scale(gate: Any, scale: tuple[int, int] | None, least: int) -> None:
    assert gate_of(gate, scale, A1_1=least).state is State.MET
    short = gate_of(gate, scale, A1_1=least - 1)
    assert (short.state, short.because) == (State.NOT_MET, ("A1.1",))


def test_level_gate_at_the_lowest_level_asks_nothing_of_an_own_scale() -> None:
    assert gate_of(MandatoryGate(0), (2, 3)).state is State.MET


def test_level_gate_says_so_only_where_a_criterion_has_a_scale_of_its_own() -> None:
    assert wanted(gate_of(MandatoryGate(3), None, None)) == "level 3 or higher on all 2"
    mixed = wanted(gate_of(MandatoryGate(3), None, (0, 1)))
    assert mixed == "level 3 of 0 to 5, or that share of its own scale, on all 2"


def test_total_gate_names_those_below_the_share_on_their_own_scale() -> None:
    # 60 per cent are wanted: 2 of 0 to 5 and 1 of 0 to 2 are below it, 1 of 0 to 1 and 6 of 0 to 10 are not.
    gate = gate_of(TotalGate(Fraction(6)), None, (0, 2), (0, 1), (0, 10), A1_1=2, A1_2=1, A1_3=1, A1_4=6)
    assert (gate.state, gate.because) == (State.MET, ("A1.1", "A1.2", "A1.3", "A1.4"))
    gate = gate_of(TotalGate(Fraction(7)), None, (0, 2), (0, 1), (0, 10), A1_1=2, A1_2=1, A1_3=1, A1_4=7)
    assert (gate.state, gate.because) == (State.NOT_MET, ("A1.1", "A1.2"))


# --- nothing but the file knows the standard ----------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "audits", "awards", "benchmarks", "config", "ledger", "reports", "standards")
DEMO = ROOT / "reports" / "demo"


def shipped_words() -> set[str]:
    """Return the codes of tiers and criteria of the edition that is shipped."""
    spec = parse_edition(FOUR_BLOCK.read_bytes()).spec
    return {tier.code for tier in spec.tiers} | {row.code for row in spec.rows}


def test_no_module_names_a_tier_or_criterion_of_the_shipped_edition_nor_their_number() -> None:
    spec = parse_edition(FOUR_BLOCK.read_bytes()).spec
    known: set[object] = {*shipped_words(), len(spec.rows)}
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if DEMO not in path.parents]
    assert len(modules) > 100  # the walk finds them
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in modules
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and type(node.value) in {str, int} and node.value in known
    ]
    assert found == []


def test_no_page_or_script_names_a_tier_or_criterion_of_the_shipped_edition() -> None:
    quoted, known = re.compile(r"""['"]([\w.-]+)['"]"""), shipped_words()
    places = [*(ROOT / "templates").rglob("*"), *(ROOT / "config" / "static" / "touchstone").rglob("*")]
    texts = {path: path.read_text() for path in places if path.suffix in {".html", ".js", ".css", ".txt"}}
    assert len(texts) > 40  # the walk finds them
    assert {path: found for path, text in texts.items() if (found := known & set(quoted.findall(text)))} == {}

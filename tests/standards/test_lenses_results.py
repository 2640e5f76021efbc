"""A case read through a lens: worked by hand, and properties that always hold."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standards.lenses import Certificate, Item, Minutes, Seen, assign, delta_of, grade_of, parse_lens, read_through
from standards.lenses.model import Reading, ReadingKind
from standards.scoring.model import State

if TYPE_CHECKING:
    from standards.lenses import Lens, LensResult

ON = date(2026, 9, 18)
HELD = Certificate("QM 4711", "Body", date(2026, 9, 18), covers=True)
MINUTES = Minutes(30, 10)
BANDS = "{kind: bands, bands: [{from: 0, to: 5}, {from: 10, to: 25}, {from: 30, to: 45}, {from: 50, to: 100}]}"


def item(code: str, *clauses: str, **more: Any) -> Item:
    """Return a criterion of a scale of 0 to 5 that is mapped to these clauses of the scheme ``s``."""
    values = {"kind": "process", "tier": 0, "weight": Fraction(1), "lowest": 0, "highest": 5, **more}
    block, clause = code[0], code.split(".", maxsplit=1)[0]
    return Item(code=code, title={"en": code}, block=block, clause=clause, crosswalk={"s": clauses}, **values)


def texts(words: str) -> str:
    return f'{{en: "{words}", zh-hans: "{words}", zh-hant: "{words}"}}'


def group(code: str, *inner: str, **more: str) -> str:
    keys = "".join(f", {key}: {value}" for key, value in more.items())
    return f'{{code: "{code}", title: {texts(code)}{keys}{", groups: [" + ", ".join(inner) + "]" if inner else ""}}}'


def lens(*groups: str, reading: str = "{kind: share}", more: str = "assign: crosswalk\nscheme: s") -> Lens:
    source = f"source: {{publisher: p, confirmed: {texts('c')}, references: [r]}}"
    head = (
        f"code: small\nversion: v1\ntitle: {texts('t')}\nnotice: {texts('n')}\n{source}\n{more}\nreading: {reading}\n"
    )
    return parse_lens(f"{head}groups: [{', '.join(groups)}]".encode())


def seen(levels: dict[str, int], **more: Any) -> Seen:
    values = {"not_applicable": frozenset(), "skipped": frozenset(), "scale": (0, 5), "grade": 3, "limit": 9, **more}
    return Seen(levels=levels, **values)


def read(chosen: Lens, items: list[Item], case: Seen) -> LensResult:
    return read_through(assign(chosen, items), case)


TREE = lens(group("1", group("1.1"), group("1.2")), group("2"), group("3"))
ITEMS = [
    item("A1.1", "1.1"),
    item("A1.2", "1.1", "1.2", weight=Fraction(2)),
    item("B1.1", "1", "2", highest=2),
    item("B1.2"),
]


def test_criteria_come_into_groups_by_their_crosswalk_and_into_those_around() -> None:
    coverage = assign(TREE, ITEMS)
    own = {branch.group.code: [each.code for each in branch.own] for branch in coverage.walk()}
    below = {branch.group.code: [each.code for each in branch.items] for branch in coverage.walk()}
    assert own == {"1": ["B1.1"], "1.1": ["A1.1", "A1.2"], "1.2": ["A1.2"], "2": ["B1.1"], "3": []}
    assert below["1"] == ["A1.1", "A1.2", "B1.1"]
    assert [branch.number for branch in coverage.walk()] == [1, 2, 3, 4, 5]
    assert [branch.depth for branch in coverage.walk()] == [0, 1, 1, 0, 0]


def test_coverage_names_empty_groups_and_criteria_outside() -> None:
    coverage = assign(TREE, ITEMS)
    assert [branch.group.code for branch in coverage.uncovered] == ["3"]
    assert [each.code for each in coverage.unassigned] == ["B1.2"]
    assert coverage.strange == ()


def test_only_the_topmost_of_empty_groups_is_named() -> None:
    coverage = assign(lens(group("1", group("1.1"), group("1.2"))), [])
    assert [branch.group.code for branch in coverage.uncovered] == ["1"]


def test_a_word_that_no_group_has_is_strange() -> None:
    assert assign(TREE, [item("A1.1", "1.1", "9.9")]).strange == (("A1.1", "9.9"),)


def test_a_selection_takes_kind_block_and_clause() -> None:
    selects = [
        group("r", select="[{kind: result}]"),
        group("a", select="[{block: A, kind: process}]"),
        group("c", select="[{clause: A1}, {clause: B9}]"),
    ]
    chosen = lens(*selects, more="assign: selection\nstandard: x")
    items = [item("A1.1"), item("A2.1", kind="result"), item("B1.1")]
    coverage = assign(chosen, items)
    assert [[each.code for each in branch.items] for branch in coverage.branches] == [["A2.1"], ["A1.1"], ["A1.1"]]
    assert [each.code for each in coverage.unassigned] == ["B1.1"]
    assert coverage.strange == (("c", "B9"),)
    assert (chosen.fits("x"), chosen.fits("y")) == (True, False)


def test_shares_are_worked_as_by_hand() -> None:
    # A1.1: 3/5, weight 1. A1.2: open, weight 2. B1.1: 1/2 of its own scale, weight 1.
    result = read(TREE, ITEMS, seen({"A1.1": 3, "B1.1": 1, "B1.2": 5}))
    shares = {each.branch.group.code: each.outcome.share for each in result.walk()}
    assert (shares["1.1"].low, shares["1.1"].high) == (Fraction(1, 5), Fraction(13, 15))
    assert (shares["1.2"].low, shares["1.2"].high) == (0, 1)
    assert (shares["1"].low, shares["1"].high) == (Fraction(11, 40), Fraction(31, 40))
    assert (shares["2"].low, shares["2"].settled) == (Fraction(1, 2), True)
    assert shares["3"] is None
    assert result.whole.share == shares["1"]
    assert (result.whole.counts.asked, result.whole.counts.answered, result.whole.counts.open) == (3, 2, 1)


def test_na_skipped_and_higher_criteria_do_not_count() -> None:
    items = [item("A1.1", "2"), item("A1.2", "2"), item("A1.3", "2"), item("A1.4", "2", tier=1)]
    levels = {"A1.1": 4, "A1.2": 0, "A1.4": 0}
    case = seen(levels, not_applicable={"A1.3"}, skipped={"A1.2"}, limit=0)
    outcome = read(TREE, items, case).groups[1].outcome
    assert outcome.share is not None
    assert outcome.share.low == Fraction(4, 5)
    assert (outcome.counts.asked, outcome.counts.answered, outcome.counts.not_applicable) == (2, 1, 1)


def test_of_a_group_that_is_all_na_nothing_is_said() -> None:
    chosen = lens(group("1", points="100"), group("2", points="50"), reading=BANDS)
    items = [item("A1.1", "1"), item("A1.2", "2")]
    result = read(chosen, items, seen({"A1.2": 5}, not_applicable={"A1.1"}))
    first = result.groups[0]
    assert (first.outcome.share, first.outcome.bands, first.points) == (None, None, None)
    assert result.points is not None
    assert (result.points.low, result.points_of) == (50, 50)


def test_points_are_the_share_of_what_the_group_is_worth() -> None:
    chosen = lens(group("1", points="100"), group("2", points="60.5"), group("3"))
    result = read(chosen, [item("A1.1", "1"), item("A1.2", "2")], seen({"A1.1": 3}))
    assert result.points is not None
    assert (result.points.low, result.points.high, result.points_of) == (60, Fraction(241, 2), Fraction(321, 2))


# --- items that pass --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "passed", "obstacles"),
    [
        ({"A1.1": 3, "A1.2": 5}, State.MET, []),
        ({"A1.1": 2, "A1.2": 5}, State.NOT_MET, [("A1.1", 2)]),
        ({"A1.1": 3}, State.OPEN, [("A1.2", None)]),
        ({"A1.2": 0}, State.NOT_MET, [("A1.2", 0), ("A1.1", None)]),
    ],
)
def test_a_group_passes_when_all_its_items_reach_the_grade(
    levels: dict[str, int], passed: State, obstacles: list[tuple[str, int | None]]
) -> None:
    chosen = lens(group("1"), group("2"), reading="{kind: item_pass}")
    result = read(chosen, [item("A1.1", "1"), item("A1.2", "1")], seen(levels))
    outcome = result.groups[0].outcome
    assert (outcome.passed, [(each.item.code, each.level) for each in outcome.obstacles]) == (passed, obstacles)
    assert result.whole.passed == passed
    assert result.groups[1].outcome.passed is None


@pytest.mark.parametrize(("level", "reached"), [(1, False), (2, True)])
def test_a_criterion_with_its_own_scale_reaches_the_grade_by_its_share(level: int, reached: bool) -> None:
    # Grade 3 of 0 to 5 is 60 %: of 0 to 3 that is level 1.8.
    assert seen({}).reaches(item("A1.1", highest=3), level) is reached


@pytest.mark.parametrize(
    ("grade", "scale", "expected"),
    [(None, (0, 5), 3), (None, (1, 4), 3), (None, (0, 10), 5), (3, (0, 5), 3), (9, (0, 5), 5), (0, (1, 4), 1)],
)
def test_the_proposed_grade_lies_on_the_scale(grade: int | None, scale: tuple[int, int], expected: int) -> None:
    assert grade_of(Reading(ReadingKind.ITEM_PASS, grade, ()), scale) == expected


# --- bands ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "low"), [(0, 0), (9, 0), (10, 10), (29, 10), (30, 30), (49, 30), (50, 50), (100, 50)]
)
def test_a_band_begins_exactly_where_it_says(level: int, low: int) -> None:
    result = read(lens(group("1"), reading=BANDS), [item("A1.1", "1", highest=100)], seen({"A1.1": level}))
    bands = result.groups[0].outcome.bands
    assert bands is not None
    assert [band.low for band in bands] == [low, low]


def test_an_open_share_lies_between_two_bands() -> None:
    result = read(lens(group("1"), reading=BANDS), [item("A1.1", "1"), item("A1.2", "1")], seen({"A1.1": 1}))
    bands = result.groups[0].outcome.bands
    assert bands is not None
    assert [band.low for band in bands] == [10, 50]


# --- the delta audit --------------------------------------------------------------------------------------------------

RULE = f"""assign: crosswalk
scheme: s
delta: {{minutes: {{full: 30, sample: 10}}, never: [result], whole: ["1", "2"], why: {texts("w")}}}"""
DELTA = lens(group("1"), group("2"), group("3"), more=RULE)
ASKED = [
    item("A1.1", "1"),
    item("A1.2", "1", "2"),
    item("A1.3", "1", "3"),
    item("A1.4", "1", tier=1),
    item("B1.1", "1", kind="result"),
    item("B1.2"),
]


def test_the_delta_audit_sorts_by_clause_tier_and_kind() -> None:
    delta = delta_of(DELTA, ASKED, HELD, on=ON, minutes=MINUTES)
    found = [[each.code for each in part] for part in (delta.whole, delta.part, delta.none)]
    assert found == [["A1.1", "A1.2"], ["A1.3", "A1.4"], ["B1.1", "B1.2"]]
    assert (delta.refused, delta.before, delta.after, delta.saved) == ("", 180, 140, 40)
    assert delta.saved_share == Fraction(2, 9)


@pytest.mark.parametrize(
    ("certificate", "refused"),
    [
        (Certificate("", "Body", ON, covers=True), "incomplete"),
        (Certificate("1", "", ON, covers=True), "incomplete"),
        (Certificate("1", "Body", None, covers=True), "incomplete"),
        (Certificate("1", "Body", date(2026, 9, 17), covers=True), "expired"),
        (Certificate("1", "Body", ON, covers=False), "not_covered"),
    ],
)
def test_a_certificate_that_does_not_hold_saves_nothing(certificate: Certificate, refused: str) -> None:
    delta = delta_of(DELTA, ASKED, certificate, on=ON, minutes=MINUTES)
    assert (delta.refused, delta.saved, delta.after, delta.saved_share) == (refused, 0, 180, 0)


def test_a_delta_audit_needs_a_rule_and_a_sample_that_is_shorter() -> None:
    with pytest.raises(ValueError, match="has no delta audit"):
        delta_of(TREE, ASKED, HELD, on=ON, minutes=MINUTES)
    with pytest.raises(ValueError, match="longer than looking in full"):
        delta_of(DELTA, ASKED, HELD, on=ON, minutes=Minutes(10, 11))


def test_of_nothing_nothing_is_saved() -> None:
    delta = delta_of(DELTA, [], HELD, on=ON, minutes=MINUTES)
    assert (delta.before, delta.saved, delta.saved_share) == (0, 0, 0)


# --- what always holds ------------------------------------------------------------------------------------------------

CODES = [f"A1.{number}" for number in range(1, 8)]
WORDS = ["1", "1.1", "1.2", "2", "3"]


@st.composite
def cases(draw: Any) -> tuple[list[Item], dict[str, int], set[str], int]:
    """Draw criteria with weights, scales and clauses, some answered, some N/A, and a grade."""
    items, levels, not_applicable = [], {}, set()
    for code in CODES:
        lowest = draw(st.integers(0, 2))
        highest = lowest + draw(st.integers(1, 6))
        clauses = draw(st.lists(st.sampled_from(WORDS), unique=True))
        weight = Fraction(draw(st.integers(1, 3000)), 1000)
        items.append(item(code, *clauses, lowest=lowest, highest=highest, weight=weight))
        state = draw(st.sampled_from(["level", "open", "na"]))
        if state == "level":
            levels[code] = draw(st.integers(lowest, highest))
        elif state == "na":
            not_applicable.add(code)
    return items, levels, not_applicable, draw(st.integers(0, 5))


PASSING = lens(group("1", group("1.1"), group("1.2")), group("2"), group("3"), reading="{kind: item_pass}")
BANDED = lens(group("1", group("1.1"), group("1.2")), group("2"), group("3"), reading=BANDS)


@given(cases())
def test_an_interval_holds_whatever_is_answered_later(case: Any) -> None:
    items, levels, not_applicable, grade = case
    before = read(PASSING, items, seen(levels, not_applicable=not_applicable, grade=grade))
    for choose in (lambda each: each.lowest, lambda each: each.highest, lambda each: (each.lowest + each.highest) // 2):
        later = {each.code: levels.get(each.code, choose(each)) for each in items if each.code not in not_applicable}
        after = read(PASSING, items, seen(later, not_applicable=not_applicable, grade=grade))
        for one, two in zip([*before.walk()], [*after.walk()], strict=True):
            assert (one.outcome.share is None) == (two.outcome.share is None)
            if one.outcome.share and two.outcome.share:
                assert 0 <= one.outcome.share.low <= two.outcome.share.low == two.outcome.share.high
                assert two.outcome.share.high <= one.outcome.share.high <= 1
            if one.outcome.passed in {State.MET, State.NOT_MET}:
                assert two.outcome.passed == one.outcome.passed


@given(cases())
def test_a_group_passes_exactly_when_nothing_stands_in_the_way(case: Any) -> None:
    items, levels, not_applicable, grade = case
    result = read(PASSING, items, seen(levels, not_applicable=not_applicable, grade=grade))
    for each in result.walk():
        if each.outcome.passed is None:
            assert not [one for one in each.branch.items if one.code not in not_applicable]
        else:
            assert (each.outcome.passed == State.MET) == (each.outcome.obstacles == ())


@given(cases())
def test_a_child_never_has_a_criterion_that_its_parent_has_not(case: Any) -> None:
    coverage = assign(PASSING, case[0])
    for branch in coverage.walk():
        for child in branch.children:
            assert {each.code for each in child.items} <= {each.code for each in branch.items}
    assert {each.code for each in coverage.assigned}.isdisjoint(each.code for each in coverage.unassigned)
    assert len(coverage.assigned) + len(coverage.unassigned) == len(case[0])


@given(cases())
def test_the_higher_end_is_never_in_a_lower_band(case: Any) -> None:
    items, levels, not_applicable, _grade = case
    for each in read(BANDED, items, seen(levels, not_applicable=not_applicable)).walk():
        if each.outcome.share and each.outcome.bands:
            low, high = each.outcome.bands
            assert low.low <= high.low
            assert low.low <= each.outcome.share.low * 100
            assert high.low <= each.outcome.share.high * 100


@given(st.data(), st.integers(0, 300), st.integers(0, 300))
def test_a_certificate_never_costs_and_never_saves_more_than_all(data: Any, one: int, other: int) -> None:
    items, _levels, _na, _grade = data.draw(cases())
    delta = delta_of(DELTA, items, HELD, on=ON, minutes=Minutes(max(one, other), min(one, other)))
    assert 0 <= delta.saved <= delta.before
    assert delta.before - delta.saved == delta.after
    assert delta.count == len(items)

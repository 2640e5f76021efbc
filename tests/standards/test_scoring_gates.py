"""Each kind of gate: met, not met, open, and what it says."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from standards.scoring import Case, parse_case, score
from standards.scoring.model import (
    BlockGate,
    ClauseGate,
    FactGate,
    FindingsGate,
    MandatoryGate,
    MarketGate,
    NaShareGate,
    TotalGate,
)
from standards.scoring.words import plain, seen, title, wanted
from tests.standards.builders import block, criterion, edition

if TYPE_CHECKING:
    from standards.scoring import GateResult
    from standards.scoring.model import GateSpec

BLOCKS = [
    block("A", 50, criterion("A1.1", mandatory=True), criterion("A1.2", na=True)),
    block("B", 50, criterion("B1.1", mandatory=True), criterion("B2.1", na=True)),
]
FULL = {"A1.1": {"level": 3}, "A1.2": {"level": 3}, "B1.1": {"level": 3}, "B2.1": {"level": 3}}


def gates(gate: GateSpec, **data: Any) -> list[GateResult]:
    spec = edition(BLOCKS, {"one": [gate]})
    return list(score(spec, parse_case(spec, data)).tiers[0].gates)


def said(gate: GateResult) -> tuple[str, str, str]:
    return str(gate.state), seen(gate), wanted(gate)


@pytest.mark.parametrize(
    ("minimum", "answers", "expected"),
    [
        (60, FULL, ("met", "60.0", "at least 60")),
        (61, FULL, ("not_met", "60.0", "at least 61")),
        (61, FULL | {"B2.1": {"na": "none"}}, ("not_met", "60.0", "at least 61")),
        (30, {"A1.1": {"level": 5}}, ("open", "25.0 to 100.0", "at least 30")),
        (20, {"A1.1": {"level": 5}}, ("met", "25.0 to 100.0", "at least 20")),
        (90, {"A1.1": {"level": 0}}, ("not_met", "0.0 to 75.0", "at least 90")),
    ],
)
def test_total_gate(minimum: int, answers: dict, expected: tuple[str, str, str]) -> None:
    assert said(gates(TotalGate(Fraction(minimum)), answers=answers)[0]) == expected


def test_total_gate_names_what_keeps_it_open_and_what_is_behind() -> None:
    assert gates(TotalGate(Fraction(50)), answers={"A1.1": {"level": 3}})[0].because == ("A1.2", "B1.1", "B2.1")
    # 61 of 100 points is more than level 3: each answer at 3 is behind, the one at 4 is not.
    short = gates(TotalGate(Fraction(70)), answers=FULL | {"A1.2": {"level": 4}})[0]
    assert short.because == ("A1.1", "B1.1", "B2.1")


def test_total_just_below_the_limit_is_not_shown_as_the_limit() -> None:
    # Level 4999 of 5000 on 100 points is 99.98: one decimal would say 100.0.
    spec = edition([block("A", 100, criterion("A1.1"))], {"one": [TotalGate(Fraction(100))]}, scale=(0, 5000))
    gate = score(spec, Case(levels={"A1.1": 4999})).tiers[0].gates[0]
    assert said(gate) == ("not_met", "99.98", "at least 100")


def test_block_gate_gives_one_result_per_block() -> None:
    found = gates(BlockGate(Fraction(50)), answers={**FULL, "B1.1": {"level": 2}, "B2.1": {"level": 1}})
    assert [(gate.gate, *said(gate)) for gate in found] == [
        ("block:A", "met", "60.0 %", "at least 50 %"),
        ("block:B", "not_met", "30.0 %", "at least 50 %"),
    ]
    assert found[1].because == ("B1.1", "B2.1")


@pytest.mark.parametrize(
    ("answers", "state", "because"),
    [
        (FULL, "met", ("A1.1", "B1.1")),
        ({**FULL, "A1.1": {"level": 2}}, "not_met", ("A1.1",)),
        ({"A1.1": {"level": 3}}, "open", ("B1.1",)),
        ({"A1.1": {"level": 2}}, "not_met", ("A1.1",)),
        ({**FULL, "A1.2": {"level": 0}}, "met", ("A1.1", "B1.1")),
    ],
)
def test_mandatory_gate(answers: dict, state: str, because: tuple[str, ...]) -> None:
    gate = gates(MandatoryGate(3), answers=answers)[0]
    assert (gate.state, gate.because) == (state, because)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (FULL, ("met", "2 of 2 at the level", "level 3 or higher on all 2")),
        ({**FULL, "A1.2": {"na": "no clients"}}, ("met", "1 of 1 at the level", "level 3 or higher on all 1")),
        ({**FULL, "A1.2": {"level": 1}}, ("not_met", "1 of 2 at the level", "level 3 or higher on all 2")),
        ({"A1.2": {"level": 4}}, ("open", "1 of 2 at the level, 1 unanswered", "level 3 or higher on all 2")),
    ],
)
def test_clause_gate(answers: dict, expected: tuple[str, str, str]) -> None:
    gate = gates(ClauseGate("A1", 3), answers=answers)[0]
    assert gate.gate == "clause_level:A1"
    assert said(gate) == expected


@pytest.mark.parametrize(
    ("findings", "expected"),
    [({"major_open": 0}, ("met", "0")), ({"major_open": 1}, ("not_met", "1")), ({}, ("open", "not known"))],
)
def test_findings_gate(findings: dict, expected: tuple[str, str]) -> None:
    gate = gates(FindingsGate("major_open", 0), findings=findings)[0]
    assert said(gate)[:2] == expected
    assert gate.because == ("major_open",)


@pytest.mark.parametrize(
    ("answers", "state", "text"),
    [
        (FULL, "met", "0 of 4 (0 %)"),
        ({**FULL, "A1.2": {"na": "x"}}, "met", "1 of 4 (25 %)"),
        ({**FULL, "A1.2": {"na": "x"}, "B2.1": {"na": "x"}}, "not_met", "2 of 4 (50 %)"),
        ({"A1.1": {"level": 1}, "B1.1": {"level": 1}}, "open", "0 of 4 (0 %)"),
        ({**FULL, "A1.1": {"level": 0}}, "met", "0 of 4 (0 %)"),
        ({"A1.2": {"level": 1}}, "met", "0 of 4 (0 %)"),
    ],
)
def test_na_share_gate_counts_what_may_still_become_na(answers: dict, state: str, text: str) -> None:
    assert said(gates(NaShareGate(Fraction(25)), answers=answers)[0]) == (state, text, "at most 25 %")


@pytest.mark.parametrize(
    ("gate", "value", "state"),
    [
        (FactGate("cskm", "min", Fraction(60)), "60", "met"),
        (FactGate("cskm", "min", Fraction(60)), "59.999999999", "not_met"),
        (FactGate("cskm", "min", Fraction(60)), None, "open"),
        (FactGate("cskm", "above", Fraction(0)), 0, "not_met"),
        (FactGate("cskm", "above", Fraction(0)), "0.0001", "met"),
        (FactGate("cskm", "min", Fraction(1, 10)), 0.1, "met"),
        (FactGate("unit", "equals", True), True, "met"),
        (FactGate("unit", "equals", True), False, "not_met"),
        (FactGate("route", "one_of", ("panel",)), "panel", "met"),
        (FactGate("route", "one_of", ("panel",)), "file", "not_met"),
    ],
)
def test_fact_gate(gate: FactGate, value: Any, state: str) -> None:
    found = gates(gate, facts={gate.fact: value})[0]
    assert found.state == state
    assert found.gate == f"fact:{gate.fact}"


KPIS = ("nps", "fcr", "asa", "csat")
NOTHING = dict.fromkeys(KPIS, "no_figure")


def market(at_least: int = 1, above: int = 0, quarters: int = 0) -> MarketGate:
    return MarketGate(KPIS, at_least, none_below=True, above_percent=Fraction(above), quarters=quarters)


@pytest.mark.parametrize(
    ("gate", "verdicts", "quarters", "state"),
    [
        (market(), NOTHING | {"nps": "not_shown_below"}, None, "met"),
        (market(), NOTHING | {"nps": "below"}, None, "not_met"),
        (market(), NOTHING | {"nps": "insufficient"}, None, "not_met"),
        (market(), {"nps": "insufficient"}, None, "not_met"),  # whatever the missing ones turn out to be
        (market(), {"nps": "above"}, None, "open"),
        (market(), NOTHING, None, "not_met"),  # nothing can be judged, one was wanted
        (market(2), NOTHING | {"nps": "above"}, None, "not_met"),
        (market(2), {"nps": "above", "fcr": "no_figure", "asa": "no_figure"}, None, "open"),
        (market(1, 50), NOTHING | {"nps": "above", "fcr": "not_shown_below"}, None, "met"),
        (market(1, 75), NOTHING | {"nps": "above", "fcr": "not_shown_below"}, None, "not_met"),
        # one of two above; two missing could make it three of four at best
        (market(1, 75), {"nps": "above", "fcr": "not_shown_below"}, None, "open"),
        (market(1, 76), {"nps": "above", "fcr": "not_shown_below"}, None, "not_met"),
        (market(1, 0, 2), NOTHING | {"nps": "above"}, None, "open"),
        (market(1, 0, 2), NOTHING | {"nps": "above"}, 1, "not_met"),
        (market(1, 0, 2), NOTHING | {"nps": "above"}, 2, "met"),
        (market(1, 0, 2), {"nps": "below"}, None, "not_met"),
        (market(), NOTHING | {"nps": "above", "cost_per_contact": "below"}, None, "met"),  # not on the list
    ],
)
def test_market_gate(gate: MarketGate, verdicts: dict, quarters: int | None, state: str) -> None:
    assert gates(gate, market=verdicts, facts={"market_quarters": quarters})[0].state == state


def bars(centre: str | None, quartile: str | None) -> dict[str, str | None]:
    """Return verdicts by bar."""
    return {bar: verdict for bar, verdict in (("centre", centre), ("upper_quartile", quartile)) if verdict}


def at_quartile(otherwise: str, at_least: int = 1, above: int = 0) -> MarketGate:
    """Return a gate of the upper quartile."""
    return dataclasses.replace(market(at_least, above), bar="upper_quartile", otherwise=otherwise)


@pytest.mark.parametrize(
    ("gate", "verdicts", "state"),
    [
        # One verdict stands for every bar, and at the centre a mapping says the same as the verdict alone.
        (at_quartile("centre"), NOTHING | {"nps": "above"}, "met"),
        (market(), NOTHING | {"nps": bars("above", "below")}, "met"),
        (at_quartile("centre"), NOTHING | {"nps": bars("above", "below")}, "not_met"),
        (at_quartile("centre"), NOTHING | {"nps": bars("below", "not_shown_below")}, "met"),
        # No quartile is published: the declared rule.
        (at_quartile("centre"), NOTHING | {"nps": bars("not_shown_below", "no_figure")}, "met"),
        (at_quartile("centre"), NOTHING | {"nps": bars("below", "no_figure")}, "not_met"),
        (at_quartile("left_out"), NOTHING | {"nps": bars("above", "no_figure")}, "not_met"),  # none is judged
        (at_quartile("left_out", 0), NOTHING | {"nps": bars("below", "no_figure")}, "met"),
        # The share: holding the quartile counts, being not below the centre does not.
        (at_quartile("centre", 1, 100), NOTHING | {"nps": bars("above", "not_shown_below")}, "met"),
        (at_quartile("centre", 1, 100), NOTHING | {"nps": bars("not_shown_below", "no_figure")}, "not_met"),
        (at_quartile("centre", 1, 100), NOTHING | {"nps": bars("above", "no_figure")}, "met"),
        # What has no verdict at the bar that counts is open.
        (at_quartile("centre"), NOTHING | {"nps": bars("above", None)}, "open"),
        (at_quartile("centre"), NOTHING | {"nps": bars(None, "no_figure")}, "open"),
    ],
)
def test_market_gate_at_a_bar(gate: MarketGate, verdicts: dict, state: str) -> None:
    assert gates(gate, market=verdicts)[0].state == state


def test_market_gate_says_at_which_bar_it_saw_what() -> None:
    verdicts = NOTHING | {"nps": bars("above", "no_figure"), "fcr": bars("above", "above")}
    result = gates(at_quartile("centre"), market=verdicts)[0]
    assert "1 at the central figure" in seen(result)
    assert "against the market's upper quartile, where none is published, against the central figure" in wanted(result)
    assert "quartile" not in wanted(gates(market(), market=verdicts)[0])


def test_market_gate_names_the_kpis_that_fail_or_are_missing() -> None:
    assert gates(market(), market={"nps": "below", "fcr": "above", "asa": "insufficient"})[0].because == ("nps", "asa")
    assert gates(market(), market=NOTHING | {"nps": "above"}, facts={})[0].because == ("nps",)
    late = gates(market(1, 0, 2), market={"nps": "above", "fcr": "above", "asa": "above"})[0]
    assert late.because == ("csat", "market_quarters")
    assert seen(late) == "3 judged: 3 above, 0 below, 0 insufficient; 1 without a verdict; quarters in a row: not known"
    assert wanted(late) == "at least 1 judged, none below or insufficient, 2 quarters in a row"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("total", "Total score"),
        ("block:A", "Block A"),
        ("clause_level:D4", "Clause D4"),
        ("findings:minor_late", "Minor nonconformities not closed in time"),
        ("fact:cskm", "Liveness"),
        ("fact:unit", "unit"),
    ],
)
def test_title_names_every_gate(code: str, expected: str) -> None:
    assert title(code, {"cskm": "Liveness"}) == expected


def test_words_can_be_translated() -> None:
    gate = gates(TotalGate(Fraction(60)), answers=FULL)[0]
    assert wanted(gate, {"at least %s": "至少 %s"}.__getitem__) == "至少 60"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (frozenset({"voice", "chat"}), "chat|voice"),
        ("panel_and_defence", "panel with defence"),
        ("their_own", "their own"),
        (None, "not known"),
    ],
)
def test_plain_says_choices_and_separators_in_the_language_of_the_reader(value: object, said: str) -> None:
    assert plain(value, lambda text: "|" if text == ", " else text.lower()) == said

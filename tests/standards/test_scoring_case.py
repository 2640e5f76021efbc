"""A case that cannot be used names the place and the reason."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from standards.scoring import CaseError, parse_case, unread_names
from standards.scoring.case import read_json
from standards.scoring.model import FactGate, FindingsGate, MarketGate
from tests.standards.builders import block, criterion, edition

SPEC = edition(
    [block("A", 10, criterion("A1.1"), criterion("A1.2", na=True), criterion("A1.3", channels=["chat"]))],
    {
        "one": [
            FactGate("cskm", "min", Fraction(1)),
            FindingsGate("major_open", 0),
            MarketGate(("nps",), 0, none_below=True, above_percent=Fraction(0), quarters=0),
        ]
    },
)

BAD = [
    ([], "the case: must be an object"),
    ({"answer": {}}, "answer: unknown; known are answers"),
    ({"answers": []}, "answers: must be an object"),
    ({"answers": {"A9.9": {"level": 1}}}, "answers.A9.9: no such criterion in small 1"),
    ({"answers": {"A1.1": 3}}, 'answers.A1.1: must be {"level": number}'),
    ({"answers": {"A1.1": {}}}, 'answers.A1.1: must be {"level": number}'),
    ({"answers": {"A1.2": {"level": 1, "na": "x"}}}, "one of the two"),
    ({"answers": {"A1.1": {"level": 6}}}, "answers.A1.1: the level must be from 0 to 5, not 6"),
    ({"answers": {"A1.1": {"level": -1}}}, "from 0 to 5, not -1"),
    ({"answers": {"A1.1": {"level": 10**400}}}, "not a huge number"),
    ({"answers": {"A1.1": {"level": True}}}, "must be a whole number, not true"),
    ({"answers": {"A1.1": {"level": 3.0}}}, "must be a whole number, not 3.0"),
    ({"answers": {"A1.1": {"level": Decimal("3.0")}}}, "must be a whole number, not 3.0"),
    ({"answers": {"A1.1": {"level": "3"}}}, "must be a whole number, not 3"),
    ({"answers": {"A1.1": {"level": None}}}, "must be a whole number, not null"),
    ({"answers": {"A1.1": {"na": "we do not"}}}, "answers.A1.1: this criterion may not be N/A"),
    ({"answers": {"A1.2": {"na": " "}}}, "N/A needs a reason in words"),
    ({"answers": {"A1.2": {"na": True}}}, "N/A needs a reason in words"),
    ({"market": {"nps": "great"}}, "market.nps: must be one of above, not_shown_below"),
    ({"market": {"nps": 1}}, "market.nps: must be one of"),
    ({"market": {"nps": {"median": "above"}}}, "market.nps: bars are centre, upper_quartile, top_decile, not median"),
    ({"market": {"nps": {"centre": "great"}}}, "market.nps: centre must be one of above"),
    ({"findings": {"major_open": -1}}, "findings.major_open: must be a whole number from 0"),
    ({"findings": {"major_open": True}}, "findings.major_open: must be a whole number from 0"),
    ({"findings": {"major_open": "0"}}, "findings.major_open: must be a whole number from 0"),
    ({"facts": {"cskm": "many"}}, "facts.cskm: must be a number, not many"),
    ({"facts": {"cskm": "NaN"}}, "facts.cskm: must be a finite number"),
    ({"facts": {"cskm": "1e999999"}}, "facts.cskm: must be a finite number"),
    ({"facts": {"cskm": float("inf")}}, "facts.cskm: must be a finite number"),
    ({"facts": {"cskm": True}}, "facts.cskm: must be a number, not true"),
    ({"facts": {"cskm": [1]}}, "facts.cskm: must be a number"),
    ({"facts": {"unit": "true"}}, "facts.unit: must be true or false"),
    ({"facts": {"route": "boat"}}, "facts.route: must be one of file, panel, not boat"),
    ({"facts": {"channels": "chat"}}, "facts.channels: must be a list"),
    ({"facts": {"channels": ["pigeon"]}}, "facts.channels: must be one of voice, chat, not pigeon"),
    ({"facts": {"channels": [["chat"]]}}, "facts.channels: must be a list"),
]


@pytest.mark.parametrize(("data", "said"), BAD)
def test_parse_names_the_place(data: Any, said: str) -> None:
    with pytest.raises(CaseError) as caught:
        parse_case(SPEC, data)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_parse_keeps_every_fault() -> None:
    with pytest.raises(CaseError, match=r"\(and 2 more\)") as caught:
        parse_case(SPEC, {"answers": {"A1.1": {"level": 9}, "B1.1": {"level": 1}}, "facts": {"cskm": "x"}})
    assert [place for place, _ in caught.value.faults] == ["answers.A1.1", "answers.B1.1", "facts.cskm"]


def test_parse_takes_numbers_as_text_and_reads_null_as_missing() -> None:
    case = parse_case(SPEC, {"facts": {"cskm": " 62.5 ", "unit": None}, "market": {"nps": None}})
    assert case.facts == {"cskm": Fraction(125, 2)}
    assert case.market == {}
    by_bar = {"nps": {"centre": "above", "upper_quartile": "below", "top_decile": None}}
    assert parse_case(SPEC, {"market": by_bar}).market == {"nps": {"centre": "above", "upper_quartile": "below"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1, column 2: not JSON"),
        ("", "not JSON"),
        ('{"a": 1, "a": 2}', "a is there twice"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": -Infinity}', "-Infinity is not a number"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "a number is too long"),
    ],
)
def test_read_json_refuses(text: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        read_json(text)


def test_unread_names_finds_typing_errors() -> None:
    data = {"facts": {"cskm": 1, "cksm": 1}, "market": {"npz": "above"}, "findings": {"majors": 0, "major_open": 0}}
    assert unread_names(SPEC, parse_case(SPEC, data)) == ("market.npz", "findings.majors", "facts.cksm")

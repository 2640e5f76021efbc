"""The document and its hash, and the content of the edition that we ship."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
import yaml

from benchmarks.kpis.registry import KPI_CODES
from standards.editions import parse_edition, read_edition, spec_of
from standards.editions.faults import EditionError
from standards.editions.writer import edition_yaml
from standards.scoring.model import ClauseGate, FactGate, MarketGate
from tests.standards.conftest import FOUR_BLOCK, changed, line_of, small_yaml

if TYPE_CHECKING:
    from standards.editions import ParsedEdition

# Criteria per clause that first apply at each tier, as in the table of the standard.
TABLE = {
    "A1": (4, 1, 1), "A2": (4, 1, 0), "A3": (3, 2, 0), "A4": (6, 0, 0), "A5": (1, 2, 2),
    "B1": (4, 2, 0), "B2": (5, 1, 0), "B3": (4, 1, 0), "B4": (4, 2, 0), "B5": (4, 1, 1),
    "C1": (3, 1, 1), "C2": (5, 1, 0), "C3": (5, 1, 0), "C4": (5, 0, 0), "C5": (4, 1, 0), "C6": (0, 3, 1),
    "D1": (5, 1, 0), "D2": (4, 1, 1), "D3": (4, 2, 0), "D4": (0, 1, 4),
}  # fmt: skip


def test_hash_does_not_depend_on_layout_comments_or_order_of_keys() -> None:
    text = small_yaml()
    data = yaml.safe_load(text)
    other = "# a comment\n" + yaml.safe_dump(dict(reversed(data.items())), allow_unicode=True, width=60)
    assert parse_edition(other.encode()).sha256 == parse_edition(text.encode()).sha256


def test_hash_is_sha256_of_the_canonical_json() -> None:
    parsed = parse_edition(small_yaml().encode())
    assert hashlib.sha256(parsed.canonical.encode()).hexdigest() == parsed.sha256
    assert json.loads(parsed.canonical) == parsed.document


def test_hash_changes_with_a_word() -> None:
    assert parse_edition(changed("shall chat", "should chat")).sha256 != parse_edition(small_yaml().encode()).sha256


def test_document_has_every_default_filled_in() -> None:
    criterion = parse_edition(small_yaml().encode()).document["blocks"][0]["clauses"][0]["criteria"][0]
    assert criterion["weight"] == 1
    assert criterion["na_allowed"] is False
    assert criterion["when"] is None
    assert criterion["kpis"] == criterion["facets"] == criterion["evidence"] == []


def test_spec_from_the_stored_json_is_the_same() -> None:
    parsed = parse_edition(small_yaml().encode())
    assert spec_of(json.loads(parsed.canonical), parsed.sha256) == parsed.spec
    assert parsed.spec.row_by_code["Y1.1"].units == 3  # 1.5 beside weights of 1: in halves
    assert parsed.spec.blocks[1].clauses[0].criteria[0].weight == Fraction(3, 2)


def test_shipped_edition_has_the_criteria_of_the_table(four_block: ParsedEdition) -> None:
    spec = four_block.spec
    per_clause = {
        clause.code: tuple(Counter(each.tier for each in clause.criteria)[tier.code] for tier in spec.tiers)
        for block in spec.blocks
        for clause in block.clauses
    }
    assert per_clause == TABLE
    assert [sum(column) for column in zip(*per_clause.values(), strict=True)] == [74, 25, 11]
    assert {block.code: int(block.points) for block in spec.blocks} == {"A": 180, "B": 200, "C": 260, "D": 360}


def test_shipped_edition_puts_the_higher_tiers_last_in_each_clause(four_block: ParsedEdition) -> None:
    order = [tier.code for tier in four_block.spec.tiers]
    for block in four_block.spec.blocks:
        for clause in block.clauses:
            tiers = [order.index(each.tier) for each in clause.criteria]
            assert tiers == sorted(tiers), clause.code


def test_shipped_edition_names_only_kpis_that_can_be_measured() -> None:
    assert read_edition(FOUR_BLOCK, known_kpis=KPI_CODES).spec.code == "four-block"


def test_shipped_edition_has_the_gates_of_the_table(four_block: ParsedEdition) -> None:
    documents = four_block.document["tiers"]
    first = {gate["gate"]: gate for gate in reversed(documents[0]["gates"])}
    assert [next(g["min"] for g in tier["gates"] if g["gate"] == "total") for tier in documents] == [550, 700, 800]
    assert [next(g["min_percent"] for g in tier["gates"] if g["gate"] == "block") for tier in documents] == [45, 60, 70]
    assert [next(g["min"] for g in tier["gates"] if g["gate"] == "mandatory_level") for tier in documents] == [2, 3, 3]
    assert first["market"]["above_percent"] == 0
    gates = {tier.code: tier.gates for tier in four_block.spec.tiers}
    assert ClauseGate("D4", 4) in gates["strategic"]
    assert FactGate("roi_lower_bound", "above", Fraction(0)) in gates["strategic"]
    assert FactGate("unit_profit_and_loss", "equals", True) in gates["strategic"]
    assert FactGate("decision_route", "one_of", ("panel_and_defence",)) in gates["strategic"]
    markets = [gate for tier in gates.values() for gate in tier if isinstance(gate, MarketGate)]
    assert [(g.at_least, g.above_percent, g.quarters) for g in markets] == [(2, 0, 0), (2, 50, 2), (3, 75, 4)]


def test_shipped_edition_says_each_thing_once(four_block: ParsedEdition) -> None:
    texts = [
        text["en"]
        for block in four_block.document["blocks"]
        for clause in block["clauses"]
        for each in clause["criteria"]
        for text in [each["title"], each["requirement"], each["look_at"], *each["anchors"].values()]
    ]
    assert [text for text, count in Counter(texts).items() if count > 1] == []
    assert all(len(text.split()) >= 8 for text in texts if not text.istitle() and len(text) > 80)


MARKET = "gate: market, kpis: [nps], at_least: 1"


def test_bar_stands_in_the_document_only_where_the_file_says_it() -> None:
    plain = parse_edition(small_yaml().encode())
    gate = next(gate for gate in plain.document["tiers"][1]["gates"] if gate["gate"] == "market")
    assert not gate.keys() & {"bar", "otherwise"}
    stated = parse_edition(changed(MARKET, f"{MARKET}, bar: top_decile, otherwise: centre"))
    gate = next(gate for gate in stated.spec.tiers[1].gates if isinstance(gate, MarketGate))
    assert (gate.bar, gate.otherwise) == ("top_decile", "centre")
    assert stated.sha256 != plain.sha256
    assert parse_edition(edition_yaml(stated.document).encode()).sha256 == stated.sha256


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ("bar: median", "is not one of centre, upper_quartile, top_decile"),
        ("bar: upper_quartile", "needs otherwise: centre or left_out"),
        ("bar: upper_quartile, otherwise: mean", "is not one of centre, left_out"),
        ("bar: centre, otherwise: centre", "otherwise goes with a bar above the centre"),
        ("otherwise: centre", "otherwise needs a bar"),
    ],
)
def test_bar_that_cannot_be_read_is_refused_by_line(more: str, what: str) -> None:
    data = changed(MARKET, f"{MARKET}, {more}")
    with pytest.raises(EditionError) as caught:
        parse_edition(data)
    assert [(fault.line, what in fault.what) for fault in caught.value.faults] == [(line_of(data, MARKET), True)]

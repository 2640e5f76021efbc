"""The example in ``docs/edition-format.md`` loads, and the page names every key and every kind of gate."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.kpis.registry import KPI_CODES
from standards.editions import read_edition
from standards.editions.content import CRITERION, CRITERION_OPTIONAL
from standards.editions.gates import FINDINGS, KINDS, TESTS
from standards.editions.header import FACT_TYPES, OPTIONAL, REQUIRED
from standards.scoring import parse_case, score

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "edition-format.md").read_text(encoding="utf-8")
NAMES = [*REQUIRED, *OPTIONAL, *FACT_TYPES, *CRITERION, *CRITERION_OPTIONAL, *KINDS, *FINDINGS, *TESTS]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    path = tmp_path / "small-desk.yaml"
    path.write_text(blocks[0], encoding="utf-8")
    return path


def test_documented_example_loads_with_known_kpis_only(example: Path) -> None:
    edition = read_edition(example, known_kpis=KPI_CODES)
    assert [row.code for row in edition.spec.rows] == ["P1.1", "P1.2", "R1.1", "R1.2"]
    assert edition.document["points_total"] == 100


def test_documented_example_keeps_the_hash_it_had_before_criteria_had_scales(example: Path) -> None:
    assert read_edition(example).sha256 == "0d43253d5339fa00735bd360b6917f504405e2adea147e53864130b2b8b845ac"


def test_documented_example_shows_every_kind_of_gate(example: Path) -> None:
    tiers = read_edition(example).document["tiers"]
    assert {gate["gate"] for tier in tiers for gate in tier["gates"]} == set(KINDS)


def test_documented_example_scores_as_one_would_by_hand(example: Path) -> None:
    spec = read_edition(example).spec
    case = {
        "answers": {"P1.1": {"level": 2}, "R1.1": {"level": 3}, "R1.2": {"level": 1}},
        "facts": {"channels": ["voice"], "trained_people": 1},
        "findings": {"major_open": 0},
        "market": {"asa": "above", "abandonment": "no_figure"},
    }
    result = score(spec, parse_case(spec, case))
    # P: 60 x 2/3 = 40, since P1.2 is not asked without e-mail. R: 40 x 3/3; from "advanced" 40 x (2 x 3 + 1) / (3 x 3).
    assert [tier.low for tier in result.tiers] == [Fraction(80), 40 + Fraction(280, 9)]
    assert [tier.attained for tier in result.tiers] == [True, False]


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_page_names_every_key_of_the_format(name: str) -> None:
    assert f"`{name}`" in PAGE

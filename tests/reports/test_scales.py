"""How levels, tiers and bars of any number are drawn and kept."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import pytest

from benchmarks.charts.canvas import in_full
from reports.document import Levels
from reports.renderers.labels import numeral
from reports.renderers.pips import background, pips_class, pips_styles
from reports.renderers.summary import summary_of
from tests.reports.samples import make_report, make_sections


def test_pips_draw_a_step_per_level_with_the_reached_ones_first() -> None:
    assert background(2, 1) == (
        "linear-gradient(to right, #0f5e5b 0pt, #0f5e5b 22.25pt, transparent 22.25pt, transparent 23.75pt, "
        "#d5dad7 23.75pt, #d5dad7 46pt)"
    )
    assert background(5, 0).count("#d5dad7") == 10
    assert background(5, 5).count("#0f5e5b") == 10


def test_pips_of_many_levels_are_one_bar() -> None:
    assert background(100, 25) == "linear-gradient(to right, #0f5e5b 11.5pt, #d5dad7 11.5pt)"


def test_pips_have_a_style_for_every_level_that_a_report_shows() -> None:
    report = make_report()
    rows = [row for section in report.sections for clause in section.clauses for row in clause.rows]
    used = {pips_class(row) for row in rows} - {""}
    assert used == {f"p5-{level}" for level in range(6)}
    assert used <= {name for name, _style in pips_styles(report)}


@pytest.mark.parametrize(("place", "said"), [(1, "I"), (3, "III"), (4, "IV"), (5, "V"), (9, "IX"), (14, "XIV")])
def test_numeral_of_a_tier(place: int, said: str) -> None:
    assert numeral(place) == said


@pytest.mark.parametrize(("value", "said"), [("230.5", "230.5"), ("550", "550"), ("1000.00", "1000"), ("0.25", "0.25")])
def test_bars_are_shown_with_all_their_decimals(value: str, said: str) -> None:
    assert in_full(Decimal(value)) == said


def test_content_names_a_scale_only_where_it_is_not_the_one_that_was_never_named() -> None:
    section = make_sections()[0]
    clause = section.clauses[0]
    first, *others = clause.rows
    other = dataclasses.replace(first, scale=Levels(1, 4))
    changed = dataclasses.replace(
        section, clauses=(dataclasses.replace(clause, rows=(other, *others)), *section.clauses[1:])
    )
    plain, named = make_report(sections=(section,)), make_report(sections=(changed,))
    assert "scale" not in plain.canonical().decode()
    rows = json.loads(named.canonical())["sections"][0]["clauses"][0]["rows"]
    assert [row.get("scale") for row in rows[:2]] == [{"low": 1, "high": 4}, None]


def test_gaps_measure_the_shortfall_on_the_own_scale() -> None:
    section = make_sections()[0]
    clause = section.clauses[0]
    row = dataclasses.replace(clause.rows[0], level=1, asked=True, na_reason="", weight=Decimal(1))
    rows = (
        row,
        dataclasses.replace(row, code="A1.2", scale=Levels(0, 2)),
        dataclasses.replace(row, scale=Levels(0, 1)),
    )
    only = dataclasses.replace(section, points=Decimal(30), clauses=(dataclasses.replace(clause, rows=rows),))
    gaps = summary_of(make_report(sections=(only,))).gaps
    # 10 points each: 4 of 5 steps are missing, and 1 of 2; the third is at its top.
    assert [(gap.code, gap.points) for gap in gaps] == [(row.code, "8.0"), ("A1.2", "5.0")]

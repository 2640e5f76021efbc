"""Comparisons with the market in words: what is left out and why, formulas that nobody names, waivers by name."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from reports.document import Waiver
from reports.renderers import render_html, summary_of
from reports.renderers.market import comparison_row, shortfall
from tests.reports.samples import AT, make_comparisons, make_report


def comparison(**changes: Any) -> Any:
    return replace(make_comparisons()[0], **changes)


def test_summary_of_parts_what_is_compared_from_what_is_not() -> None:
    summary = summary_of(make_report())
    assert [row.title for row in summary.uncompared] == ["Average handling time"]
    assert len(summary.compared) == 4
    assert all(row.chart for row in summary.compared)


def test_render_html_lists_what_is_not_compared_in_a_table_of_its_own() -> None:
    before, _heading, after = render_html(make_report()).partition("Not compared")
    assert "Average handling time" in after
    assert "Average handling time" not in before.partition('id="market"')[2]


def test_comparison_row_names_the_formula_that_the_publisher_does_not() -> None:
    reason = comparison_row(comparison(formula="unstated")).reason
    assert "does not name its formula" in reason
    assert "least favourable to it: answered within 20 s / offered" in reason
    assert comparison_row(comparison(formula="stated")).reason == ""
    assert "the only one defined" in comparison_row(comparison(formula="only")).reason


def test_comparison_row_says_who_granted_a_waiver_and_when() -> None:
    with timezone.override("Asia/Hong_Kong"):
        reason = comparison_row(comparison(waiver=Waiver("No newer figure.", "Helena Brandt", AT))).reason
    assert reason == "Waiver by Helena Brandt, 20 Nov 2026: No newer figure."


def test_shortfall_gives_numbers_only_for_what_stands_in_the_way() -> None:
    assert shortfall(comparison()).replace("\N{NO-BREAK SPACE}", " ") == (
        "Service level (Below the market: 59.7 % against 80.0 %)"
    )
    assert shortfall(comparison(verdict="above")) == "Service level"
    assert shortfall(comparison(verdict="missing", value=None)) == "Service level (Not measured)"

"""The worked example of every KPI: that there is one, that it is right, and that what it reads is what is needed."""

from __future__ import annotations

import pytest

from benchmarks.kpis.examples import EXAMPLE_OF, EXAMPLES
from benchmarks.kpis.registry import KPIS
from benchmarks.records.kinds import KINDS
from benchmarks.records.reasons import FIELD_NAMES
from benchmarks.worked import worked


def value(code: str, variant: str) -> float:
    """Return what a variant gives on the KPI's example."""
    return worked(code).measured[variant].value


@pytest.mark.parametrize("code", sorted(KPIS))
def test_every_variant_is_computed_and_says_which_fields_it_reads(code: str) -> None:
    found = worked(code)
    variants = {variant.code for variant in KPIS[code].variants}
    assert found.measured.keys() == variants
    assert found.needs.keys() == variants
    rows = sum(len(shown.rows) for shown in found.records)
    assert 6 <= rows <= 12
    for needs in found.needs.values():
        for kind, names in needs.items():
            assert names
            assert set(names) <= KINDS[kind].fields.keys()
            assert set(names) <= FIELD_NAMES.keys()
            assert set(KINDS[kind].needed) <= set(names)
    for shown in found.records:
        assert all(len(row) == len(shown.fields) for row in shown.rows)


def test_every_example_belongs_to_a_kpi() -> None:
    assert set(EXAMPLE_OF.values()) == EXAMPLES.keys()
    assert EXAMPLE_OF.keys() == KPIS.keys()


@pytest.mark.parametrize(
    ("code", "variant", "wanted"),
    [
        # Ten calls: answered after 0, 8, 15, 45, 25, 70, 0; given up after 4, 12, 60.
        ("service_level", "answered_within_answered", 100 * 4 / 7),
        ("service_level", "answered_within_offered", 100 * 4 / 10),
        ("service_level", "answered_within_offered_less_short", 100 * 4 / 8),
        ("service_level", "handled_within_offered", 100 * 6 / 10),
        ("asa", "answered", 163 / 7),
        ("asa", "waited", 163 / 5),
        ("abandonment", "offered", 30),
        ("abandonment", "less_short", 100 * 2 / 9),
        # Answers at 0, 0, 8, 15, 25 leave 0.41 after 6 of 10, 8 / 7 and so on; the last answer at 70 leaves none.
        ("queue_time", "median_km", 25),
        ("queue_time", "p90_km", 70),
        ("nps", "transactional", 100 * (4 - 2) / 8),
        ("nps", "relationship", 100 * (1 - 2) / 4),
        ("csat", "top_box", 100 * 3 / 8),
        ("csat", "top2_box", 100 * 5 / 8),
        ("csat", "top3_box", 100 * 7 / 8),
        ("fcr", "no_repeat_1d", 90),
        ("fcr", "no_repeat_30d", 60),
        ("ticket_closed_in_time", "standard", 100 * 5 / 7),
        ("complaint_closed_in_time", "standard", 100 / 3),
        ("occupancy", "standard", 100 * 10 / 13),
        ("utilisation", "standard", 100 * 10 / 16),
        ("forecast_accuracy", "wape_interval", 100 * 74 / 326),
        ("forecast_accuracy", "wape_day", 100 * 10 / 326),
        ("qa_score", "fatal_counts_zero", 100 * 95 / 160),
        ("chat_concurrency", "standard", 80 / 45),
        ("project_roi", "standard", 100 * (82 - 58) / 58),
    ],
)
def test_values_worked_by_hand(code: str, variant: str, wanted: float) -> None:
    assert value(code, variant) == pytest.approx(wanted, rel=1e-12)


def test_error_of_a_rate_clustered_by_day_by_hand() -> None:
    # 4 of 10 answered in time: 3 of 6 on the first day, 1 of 4 on the second; residuals +0.6 and -0.6.
    found = worked("service_level").measured["answered_within_offered"]
    assert found.se == pytest.approx(100 * (2 * (0.6**2 + 0.6**2)) ** 0.5 / 10)


def test_needed_fields_follow_the_measure() -> None:
    assert worked("service_level").needs["answered_within_offered"] == {
        "contacts": ("arrived_at", "wait_seconds", "answered")
    }
    assert "fatal" not in worked("qa_score").needs["standard"]["quality_forms"]
    assert "fatal" in worked("qa_score").needs["fatal_counts_zero"]["quality_forms"]
    assert "uses" in worked("knowledge_freshness").needs["standard"]["articles"]
    assert "uses" not in worked("knowledge_freshness").needs["by_article"]["articles"]
    assert worked("bot_containment").needs["standard"].keys() == {"bot_sessions", "contacts"}
    assert worked("nps").needs["transactional"]["surveys"] == ("answered_at", "question", "score")

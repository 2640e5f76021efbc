"""The level of a result criterion from measurements: the rule against the anchors, and what an audit does with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from audits.computed import Computed, KpiFacts, Rule, compute, rule_for
from audits.models import Audit
from audits.selectors.computed import above_computed, computed_levels, panel_computed
from audits.services.answers import AnswerInput, answer_save, answer_take_computed
from audits.services.errors import ComputedLevelError, InvalidAnswerError, StaleRevisionError, TransitionRefusedError
from audits.services.market import market_attach
from benchmarks.models import Measurement, MeasurementRun
from benchmarks.services import market_load
from ledger.models import Entry
from standards.editions import EditionError
from standards.services import edition_load, edition_publish
from tests.benchmarks.test_market import GOOD, release
from tests.factories import AT, edition_document, leader_of, make_audit, make_centre, make_user, submit

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Centre
    from audits.models import Answer
    from standards.models import Edition

RULE = Rule(("fcr",), ("fcr", "same_issue_second_call"))
GOOD_KPI = KpiFacts("fcr", measured=True, value=80.0, verdict="above", quarters=12, trend="better", sustained=True)
CALLS = KpiFacts("same_issue_second_call", measured=True, quarters=12, trend="better", sustained=True)


def level(rule: Rule = RULE, *, calls: KpiFacts = CALLS, **changes: Any) -> int | None:
    """Compute with one KPI changed."""
    facts = [replace(GOOD_KPI, **changes), calls]
    return compute(rule, {each.kpi: each for each in facts}).level


def test_every_level_of_the_anchors() -> None:
    assert level() == 5
    assert level(sustained=False) == 4
    assert level(trend="steady", sustained=False) == 4
    assert level(quarters=3, trend=None, sustained=False) == 3
    assert level(verdict="not_shown_below", sustained=False) == 3
    assert level(verdict="not_shown_below") == 3
    assert level(verdict="insufficient") == 2
    assert level(verdict="no_figure") == 2
    assert level(channels_missing=("email",)) == 2
    assert level(trend="adverse", sustained=False) == 2
    assert level(verdict="below") == 1
    assert level(verdict="below", trend="adverse", sustained=False) == 1


def test_the_other_kpi_counts_by_its_trend_alone() -> None:
    assert level(calls=replace(CALLS, trend="adverse", sustained=False)) == 2
    assert level(calls=replace(CALLS, verdict="no_figure")) == 5
    assert level(calls=KpiFacts("same_issue_second_call")) == 3


def test_a_kpi_that_the_market_publishes_has_to_be_measured() -> None:
    rule = Rule(("service_level", "abandonment"), ("service_level", "abandonment"))
    facts = {
        "service_level": replace(GOOD_KPI, kpi="service_level"),
        "abandonment": KpiFacts("abandonment", verdict="missing"),
    }
    assert compute(rule, facts).level == 2
    assert compute(rule, {**facts, "abandonment": KpiFacts("abandonment", verdict="no_figure")}).level == 3


def test_one_above_is_enough_where_no_other_is_below_or_unsure() -> None:
    rule = Rule(("service_level", "abandonment"), ("service_level", "abandonment"))

    def beside(verdict: str) -> int | None:
        names = {"service_level": "above", "abandonment": verdict}
        return compute(rule, {kpi: replace(GOOD_KPI, kpi=kpi, verdict=each) for kpi, each in names.items()}).level

    assert [beside(each) for each in ("above", "not_shown_below", "insufficient", "below")] == [5, 4, 2, 1]


def test_where_nothing_is_measured_or_compared_the_assessor_judges() -> None:
    assert compute(RULE, {}).missing[0].code == "nothing_measured"
    assert compute(RULE, {"fcr": replace(GOOD_KPI, verdict=None)}).missing[0].code == "no_release"


def test_at_its_ceiling_satisfaction_gives_way_to_recommendation() -> None:
    rule = rule_for(kind="result", kpis=["csat", "nps"], scale=(0, 5))
    assert rule == Rule(("csat",), ("csat", "nps"))
    csat = replace(GOOD_KPI, kpi="csat", value=90.0, verdict="not_shown_below")
    nps = replace(GOOD_KPI, kpi="nps", value=10.0, verdict="below")
    assert compute(rule, {"csat": csat}).level == 3, "recommendation need not be measured below the ceiling"
    assert compute(rule, {"csat": replace(csat, value=97.0), "nps": nps}).level == 1
    found = compute(rule, {"csat": replace(csat, value=97.0), "nps": KpiFacts("nps", verdict="missing")})
    assert found.level == 2
    assert found.reasons[0].code == "at_ceiling"


def test_a_target_has_no_better_trend() -> None:
    rule = Rule(("fcr",), ("fcr", "occupancy"))
    facts = {"fcr": GOOD_KPI, "occupancy": KpiFacts("occupancy", measured=True, directed=False)}
    assert compute(rule, facts).level == 5


@pytest.mark.parametrize(
    "given_rule",
    [
        {"kind": "process", "kpis": ["fcr"], "scale": (0, 5)},
        {"kind": "result", "kpis": [], "scale": (0, 5)},
        {"kind": "result", "kpis": ["fcr"], "scale": (0, 1)},
        {"kind": "result", "kpis": ["fcr"], "scale": (0, 5), "stated": {"rule": "judged"}},
    ],
)
def test_what_is_judged(given_rule: dict[str, Any]) -> None:
    assert rule_for(**given_rule) is None


STATES = st.sampled_from(["above", "not_shown_below", "below", "insufficient", "missing", "no_figure"])
TRENDS = st.sampled_from(["adverse", "better", "steady", None])
FACTS = st.builds(
    KpiFacts,
    st.just("fcr"),
    measured=st.booleans(),
    verdict=STATES,
    quarters=st.integers(0, 20),
    trend=TRENDS,
    sustained=st.booleans(),
    channels_missing=st.sampled_from([(), ("email",)]),
)


@given(FACTS, FACTS)
def test_the_level_is_the_lowest_ceiling_and_has_a_reason(first: KpiFacts, second: KpiFacts) -> None:
    found = compute(RULE, {"fcr": first, "same_issue_second_call": replace(second, kpi="same_issue_second_call")})
    if found.level is None:
        assert found.missing
        return
    assert 1 <= found.level <= 5
    assert found.limits
    better = compute(RULE, {"fcr": replace(first, measured=True, verdict="above"), "same_issue_second_call": CALLS})
    assert better.level is not None
    assert better.level >= found.level or not first.measured


# --- in an audit ---------------------------------------------------------------------------------------------------


def result_edition(**extra: Any) -> Edition:
    """Publish an edition whose B1.1 and B1.2 are results, about satisfaction and about resolution."""
    document = edition_document(f"r{len(json.dumps(extra))}")
    for number, kpis in ((0, ["connect_rate"]), (1, ["fcr"])):
        document["blocks"][1]["clauses"][0]["criteria"][number] |= {"kind": "result", "kpis": kpis}
    document["blocks"][1]["clauses"][0]["criteria"][0] |= extra
    gate = {"gate": "market", "kpis": ["connect_rate"], "at_least": 0}
    document["tiers"][0]["gates"].append(gate)
    text = json.dumps(document)
    for number in range(6):
        text = text.replace(f'"{number}": {{"en"', f'{number}: {{"en"')
    return edition_publish(edition=edition_load(data=text, at=AT).edition, at=AT)


def make_run(centre: Centre, last: date, value: float, *, kpi: str = "connect_rate") -> MeasurementRun:
    """Store a run of a quarter that ends on a day."""
    run = MeasurementRun.objects.create(
        centre=centre,
        records_name="a.csv",
        records_sha256="0" * 64,
        mapping="",
        mapping_sha256="0" * 64,
        engine="duckdb",
        period_from=last - timedelta(days=80),
        period_to=last,
        rows_read=1,
        rows_used=1,
        quality={"channels": ["voice"]},
        created_at=AT,
    )
    Measurement.objects.create(
        run=run,
        kpi=kpi,
        variant="standard",
        channel="voice",
        value=value,
        n=10_000,
        denominator=10_000,
        standard_error=0.2,
        cluster="day",
        clusters=80,
        unit="%",
    )
    return run


def said_last() -> tuple[int, bool]:
    """Return what the ledger says of the last answer: the computed level, and whether it was taken."""
    content = json.loads(Entry.objects.filter(action="answer.saved").latest("pk").content)
    payload = content["payload"]
    return payload["computed"], payload["taken"]


QUARTER_ENDS = (date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30))


@pytest.fixture
def audit() -> Audit:
    """An audit in fieldwork of a Chinese bank whose connect rate has been above the market for a year."""
    centre = make_centre(country="CN", industry="banking", channels=["voice"])
    found = make_audit(edition=result_edition(), centre=centre)
    runs = [make_run(centre, last, 97.0) for last in QUARTER_ENDS]
    market = market_load(content=release(GOOD), code="m", title="M", by=None, at=AT)
    return market_attach(audit_id=found.pk, run=runs[-1], release=market, by=leader_of(found), at=AT)


def answer_of(audit: Audit, code: str) -> Answer:
    """Return the answer to a criterion."""
    return audit.current_answers.select_related("criterion").get(criterion__code=code)


def save(audit: Audit, code: str, level: int, note: str = "") -> Answer:
    """Answer on the present revision."""
    answer = answer_of(audit, code)
    content = AnswerInput(level=level, note=note)
    return answer_save(answer_id=answer.pk, content=content, revision=answer.revision, by=leader_of(audit), at=AT)


def found_level(audit: Audit, code: str) -> Computed:
    """Return what measurements say of a criterion."""
    fresh = Audit.objects.get(pk=audit.pk)
    return computed_levels(fresh, [answer_of(fresh, code).criterion])[code]


pytestmark = pytest.mark.django_db


def test_an_audit_computes_from_verdict_trend_and_coverage(audit: Audit) -> None:
    assert audit.market["connect_rate"]["state"] == "above"
    assert found_level(audit, "B1.1").level == 4
    audit.centre.channels = ["voice", "chat", "email"]
    audit.centre.save()
    limits = found_level(audit, "B1.1").limits
    assert [(each.code, each.allows, each.params["channels"]) for each in limits] == [("not_covered", 2, ("chat",))]
    assert found_level(audit, "B1.2").level is None


def test_three_quarters_are_not_enough_and_a_fall_is_adverse(audit: Audit) -> None:
    MeasurementRun.objects.filter(period_to=QUARTER_ENDS[0]).update(period_to=QUARTER_ENDS[0] + timedelta(days=200))
    assert found_level(audit, "B1.1").level == 3
    MeasurementRun.objects.filter(period_from=QUARTER_ENDS[0] - timedelta(days=80)).update(period_to=QUARTER_ENDS[0])
    for step, last in enumerate(QUARTER_ENDS[:3]):
        Measurement.objects.filter(run__period_to=last).update(value=99.0 - step * 0.5)
    Measurement.objects.filter(run__period_to=QUARTER_ENDS[3]).update(value=97.4)
    found = found_level(audit, "B1.1")
    assert (found.level, [each.code for each in found.limits]) == (2, ["trend_adverse"])


def test_an_answer_is_never_raised_above_and_lowered_only_with_a_reason(audit: Audit) -> None:
    with pytest.raises(ComputedLevelError) as above:
        save(audit, "B1.1", 5)
    assert (above.value.code, above.value.level) == ("above_computed", 4)
    with pytest.raises(ComputedLevelError) as below:
        save(audit, "B1.1", 3)
    assert below.value.code == "below_without_reason"
    assert answer_of(audit, "B1.1").level is None
    assert save(audit, "B1.1", 3, "Two queues are left out.").level == 3
    assert save(audit, "B1.1", 4).level == 4
    assert said_last() == (4, False)
    assert save(audit, "B1.2", 5).level == 5, "nothing is measured there: judged as ever"
    assert save(audit, "A1.1", 5).level == 5


def test_taking_the_computed_level_keeps_the_note_and_the_revision(audit: Audit) -> None:
    answer, by = answer_of(audit, "B1.1"), leader_of(audit)
    taken = answer_take_computed(answer_id=answer.pk, note="As measured.", revision=0, by=by, at=AT)
    assert (taken.level, taken.note, taken.revision) == (4, "As measured.", 1)
    assert said_last() == (4, True)
    again = answer_take_computed(answer_id=answer.pk, note="As measured.", revision=0, by=by, at=AT)
    assert again.revision == 1
    with pytest.raises(StaleRevisionError):
        answer_take_computed(answer_id=answer.pk, note="Mine.", revision=0, by=by, at=AT)
    with pytest.raises(InvalidAnswerError, match="nothing_computed"):
        answer_take_computed(answer_id=answer_of(audit, "B1.2").pk, note="", revision=0, by=by, at=AT)


def test_what_was_answered_higher_before_stays_but_is_not_submitted(audit: Audit) -> None:
    audit.current_answers.update(level=5)
    assert save(audit, "B1.1", 5, "A word more.").level == 5
    fresh = Audit.objects.get(pk=audit.pk)
    assert [each.criterion.code for each in above_computed(fresh)] == ["B1.1"]
    with pytest.raises(TransitionRefusedError) as error:
        submit(audit)
    assert error.value.codes == ("answers_above_computed",)
    save(audit, "B1.1", 4)
    assert submit(audit).status == "technical_review"


def test_runs_made_after_submission_change_nothing(audit: Audit) -> None:
    Audit.objects.filter(pk=audit.pk).update(submitted_at=AT)
    later = make_run(audit.centre, QUARTER_ENDS[0], 10.0)
    MeasurementRun.objects.filter(pk=later.pk).update(created_at=AT + timedelta(days=1))
    assert found_level(audit, "B1.1").level == 4


def test_an_edition_may_leave_it_to_the_assessor() -> None:
    found = make_audit(edition=result_edition(computed={"rule": "judged"}))
    assert panel_computed(found, answer_of(found, "B1.1").criterion) is None
    assert panel_computed(found, answer_of(found, "B1.2").criterion) is not None
    assert save(found, "B1.1", 5).level == 5


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"computed": {"rule": "luck"}}, "is not one of letci, judged"),
        ({"computed": {"rule": "letci", "level": ["nps"]}}, "unknown: 'nps'"),
        ({"computed": {"rule": "letci", "trend": []}}, "needs at least one KPI"),
        ({"computed": {"rule": "judged", "level": ["connect_rate"]}}, "the rule is judged"),
        ({"computed": {"rule": "letci"}, "kind": "process"}, "only the level of a criterion of kind result"),
        ({"computed": {"rule": "letci"}, "kpis": []}, "needs kpis"),
        ({"computed": {}}, "rule"),
    ],
)
def test_a_rule_that_does_not_hold_together(extra: dict[str, Any], words: str) -> None:
    with pytest.raises(EditionError, match=words):
        result_edition(**extra)


def test_the_panel_says_why_and_offers_to_take_it(client: Client, audit: Audit) -> None:
    client.force_login(leader_of(audit))
    page = client.get(reverse("audits:answer_panel", args=[answer_of(audit, "B1.1").pk])).content.decode()
    for words in (
        "Level 4",
        reverse("benchmarks:kpi", args=["connect_rate"]),
        "is shown above the market",
        "Take the computed level 4",
        "three whole years",
    ):
        assert words in page
    page = client.get(reverse("audits:answer_panel", args=[answer_of(audit, "B1.2").pk])).content.decode()
    assert "judge it yourself" in page
    assert "Take the computed" not in page
    assert (
        "from measurements"
        not in client.get(reverse("audits:answer_panel", args=[answer_of(audit, "A1.1").pk])).content.decode()
    )


def test_taking_it_on_the_sheet(client: Client, audit: Audit) -> None:
    leader, answer = leader_of(audit), answer_of(audit, "B1.1")
    address = reverse("audits:answer_take_computed", args=[answer.pk])
    client.force_login(leader)
    assert client.get(address).status_code == 405
    taken = client.post(address, {"revision": "0", "note": "Seen."})
    assert taken.status_code == 200
    assert 'value="4" checked' in taken.content.decode()
    assert 'hx-swap-oob="true"' in taken.content.decode()
    stale = client.post(address, {"revision": "0", "note": "Other."})
    assert (stale.status_code, stale["HX-Retarget"]) == (409, f"#panel-{answer.pk}")
    assert client.post(address, {"note": "x"}).status_code == 422
    high = client.post(reverse("audits:answer_save", args=[answer.pk]), {"level": "5", "revision": "1"})
    assert high.status_code == 422
    assert "level 4 at most" in high.content.decode()
    client.force_login(make_user(Role.AUDITOR))
    assert client.post(address, {"revision": "1"}).status_code == 404
    client.force_login(make_user(Role.VIEWER, audit.centre.organisation))
    assert client.post(address, {"revision": "1"}).status_code == 403


def test_many_criteria_take_the_queries_of_one(audit: Audit) -> None:
    counts = []
    for codes in (["B1.1"], ["B1.1", "B1.2"]):
        fresh = Audit.objects.get(pk=audit.pk)
        criteria = [
            each.criterion for each in fresh.current_answers.select_related("criterion") if each.criterion.code in codes
        ]
        with CaptureQueriesContext(connection) as queries:
            computed_levels(fresh, criteria)
        counts.append(len(queries))
    assert max(counts) <= 14
    with CaptureQueriesContext(connection) as queries:
        assert computed_levels(fresh, [answer_of(audit, "A1.1").criterion]) == {}
    assert len(queries) == 1, "only the criterion itself"

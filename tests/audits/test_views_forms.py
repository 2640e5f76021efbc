"""Facts, texts, findings, steps, the decision, planning, the market: what is taken, what is refused, and where."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from accounts.models import Role
from audits.models import Audit, AuditStatus, Certificate, Decision, MarketWaiver
from audits.services.errors import TransitionRefusedError
from audits.services.market import market_waive
from benchmarks.models import MarketRelease, MeasurementRun
from ledger.models import Entry
from tests.audits.scenes import Scene, make_scene
from tests.factories import AT, draft_report, make_centre, make_edition, make_user, submit

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client: Client) -> Scene:
    made = make_scene()
    client.force_login(made.people["leader"])
    return made


def send(client: Client, scene: Scene, name: str, *more: str, **data: Any) -> HttpResponse:
    return client.post(reverse(f"audits:{name}", args=[scene.audit.pk, *more]), data)


def facts_of(scene: Scene) -> dict[str, Any]:
    scene.audit.refresh_from_db()
    return {name: fact["value"] for name, fact in scene.audit.facts.items()}


def errors(response: HttpResponse) -> set[str]:
    return set(response.context["form"].errors)


# --- facts ----------------------------------------------------------------------------------------------------------


def test_facts_form_has_a_field_for_each_fact_of_the_edition(client: Client, scene: Scene) -> None:
    response = client.get(reverse("audits:facts", args=[scene.audit.pk]))
    names = [name for name in response.context["form"].fields if not name.endswith("-note")]
    assert names == ["cskm", "own_accounts", "decision_route", "revision"]
    assert "Panel with defence" in response.content.decode()


def test_facts_are_stored_exactly(client: Client, scene: Scene) -> None:
    response = send(
        client,
        scene,
        "facts",
        cskm="62.50",
        own_accounts="no",
        decision_route="panel",
        **{"cskm-note": "In the manual."},
    )
    assert response.status_code == 302
    assert facts_of(scene) == {"cskm": "62.5", "own_accounts": False, "decision_route": "panel"}
    assert scene.audit.facts["cskm"]["note"] == "In the manual."
    form = client.get(reverse("audits:facts", args=[scene.audit.pk])).context["form"]
    assert (form["cskm"].initial, form["own_accounts"].initial) == ("62.5", "no")
    assert client.get(reverse("audits:sheet", args=[scene.audit.pk])).status_code == 200


def test_emptied_fact_is_taken_away(client: Client, scene: Scene) -> None:
    send(client, scene, "facts", cskm="62.5", own_accounts="yes")
    assert facts_of(scene) == {"cskm": "62.5", "own_accounts": True}
    send(client, scene, "facts", cskm="", own_accounts="")
    assert facts_of(scene) == {}


@pytest.mark.parametrize(
    ("value", "stored"), [("0", "0"), ("-0", "0"), ("1e3", "1000"), ("0.000001", "0.000001"), ("007", "7"), ("٣", "3")]
)
def test_numbers_are_stored_as_plain_decimals(client: Client, scene: Scene, value: str, stored: str) -> None:
    assert send(client, scene, "facts", cskm=value).status_code == 302
    assert facts_of(scene) == {"cskm": stored}
    assert client.get(reverse("audits:audit_detail", args=[scene.audit.pk])).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cskm", "many"),
        ("cskm", "NaN"),
        ("cskm", "Infinity"),
        ("cskm", "1e999"),
        ("cskm", "9" * 5000),
        ("cskm", "0.0000001"),
        ("cskm", "1\x00"),
        ("own_accounts", "maybe"),
        ("own_accounts", "True"),
        ("decision_route", "coin"),
        ("cskm-note", "x" * 501),
        ("cskm-note", "a\x00b"),
    ],
)
def test_wrong_fact_is_located_at_its_field_and_nothing_is_saved(
    client: Client, scene: Scene, field: str, value: str
) -> None:
    good = {"own_accounts": "yes"} if field != "own_accounts" else {"cskm": "5"}
    response = send(client, scene, "facts", **{**good, field: value})
    assert (response.status_code, errors(response)) == (422, {field})
    assert facts_of(scene) == {}


# --- texts ----------------------------------------------------------------------------------------------------------


def test_texts_are_saved_and_only_what_changed_is_in_the_ledger(client: Client, scene: Scene) -> None:
    values = {"scope": scene.audit.scope, "objectives": "", "summary": "Good.", "not_covered": "夜班"}
    assert send(client, scene, "texts", **values).status_code == 302
    scene.audit.refresh_from_db()
    assert (scene.audit.summary, scene.audit.not_covered) == ("Good.", "夜班")
    assert '"payload":{"not_covered":"夜班","summary":"Good."}' in Entry.objects.last().content


@pytest.mark.parametrize(("field", "value"), [("scope", ""), ("scope", "  "), ("summary", "a\x00b")])
def test_wrong_text_is_located_at_its_field(client: Client, scene: Scene, field: str, value: str) -> None:
    response = send(client, scene, "texts", **{"scope": "All.", "summary": "typed", field: value})
    assert (response.status_code, errors(response)) == (422, {field})
    scene.audit.refresh_from_db()
    assert (scene.audit.scope, scene.audit.summary) == ("All channels.", "")


def test_texts_after_submission_are_refused_and_still_shown(client: Client, scene: Scene) -> None:
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.CLOSED)
    response = send(client, scene, "texts", scope="All.", summary="typed meanwhile")
    assert response.status_code == 409
    assert "Closed" in response.content.decode()
    assert "typed meanwhile" in response.content.decode()


# --- findings -------------------------------------------------------------------------------------------------------


def raise_it(client: Client, scene: Scene, **fields: str) -> HttpResponse:
    data = {"kind": "minor", "statement": "No log.", "objective_evidence": "Seen.", "due": "2026-12-01", **fields}
    return client.post(reverse("audits:finding_add", args=[scene.answer.pk]), data)


def test_findings_are_numbered_and_shown_beside_the_criterion(client: Client, scene: Scene) -> None:
    assert raise_it(client, scene, statement="<b>No log.</b>").status_code == 200
    response = raise_it(client, scene, kind="strength", due="")
    assert list(scene.audit.findings.values_list("number", "kind")) == [(1, "minor"), (2, "minor"), (3, "strength")]
    assert "&lt;b&gt;No log." in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due": ""}, "due"),
        ({"kind": "major", "due": ""}, "due"),
        ({"due": "2026-13-01"}, "due"),
        ({"due": "tomorrow"}, "due"),
        ({"kind": "fatal"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"statement": " "}, "statement"),
        ({"statement": "a\x00"}, "statement"),
        ({"objective_evidence": ""}, "objective_evidence"),
    ],
)
def test_wrong_finding_is_located_and_what_was_typed_stays(
    client: Client, scene: Scene, fields: dict[str, str], field: str
) -> None:
    response = raise_it(client, scene, **{"objective_evidence": "typed evidence", **fields})
    assert response.status_code == 422
    assert set(response.context["finding_form"].errors) == {field}
    assert "typed evidence" in response.content.decode() or field == "objective_evidence"
    assert scene.audit.findings.count() == 1


def test_finding_after_submission_is_refused_with_words_and_stays_on_the_screen(client: Client, scene: Scene) -> None:
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.DECISION)
    response = raise_it(client, scene, statement="typed meanwhile")
    assert response.status_code == 409
    assert "Awaiting decision" in response.content.decode()
    assert "typed meanwhile" in response.content.decode()


# --- steps ----------------------------------------------------------------------------------------------------------


def test_step_that_cannot_be_made_says_why_and_changes_nothing(client: Client, scene: Scene) -> None:
    draft_report(scene.audit)
    scene.audit.answers.filter(pk=scene.answer.pk).update(level=None)
    response = send(client, scene, "step", "submit")
    assert response.status_code == 409
    assert "still unanswered" in response.content.decode()
    scene.audit.refresh_from_db()
    assert scene.audit.status == AuditStatus.REPORT_DRAFT


def test_step_is_made_even_when_nothing_but_the_button_was_sent(client: Client, scene: Scene) -> None:
    draft_report(scene.audit)
    assert send(client, scene, "step", "submit").status_code == 302
    scene.audit.refresh_from_db()
    assert scene.audit.status == AuditStatus.TECHNICAL_REVIEW


@pytest.mark.parametrize(("reason", "status"), [("", 409), ("  ", 409), ("x" * 5001, 422), ("a\x00", 422)])
def test_cancelling_needs_a_reason_that_can_be_stored(client: Client, scene: Scene, reason: str, status: int) -> None:
    client.force_login(scene.people["audit_manager"])
    assert send(client, scene, "step", "cancel", reason=reason).status_code == status
    scene.audit.refresh_from_db()
    assert scene.audit.status == AuditStatus.FIELDWORK


def test_step_made_twice_is_told_that_the_audit_moved_on(client: Client, scene: Scene) -> None:
    draft_report(scene.audit)
    send(client, scene, "step", "submit")
    response = send(client, scene, "step", "submit")
    assert response.status_code == 409
    assert "moved on" in response.content.decode()


def test_next_steps_are_offered_to_those_who_may(client: Client) -> None:
    scene = make_scene("technical_review")
    for who, offered in (("audit_manager", True), ("leader", False), ("viewer", False)):
        client.force_login(scene.people[who])
        text = client.get(reverse("audits:audit_detail", args=[scene.audit.pk])).content.decode()
        assert ("/steps/approve/" in text) == offered


# --- the decision ---------------------------------------------------------------------------------------------------

GRANT = {"declares_none": "on", "granted": "yes", "tier": "base", "route": "panel", "reason": "Met."}


@pytest.fixture
def ready(client: Client) -> Scene:
    made = make_scene("decision")
    client.force_login(made.people["decision_maker"])
    return made


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"granted": ""}, "granted"),
        ({"granted": "perhaps"}, "granted"),
        ({"tier": ""}, "tier"),
        ({"tier": "platinum"}, "tier"),
        ({"route": "coin"}, "route"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 5001}, "reason"),
    ],
)
def test_wrong_decision_is_located_at_its_field(
    client: Client, ready: Scene, change: dict[str, str], field: str
) -> None:
    response = send(client, ready, "decision", **{**GRANT, **change})
    assert (response.status_code, errors(response)) == (422, {field})
    assert not Decision.objects.exists()


def test_decision_for_a_tier_that_is_not_attained_is_refused(client: Client, ready: Scene) -> None:
    response = send(client, ready, "decision", **{**GRANT, "tier": "top"})
    assert response.status_code == 409
    assert "does not attain this tier" in response.content.decode()
    assert not Decision.objects.exists()


def test_granting_leads_to_a_certificate_that_the_page_names(client: Client, ready: Scene) -> None:
    response = client.post(reverse("audits:decision", args=[ready.audit.pk]), GRANT, follow=True)
    assert Certificate.objects.get().number in response.content.decode()
    again = send(client, ready, "decision", **GRANT)
    assert again.status_code == 409
    assert Certificate.objects.count() == 1


def test_whoever_reviewed_or_was_on_the_team_is_told_why_not(client: Client, ready: Scene) -> None:
    reviewer = ready.people["reviewer"]
    reviewer.memberships.create(organisation=ready.audit.conductor, role=Role.DECISION_MAKER)
    client.force_login(reviewer)
    assert "technical review" in send(client, ready, "decision", **GRANT).content.decode()
    leader = ready.people["leader"]
    leader.memberships.create(organisation=ready.audit.conductor, role=Role.DECISION_MAKER)
    client.force_login(leader)
    response = send(client, ready, "decision", **GRANT)
    assert response.status_code == 409
    assert "You were on the audit team" in response.content.decode()


# --- planning -------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(client: Client) -> dict[str, Any]:
    manager = make_user(Role.AUDIT_MANAGER)
    organisation = manager.memberships.get().organisation
    leader = make_user(Role.AUDITOR, organisation)
    client.force_login(manager)
    return {
        "centre": make_centre(organisation).pk,
        "kind": "internal",
        "edition": make_edition().pk,
        "conductor": organisation.pk,
        "leader": leader.pk,
        "auditors": [make_user(Role.AUDITOR, organisation).pk],
        "scope": "All channels.",
        "objectives": "",
        "onsite_from": "2026-09-14",
        "onsite_to": "2026-09-18",
    }


def test_planning_makes_the_whole_sheet(client: Client, plan: dict[str, Any]) -> None:
    response = client.post("/audits/new/", plan, follow=True)
    audit = Audit.objects.get()
    assert response.redirect_chain[-1][0] == reverse("audits:audit_detail", args=[audit.pk])
    assert (audit.status, audit.answers.count(), audit.team.count()) == ("draft", 6, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("centre", "foreign"),
        ("conductor", "foreign"),
        ("leader", "foreign"),
        ("auditors", ["foreign"]),
        ("edition", "foreign"),
        ("centre", "9" * 400),
        ("edition", "\x00"),
        ("kind", "surprise"),
        ("scope", ""),
        ("onsite_from", "soon"),
        ("onsite_to", "2026-09-13"),
        ("auditors", "the leader"),
    ],
)
def test_wrong_plan_is_located_at_its_field(client: Client, plan: dict[str, Any], field: str, value: Any) -> None:
    stranger = make_user(Role.AUDITOR)
    foreign = {
        "centre": make_centre().pk,
        "conductor": stranger.memberships.get().organisation_id,
        "leader": stranger.pk,
        "auditors": [stranger.pk],
        "edition": 999_999,
    }
    if value in ("foreign", ["foreign"]):
        value = foreign[field]
    if value == "the leader":
        value = [plan["leader"]]
    response = client.post("/audits/new/", {**plan, field: value})
    assert (response.status_code, errors(response)) == (422, {field})
    assert not Audit.objects.exists()


@pytest.mark.parametrize("centre", ["1", "x", "9" * 400, "\x00", "-1"])
def test_planning_page_takes_any_centre_in_its_address(client: Client, plan: dict[str, Any], centre: str) -> None:
    assert client.get("/audits/new/", {"centre": centre}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "x" * 9000},
        {"q": "%_'\""},
        {"page": "9" * 400},
        {"page": "x"},
        {"sort": "result"},
        {"status": "?"},
    ],
)
def test_list_survives_any_query(client: Client, scene: Scene, query: dict[str, str]) -> None:
    assert client.get("/audits/", query).status_code == 200


def test_list_searches_filters_and_sorts(client: Client, scene: Scene) -> None:
    def found(**query: str) -> int:
        return len(client.get("/audits/", query).context["page"].object_list)

    assert found(q=scene.audit.reference.lower()) == found(q=scene.audit.centre.name) == 1
    assert found(q="nowhere") == found(status="closed") == found(kind="internal") == 0
    assert found(status="fieldwork", kind="certification", sort="centre") == 1


# --- the market -----------------------------------------------------------------------------------------------------


def make_run(centre: Any) -> MeasurementRun:
    return MeasurementRun.objects.create(
        centre=centre,
        records_name="calls.csv",
        records_sha256="a" * 64,
        mapping="",
        mapping_sha256="b" * 64,
        engine="duckdb",
        period_from=date(2026, 7, 1),
        period_to=date(2026, 7, 31),
        rows_read=10,
        rows_used=10,
        created_at=AT,
    )


def test_runs_and_release_of_this_centre_are_taken(client: Client, scene: Scene) -> None:
    run = make_run(scene.audit.centre)
    release = MarketRelease.objects.create(code="2026", title="2026", sha256="c" * 64, status="published", loaded_at=AT)
    assert send(client, scene, "market", run=run.pk, release=release.pk).status_code == 302
    scene.audit.refresh_from_db()
    assert (scene.audit.measurement_run, scene.audit.market_release) == (run, release)


@pytest.mark.parametrize("run", ["foreign", "999999", "9" * 400, "x", "\x00"])
def test_run_of_another_centre_is_refused_at_its_field(client: Client, scene: Scene, run: str) -> None:
    foreign = make_run(make_centre())
    response = send(client, scene, "market", run=foreign.pk if run == "foreign" else run)
    assert (response.status_code, errors(response)) == (422, {"run"})
    scene.audit.refresh_from_db()
    assert scene.audit.measurement_run is None


def with_old_figure(scene: Scene) -> None:
    """Leave one KPI whose market figure is older than the edition allows."""
    verdict = {"state": "no_figure", "reason": {"code": "figure_too_old", "words": "Of 2019."}, "value": None}
    Audit.objects.filter(pk=scene.audit.pk).update(market={"nps": {**verdict, "figure": None, "half_width": None}})


def test_waiver_is_granted_by_a_decision_maker_outside_the_team(client: Client, scene: Scene) -> None:
    with_old_figure(scene)
    client.force_login(scene.people["decision_maker"])
    assert 'name="kpi"' in client.get(reverse("audits:market", args=[scene.audit.pk])).content.decode()
    assert send(client, scene, "waiver_add", kpi="nps", reason="The only one.").status_code == 302
    waiver = MarketWaiver.objects.get()
    assert (waiver.kpi, waiver.granted_by) == ("nps", scene.people["decision_maker"])


@pytest.mark.parametrize("fields", [{"kpi": "fcr"}, {"kpi": ""}, {"reason": " "}, {"reason": "a\x00"}])
def test_waiver_needs_a_kpi_with_an_old_figure_and_a_reason(
    client: Client, scene: Scene, fields: dict[str, str]
) -> None:
    with_old_figure(scene)
    client.force_login(scene.people["decision_maker"])
    url = reverse("audits:waiver_add", args=[scene.audit.pk])
    response = client.post(url, {"kpi": "nps", "reason": "Why.", **fields}, follow=True)
    assert "Choose a KPI" in response.content.decode()
    assert not MarketWaiver.objects.exists()


def test_decision_maker_on_the_team_cannot_waive(client: Client, scene: Scene) -> None:
    with_old_figure(scene)
    leader = scene.people["leader"]
    leader.memberships.create(organisation=scene.audit.conductor, role=Role.DECISION_MAKER)
    assert send(client, scene, "waiver_add", kpi="nps", reason="Mine.").status_code == 403
    assert 'name="kpi"' not in client.get(reverse("audits:market", args=[scene.audit.pk])).content.decode()
    with pytest.raises(TransitionRefusedError) as caught:
        market_waive(audit_id=scene.audit.pk, kpi="nps", reason="Mine.", by=leader, at=AT)
    assert caught.value.codes == ("actor_on_team",)
    assert not MarketWaiver.objects.exists()


def test_waiver_after_submission_says_so(client: Client, scene: Scene) -> None:
    with_old_figure(scene)
    submit(scene.audit)
    client.force_login(scene.people["decision_maker"])
    url = reverse("audits:waiver_add", args=[scene.audit.pk])
    response = client.post(url, {"kpi": "nps", "reason": "Why."}, follow=True)
    assert "Technical review" in response.content.decode()
    assert not MarketWaiver.objects.exists()

"""Pages of findings: who may open and do what in which state, what is shown, what is refused, what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice, Role
from audits import urls
from audits.corrective import ANSWER, EITHER, JUDGE, STEPS
from audits.followup import FindingWarning, FollowUpPolicy, ServiceClock
from audits.models import Finding, FindingKind, FindingState
from audits.services.corrective import StepFacts, finding_step
from audits.services.warnings import findings_warn
from ledger.models import Entry
from tests.audits.scenes import WHO, Scene, make_scene, proof, raise_finding, response_facts, settle
from tests.factories import AT, make_centre, make_user

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytestmark = pytest.mark.django_db
ALL = frozenset(WHO) - {"outsider"}
ANSWERERS = frozenset({"centre_manager"})
JUDGES = frozenset({"leader", "auditor", "administrator", "audit_manager"})
MAY = {ANSWER: ANSWERERS, JUDGE: JUDGES, EITHER: ANSWERERS | JUDGES}
STATES = tuple(FindingState.values)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def bring(scene: Scene, state: str) -> Finding:
    """Bring the scene's finding to a state by the steps that people take."""
    people, finding = scene.people, scene.finding
    take = {
        "rejected": ("responded", "reject", "leader", StepFacts(words="No cause.")),
        "withdrawn": ("open", "withdraw", "leader", StepFacts(words="Another centre.")),
        "reopened": ("closed", "reopen", "leader", StepFacts(words="Back.", due=date(2026, 11, 1))),
    }
    if state == "open":
        return finding
    if state not in take:
        return settle(finding, until=state)
    until, step, who, facts = take[state]
    finding = settle(finding, until=until) if until != "open" else finding
    at = AT + timedelta(days=6)
    return finding_step(finding_id=finding.pk, step=step, facts=facts, by=people[who], at=at)


def data_for(step: str, finding: Finding, day: date) -> dict[str, Any]:
    """Return what a person fills in for a step, complete."""
    due = (day + timedelta(days=20)).isoformat()
    if step == "respond":
        facts = response_facts(finding)
        texts = {name: getattr(facts, name) for name in ("correction", "method", "root_cause", "action")}
        return {**texts, "why_1": "Nobody looked.", "owner": facts.owner.pk if facts.owner else "", "due": due}
    if step == "implement":
        return {"words": "Done.", "proofs": SimpleUploadedFile("record.txt", b"done")}
    if step == "verify":
        return {"how": "Sample.", "seen_on": day.isoformat(), "words": "Gone.", "result": "verify"}
    return {"words": "Because.", "due": due} if step == "reopen" else {"words": "Because."}


def attempt(client: Client, url: str, data: dict[str, Any]) -> int:
    """Post and take back what it did."""
    with transaction.atomic():
        response = client.post(url, data)
        transaction.set_rollback(True)
    return int(response.status_code)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", WHO)
def test_rights_by_person_state_and_step(client: Client, who: str, state: str) -> None:
    """Role by state by step, whole: 404 for outsiders, 403 for the wrong role, 409 from the wrong state."""
    from django.utils import timezone

    scene = make_scene()
    finding = bring(scene, state)
    client.force_login(scene.people[who])
    day = timezone.localdate()
    seen, expected = {}, {}
    for name in [name for name in STEPS if name != "fail"]:
        url = reverse("findings:step", args=[finding.pk, name])
        seen[name] = attempt(client, url, data_for(name, finding, day))
        allowed = who in MAY[STEPS[name].permission]
        leads = state in STEPS[name].sources and name != "settle"
        expected[name] = 404 if who == "outsider" else 403 if not allowed else 302 if leads else 409
        if leads and allowed and name in {"accept", "respond"}:
            # The days of the scene lie behind or before the clock of this machine: both answers are of the form.
            expected[name] = seen[name] if seen[name] in {302, 409, 422} else -1
        if name == "verify" and leads and allowed:
            expected[name] = seen[name] if seen[name] in {302, 422} else -1
    assert seen == expected


@pytest.mark.parametrize("who", WHO)
def test_a_finding_is_read_by_everybody_around_the_audit(client: Client, scene: Scene, who: str) -> None:
    client.force_login(scene.people[who])
    for name in ("detail",):
        status = client.get(reverse(f"findings:{name}", args=[scene.finding.pk])).status_code
        assert status == (200 if who in ALL else 404)
    text = client.get(reverse("findings:board")).content.decode()
    assert ("The wallboard was off." in text) == (who in ALL)


@pytest.mark.parametrize("who", WHO)
def test_a_finding_is_changed_by_the_team(client: Client, scene: Scene, who: str) -> None:
    client.force_login(scene.people[who])
    url = reverse("findings:edit", args=[scene.finding.pk])
    expected = 404 if who == "outsider" else 200 if who in {"leader", "auditor"} else 403
    assert client.get(url).status_code == expected


def test_without_signing_in_every_address_leads_to_the_sign_in(client: Client, scene: Scene) -> None:
    known = {"finding_id": scene.finding.pk, "step": "respond", "warning_id": 1, "organisation_id": 1, "centre_id": 1}
    for pattern in urls.finding_urlpatterns:
        arguments = {name: known[name] for name in pattern.pattern.converters}
        response = client.get(reverse(f"findings:{pattern.name}", kwargs=arguments))
        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("account_login"))


def test_offered_steps_are_those_that_may_be_made(client: Client, scene: Scene) -> None:
    cases = {"centre_manager": {"respond", "escalate"}, "leader": {"escalate", "withdraw"}, "viewer": set()}
    for who, offered in cases.items():
        client.force_login(scene.people[who])
        response = client.get(reverse("findings:detail", args=[scene.finding.pk]))
        assert {name for name, _words in response.context["steps"]} == offered


# --- raising from the drawer and from a queue -------------------------------------------------------------------------


def post_finding(client: Client, scene: Scene, accept: str = "", **fields: Any) -> HttpResponse:
    values = {"kind": "strength", "statement": "Good.", "objective_evidence": "Seen.", **fields}
    headers = {"accept": accept} if accept else {}
    return client.post(reverse("audits:finding_add", args=[scene.answer.pk]), values, headers=headers)


def test_a_queue_may_send_twice_and_reads_json(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["leader"])
    key, count, entries = uuid4(), scene.audit.findings.count(), Entry.objects.count()
    answers = [post_finding(client, scene, "application/json", key=str(key)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["finding"]["state"] == "open"
    assert (scene.audit.findings.count(), Entry.objects.count()) == (count + 1, entries + 1)


@pytest.mark.parametrize("key", ["x", "1" * 500, "\x00"])
def test_a_key_that_is_none_is_refused(client: Client, scene: Scene, key: str) -> None:
    client.force_login(scene.people["leader"])
    response = post_finding(client, scene, "application/json", key=key)
    assert response.status_code == 422
    assert "key" in response.json()["errors"]


def test_json_says_why_not(client: Client) -> None:
    scene = make_scene("technical_review")
    client.force_login(scene.people["leader"])
    response = post_finding(client, scene, "application/json")
    assert (response.status_code, list(response.json()["errors"])) == (409, ["__all__"])


def test_day_too_far_away_is_refused_at_its_field_with_the_last_day(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["leader"])
    response = post_finding(client, scene, kind="minor", due="2099-01-01")
    assert response.status_code == 422
    assert "further away than the grading allows" in str(response.context["finding_form"].errors["due"])


def test_names_and_several_minors_are_pointed_out_beside_the_criterion(client: Client, scene: Scene) -> None:
    leader = scene.people["leader"]
    type(leader).objects.filter(pk=leader.pk).update(name="Sian Morgan")
    client.force_login(leader)
    text = post_finding(client, scene, statement="Morgan did not log it.").content.decode()
    assert "It seems to name: Sian Morgan." in text
    raise_finding(scene)
    assert "together they may be a major one" in post_finding(client, scene).content.decode()


# --- steps ------------------------------------------------------------------------------------------------------------


def test_fishbone_is_drawn_from_the_entries_with_a_list_beside_it(client: Client, scene: Scene) -> None:
    manager = scene.people["centre_manager"]
    facts = response_facts(scene.finding, method="fishbone", causes={"people": ["<b>No training"]})
    finding_step(finding_id=scene.finding.pk, step="respond", facts=StepFacts(response=facts), by=manager, at=AT)
    client.force_login(manager)
    text = client.get(reverse("findings:detail", args=[scene.finding.pk])).content.decode()
    assert "<svg" in text
    assert text.count("&lt;b&gt;No training") >= 2
    assert "<b>No training" not in text


def test_preview_draws_what_is_typed_and_keeps_nothing(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["centre_manager"])
    before = Entry.objects.count()
    text = client.post(reverse("findings:cause_preview"), {"people": "No training\n\nToo few"}).content.decode()
    assert "No training" in text
    assert "<svg" in text
    assert Entry.objects.count() == before
    assert "<svg" not in client.post(reverse("findings:cause_preview"), {"people": "x" * 9999}).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"correction": ""}, "correction"),
        ({"correction": "a\x00"}, "correction"),
        ({"action": "x" * 10_001}, "action"),
        ({"why_1": ""}, "why_1"),
        ({"method": "guess"}, "method"),
        ({"method": "fishbone"}, "people"),
        ({"method": "fishbone", "people": "x" * 301}, "people"),
        ({"method": "fishbone", "people": "\n".join("abcdefghi")}, "people"),
        ({"owner": "999999999999999999999"}, "owner"),
        ({"owner": "x"}, "owner"),
        ({"due": "2099-01-01"}, "due"),
        ({"due": "soon"}, "due"),
        ({"due": "2001-01-01"}, "due"),
    ],
)
def test_wrong_response_is_told_at_its_field_and_keeps_what_was_typed(
    client: Client, scene: Scene, change: dict[str, str], field: str
) -> None:
    from django.utils import timezone

    client.force_login(scene.people["centre_manager"])
    data = {**data_for("respond", scene.finding, timezone.localdate()), "root_cause": "\u200fאבג 🙂 typed", **change}
    response = client.post(reverse("findings:step", args=[scene.finding.pk, "respond"]), data)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert "🙂 typed" in response.content.decode()
    assert Finding.objects.get(pk=scene.finding.pk).state == "open"


def test_better_response_begins_with_the_last_one(client: Client, scene: Scene) -> None:
    bring(scene, "rejected")
    client.force_login(scene.people["centre_manager"])
    text = client.get(reverse("findings:step", args=[scene.finding.pk, "respond"])).content.decode()
    assert "Owner by role." in text
    assert "Nobody looked." in text


def test_file_that_is_not_what_its_name_says_is_refused_and_nothing_moves(client: Client, scene: Scene) -> None:
    finding = bring(scene, "accepted")
    client.force_login(scene.people["centre_manager"])
    data = {"words": "Done.", "proofs": SimpleUploadedFile("record.pdf", b"no pdf")}
    response = client.post(reverse("findings:step", args=[finding.pk, "implement"]), data)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"proofs"})
    assert Finding.objects.get(pk=finding.pk).state == "accepted"


def test_steps_that_do_not_exist_lead_nowhere(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["leader"])
    for step in ("fail", "explode", "raise"):
        assert client.get(reverse("findings:step", args=[scene.finding.pk, step])).status_code == 404


def test_stale_change_is_refused_with_what_was_typed(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["leader"])
    data = {
        "kind": "minor",
        "statement": "Mine.",
        "objective_evidence": "x",
        "due": scene.finding.due.isoformat(),
        "revision": "7",
    }
    response = client.post(reverse("findings:edit", args=[scene.finding.pk]), data)
    assert response.status_code == 409
    assert "Mine." in response.content.decode()


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_warning_is_acted_upon_by_those_who_follow_it(client: Client, scene: Scene) -> None:
    findings_warn(at=AT + timedelta(days=70))
    warning = FindingWarning.objects.get()
    url = reverse("findings:acted", args=[scene.finding.pk, warning.pk])
    for who, status in (("viewer", 403), ("outsider", 404), ("centre_manager", 302), ("leader", 409)):
        client.force_login(scene.people[who])
        assert client.post(url, {"note": "On it."}).status_code == status
    assert FindingWarning.objects.get().note == "On it."
    client.force_login(scene.people["leader"])
    assert client.post(reverse("findings:acted", args=[scene.finding.pk, 10**9]), {"note": "x"}).status_code == 404
    assert client.post(url, {"note": ""}).status_code == 422


# --- board and table --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["board", "table"])
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=wallboard", True),
        ("q=nowhere", False),
        ("q=%00", True),
        ("kind=minor", True),
        ("kind=major", False),
        ("kind=fatal", True),
        ("state=open", True),
        ("state=closed", False),
        ("mine=1", False),
        ("centre=999999999999999999999", True),
        ("centre=0", False),
        ("level=9", True),
        ("page=99&sort=drop", True),
    ],
)
def test_filters_narrow_and_what_is_none_is_ignored(
    client: Client, scene: Scene, view: str, query: str, *, shown: bool
) -> None:
    client.force_login(scene.people["leader"])
    response = client.get(f"{reverse('findings:board')}?view={view}&{query}")
    assert response.status_code == 200
    assert ("The wallboard was off." in response.content.decode()) == shown


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_level_filter_agrees_with_the_cards_whatever_the_thresholds(client: Client, scene: Scene, level: int) -> None:
    from django.utils import timezone

    today = timezone.localdate()
    for days in (-40, -7, -6, -1, 0, 13, 14, 15, 40):
        made = raise_finding(scene)
        Finding.objects.filter(pk=made.pk).update(due=today + timedelta(days=days))
    client.force_login(scene.people["leader"])
    for policy in (None, {"soon_days": 30, "escalate_days": 3}):
        if policy:
            FollowUpPolicy.objects.create(organisation=scene.audit.auditee, **policy)
        url = reverse("findings:board")
        every = client.get(url, {"view": "table"}).context["cards"]
        kept = client.get(url, {"view": "table", "level": level}).context["cards"]
        assert {card.finding.pk for card in kept} == {card.finding.pk for card in every if card.level == level}


@pytest.mark.parametrize("address", ["/findings/", "/findings/?view=table", "/findings/clock/", "/notices/"])
def test_lists_cost_the_same_for_one_and_for_many(client: Client, scene: Scene, address: str) -> None:
    client.force_login(scene.people["leader"])

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    Notice.objects.create(to=scene.people["leader"], kind="x", url="/first", at=AT)
    cost()
    one = cost()
    for _ in range(3):
        settle(raise_finding(scene), until="responded")
        make_centre(scene.audit.auditee)
        for number in range(3):
            Notice.objects.create(to=scene.people["leader"], kind="x", url=f"/{number}", at=AT)
    assert cost() == one


def test_detail_costs_the_same_for_a_short_and_a_long_history(client: Client, scene: Scene) -> None:
    other = settle(raise_finding(scene))
    client.force_login(scene.people["leader"])
    costs = []
    for finding in (settle(scene.finding, until="responded"), other):
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("findings:detail", args=[finding.pk]))
        costs.append(len(captured))
    assert abs(costs[1] - costs[0]) <= 1  # minors beside, for a minor only


def test_board_of_nothing_says_what_to_do(client: Client) -> None:
    client.force_login(make_user(Role.AUDITOR))
    assert "Findings are raised beside the criterion" in client.get(reverse("findings:board")).content.decode()


def test_strengths_are_shown_only_when_asked_for(client: Client, scene: Scene) -> None:
    Finding.objects.filter(pk=scene.finding.pk).update(kind=FindingKind.STRENGTH)
    client.force_login(scene.people["leader"])
    assert "wallboard" not in client.get(reverse("findings:board")).content.decode()
    assert "wallboard" in client.get(reverse("findings:board"), {"kind": "strength"}).content.decode()


# --- settings and service clock ---------------------------------------------------------------------------------------

POLICY = {
    "soon_days": "10",
    "escalate_days": "5",
    "act_days_1": "5",
    "act_days_2": "2",
    "act_days_3": "1",
    "tells_1": ["owner"],
    "tells_2": ["owner"],
    "tells_3": ["supervisor"],
    "major_days": "60",
    "minor_days": "120",
    "revision": "0",
}


def test_settings_are_kept_by_managers_of_the_organisation(client: Client, scene: Scene) -> None:
    url = reverse("findings:policy", args=[scene.audit.auditee.pk])
    for who, status in (("leader", 404), ("viewer", 403), ("centre_manager", 302)):
        client.force_login(scene.people[who])
        assert client.post(url, POLICY).status_code == status
    saved = FollowUpPolicy.objects.get()
    assert (saved.soon_days, saved.tells_3, saved.revision) == (10, ["supervisor"], 1)
    assert client.post(url, POLICY).status_code == 409
    assert Entry.objects.filter(action="follow_up.policy_saved").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("soon_days", "0"), ("soon_days", "x"), ("minor_days", "99999"), ("tells_1", []), ("tells_1", ["boss"])],
)
def test_wrong_settings_are_told_at_their_field(client: Client, scene: Scene, field: str, value: Any) -> None:
    client.force_login(scene.people["centre_manager"])
    url = reverse("findings:policy", args=[scene.audit.auditee.pk])
    response = client.post(url, {**POLICY, field: value})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})


def test_limits_are_those_of_the_conducting_organisation(client: Client, scene: Scene) -> None:
    FollowUpPolicy.objects.create(organisation=scene.audit.conductor, minor_days=10)
    client.force_login(scene.people["leader"])
    day = (AT.date() + timedelta(days=400)).isoformat()
    assert post_finding(client, scene, kind="minor", due=day).status_code == 422


CLOCK = {
    "ticket_days": "5",
    "ticket_share": "95",
    "complaint_days": "3",
    "complaint_share": "90",
    "second_calls": "5",
    "near": "2",
    "far": "10",
    "revision": "0",
}


def measure(scene: Scene, **values: float) -> None:
    """Store a run of the centre with these KPIs."""
    from benchmarks.models import Measurement, MeasurementRun

    run = MeasurementRun.objects.create(
        centre=scene.audit.centre,
        records_name="tickets.csv",
        records_sha256="0" * 64,
        mapping="",
        mapping_sha256="0" * 64,
        engine="duckdb",
        period_from=date(2026, 7, 1),
        period_to=date(2026, 9, 30),
        rows_read=10,
        rows_used=10,
        created_at=AT,
    )
    for kpi, value in values.items():
        Measurement.objects.create(run=run, kpi=kpi, variant="standard", value=value, n=400, unit="%")


def test_service_clock_compares_like_with_like(client: Client, scene: Scene) -> None:
    measure(scene, ticket_closed_in_time=94.0, complaint_closed_in_time=79.0, same_issue_second_call=4.0)
    client.force_login(scene.people["centre_manager"])
    url = reverse("findings:clock", args=[scene.audit.centre.pk])
    rows = client.get(url).context["shown"].rows
    # defaults: 100 %, 100 %, 0 %; short by 6, 21 and 4 points
    assert [row.level for row in rows] == [2, 3, 2]
    assert client.post(url, CLOCK).status_code == 302
    rows = client.get(url).context["shown"].rows
    assert [row.level for row in rows] == [1, 3, 0]
    assert client.post(url, {**CLOCK, "revision": "1", "ticket_days": "4"}).status_code == 302
    first = client.get(url).context["shown"].rows[0]
    assert (first.measured, first.level) == (None, None)
    assert "another time limit" in first.words


def test_service_clock_is_changed_by_managers_only(client: Client, scene: Scene) -> None:
    url = reverse("findings:clock", args=[scene.audit.centre.pk])
    for who, status in (("outsider", 404), ("viewer", 403), ("leader", 403), ("centre_manager", 302)):
        client.force_login(scene.people[who])
        assert client.post(url, CLOCK).status_code == status
    assert client.post(url, CLOCK).status_code == 409
    assert client.post(url, {**CLOCK, "revision": "1", "far": "1"}).status_code == 422
    assert ServiceClock.objects.get().revision == 1


def test_proof_is_stored_by_its_content(scene: Scene) -> None:
    assert proof("a").stored.sha256 == proof("a").stored.sha256 != proof("b").stored.sha256
    assert scene.finding.state == FindingState.OPEN


def test_a_withdrawn_finding_is_off_the_board_and_found_by_asking_for_it(client: Client) -> None:
    scene = make_scene()
    client.force_login(scene.people["leader"])
    page = reverse("findings:detail", args=[scene.finding.pk])
    step = reverse("findings:step", args=[scene.finding.pk, "withdraw"])
    assert step in client.get(page).content.decode()
    assert client.post(step, {"words": "Seen in another centre."}).status_code == 302
    shown = client.get(page).content.decode()
    assert "Seen in another centre." in shown
    assert step not in shown
    board = reverse("findings:board")
    assert page not in client.get(board).content.decode()
    assert page not in client.get(board, {"view": "table"}).content.decode()
    assert page in client.get(board, {"state": "withdrawn"}).content.decode()

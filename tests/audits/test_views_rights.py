"""Who may do what with an audit, in which state: every address, every verb, every role."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse

from accounts.access import may
from audits import urls
from audits.answering import AnswerBulk
from audits.arrivals import Arrival
from audits.engagements import Concern, Conflict, Meeting, MeetingKind, StageOne
from audits.models import (
    Answer,
    Audit,
    AuditMove,
    Certificate,
    Decision,
    Evidence,
    Finding,
    FindingKind,
    MarketWaiver,
    TeamMember,
)
from audits.samples import Sample, SampleItem
from audits.selectors.moving import effect_on
from audits.storage import store
from audits.talk import AnswerComment
from audits.workbook.layout import SHEETS
from audits.workbook.reader import Returned
from audits.workbook.seal import Exported, Meta
from audits.workbook.stored import as_data
from ledger.models import Entry
from tests.audits.scenes import PNG, STATUSES, WHO, Scene, settle
from tests.audits.scenes import make_scene as make_plain_scene
from tests.factories import AT, make_edition

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db

Places = dict[str, list[Any]]
ALL = frozenset(WHO) - {"outsider"}
ASSESSORS = frozenset({"leader", "auditor"})
PLANNERS = frozenset({"administrator", "audit_manager"})
MOVERS = PLANNERS | {"leader"}
REVIEWERS = frozenset({"audit_manager", "decision_maker"})
OPENERS = REVIEWERS | ASSESSORS
ARRIVAL = ("arrival", "arrival_columns", "arrival_annotated", "arrival_report")
EVIDENCE_FORMS = ("evidence_edit", "evidence_replace", "evidence_withdraw", "evidence_serve")
DECIDERS = frozenset({"decision_maker"})
INSIDE = PLANNERS | ASSESSORS | {"observer", "decision_maker"}
RECORDERS = ASSESSORS | PLANNERS
EXPORTERS = ALL - {"observer", "viewer"}
ALWAYS = frozenset(STATUSES)
FIELDWORK = frozenset({"fieldwork", "closing", "report_draft"})
PLANNABLE = FIELDWORK | {"draft", "planned", "stage_1"}
REVIEWED = frozenset({"technical_review", "correction", "decision"})
LIVE = PLANNABLE | REVIEWED
STAGE_1 = frozenset({"stage_1"})
FINDING = {"kind": "strength", "statement": "Good.", "objective_evidence": "Seen."}
DECISION = {"declares_none": "on", "granted": "no", "route": "panel", "reason": "Not met."}


@dataclass(frozen=True)
class Case:
    """One address and verb: who may, in which states it succeeds with which status; a refusal by state is 409.

    In the states of ``absent`` the address leads nowhere for anybody.
    """

    name: str
    who: frozenset[str]
    during: frozenset[str] = ALWAYS
    ok: int = 200
    verb: str = "get"
    data: Callable[[], dict[str, Any]] = dict
    step: str = ""
    absent: frozenset[str] = frozenset()

    def sent(self, scene: Scene) -> dict[str, Any]:
        """Return what is posted; who is put on the team is known with the scene."""
        if self.name == "member_add":
            return {"user": scene.people["reviewer"].pk, "role": "observer"}
        return self.data()

    def url(self, places: Places) -> str:
        """Return the address for the objects of a scene."""
        return address(self.name, places, step=self.step or "start")

    def expected(self, who: str, status: str) -> int:
        """Return the status that this person gets."""
        if who == "outsider" or status in self.absent:
            return 404
        if who not in self.who:
            return 403
        return self.ok if status in self.during else 409

    def __str__(self) -> str:
        """Name the case in a report."""
        return f"{self.verb} {self.name} {self.step}".strip()


def checklist_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", b"Code,Level\nA1.1,3\n")


def upload() -> dict[str, Any]:
    return {"file": SimpleUploadedFile("new.png", PNG + b"new"), "title": "", "kind": "photo"}


def post(name: str, who: frozenset[str], during: frozenset[str] = ALWAYS, ok: int = 302, **data: Any) -> Case:
    step = data.pop("step", "")
    return Case(name, who, during, ok, verb="post", data=lambda: dict(data), step=step)


def step(name: str, who: frozenset[str], *during: str) -> Case:
    return post("step", who, frozenset(during), step=name, reason="Because.", declares_none="on")


CASES = (
    *(Case(name, ALL) for name in ("audit_detail", "sheet", "market", "answer_row", "answer_panel", "evidence_file")),
    *(Case(name, ALL) for name in ("sample_list", "sample", "sample_csv", "package")),
    Case("sample_population", ASSESSORS | PLANNERS | DECIDERS),
    *(Case(name, ASSESSORS) for name in ("sample_create", "sample_withdraw")),
    *(Case(name, ASSESSORS) for name in ("facts", "texts")),
    Case("decision", DECIDERS),
    Case("practice_propose", EXPORTERS, absent=frozenset({"cancelled"})),
    Case("move", MOVERS),
    Case("move_preview", MOVERS, PLANNABLE),
    Case("move_record", ALL),
    Case("step", PLANNERS, step="start"),
    Case("step", frozenset({"leader"}), step="submit"),
    Case("step", REVIEWERS, step="approve"),
    Case("step", REVIEWERS, step="return"),
    Case("step", PLANNERS, step="cancel"),
    post("answer_save", ASSESSORS, FIELDWORK, 200, level="3", note="", revision="1"),
    # Nothing is computed for the criterion of the scene: whoever may ask is told so.
    post("answer_take_computed", ASSESSORS, FIELDWORK, 422, note="", revision="1"),
    # Nothing was audited here before, and nothing was returned: whoever may ask is told so.
    Case("together", ASSESSORS, FIELDWORK),
    Case("together_done", ASSESSORS),
    post("together_done", ASSESSORS, FIELDWORK),
    post("answer_confirm", ASSESSORS, FIELDWORK, 422, note="Seen.", revision="1"),
    post("answer_acknowledge", ASSESSORS, FIELDWORK, 422, reason="It stands."),
    post("answer_review", REVIEWERS, frozenset({"technical_review"}), 200, mark="reviewed", revision="1"),
    post("finding_add", ASSESSORS, FIELDWORK, 200, **FINDING),
    Case("activity", INSIDE),
    post("presence", INSIDE, ALWAYS, 200, clause="A1"),
    post("comment_add", INSIDE, LIVE, 200, text="Seen the wall?"),
    post("comment_settled", INSIDE, LIVE, 200),
    # Somebody else's, or too old: whoever may ask is told so.
    post("comment_taken_back", INSIDE, LIVE, 422),
    Case("evidence_upload", ASSESSORS, FIELDWORK, verb="post", data=upload),
    post("evidence_remove", ASSESSORS, FIELDWORK, 200),
    *(Case(name, ALL) for name in ("evidence_list", "evidence_lines", "evidence_detail", "evidence_view")),
    Case("evidence_original", OPENERS),
    *(Case(name, ASSESSORS) for name in ("evidence_choose", *EVIDENCE_FORMS)),
    post("evidence_note", ASSESSORS, FIELDWORK, 200, kind="observation", title="Seen", text="The wallboard was off."),
    post("evidence_attach", ASSESSORS, FIELDWORK, 200),
    post("evidence_rest", ASSESSORS, FIELDWORK, 200),
    post("evidence_edit", ASSESSORS, FIELDWORK, title="Wall", kind="photo"),
    Case("evidence_replace", ASSESSORS, FIELDWORK, 302, verb="post", data=upload),
    # It still serves a criterion: whoever may withdraw is told so, in every state.
    post("evidence_withdraw", ASSESSORS, FIELDWORK, 409, reason="Double."),
    post("evidence_restore", ASSESSORS, FIELDWORK),
    # Nothing is ticked.
    post("evidence_serve", ASSESSORS, FIELDWORK, 422),
    post("sample_create", ASSESSORS, FIELDWORK, title="Tickets", method="judgemental", size="5", why="The newest."),
    post("sample_draw", ASSESSORS, FIELDWORK, records="T-1\nT-2"),
    post("sample_record", ASSESSORS, FIELDWORK, 200, result="conforms", note="", revision="0"),
    post("sample_withdraw", ASSESSORS, FIELDWORK, reason="Wrong period."),
    post("facts", ASSESSORS, FIELDWORK, cskm="62.5"),
    post("fact_take", ASSESSORS, ALWAYS, value="1"),
    post("texts", ASSESSORS, PLANNABLE, scope="All.", summary="Short."),
    post("market", ASSESSORS, FIELDWORK, run=""),
    post("waiver_add", DECIDERS, ALWAYS, kpi="nps", reason="Only figure."),
    post("decision", DECIDERS, frozenset({"decision"}), **DECISION),
    *(Case(name, ALL) for name in ("workbook", "compare_choice", "what_if")),
    # With itself there is nothing to compare.
    Case("compare", frozenset(), absent=ALWAYS),
    post("workbook_take", EXPORTERS, ALWAYS, 200),
    Case("workbook_bring", ASSESSORS, FIELDWORK, 422, verb="post"),
    *(Case(name, ASSESSORS) for name in ("checklist", "arrival", "arrival_columns")),
    *(Case(name, ASSESSORS) for name in ("arrival_annotated", "arrival_report")),
    Case("checklist", ASSESSORS, FIELDWORK, 302, verb="post", data=lambda: {"file": checklist_file()}),
    # It is not the plan that was shown.
    post("arrival", ASSESSORS, frozenset(), fingerprint="0"),
    post("arrival_columns", ASSESSORS, FIELDWORK, header="1", code="0", level="1", na="-1", note="-1"),
    step("plan", PLANNERS, "draft"),
    step("stage_1", PLANNERS, "planned"),
    # The scene is an initial certification: what lies on other routes is refused in every state.
    step("begin", PLANNERS),
    step("start", PLANNERS),
    step("finish", frozenset({"leader"})),
    step("conclude", REVIEWERS),
    step("start_stage_2", PLANNERS, "stage_1"),
    step("close", frozenset({"leader"}), "fieldwork"),
    step("report", frozenset({"leader"}), "closing"),
    step("submit", frozenset({"leader"}), "report_draft"),
    step("return", REVIEWERS, *REVIEWED),
    step("approve", REVIEWERS, "technical_review"),
    step("await_correction", REVIEWERS, "technical_review"),
    step("settle", REVIEWERS, "correction"),
    step("forgo", REVIEWERS, "correction"),
    # No major nonconformity is late.
    step("repeat_stage_2", PLANNERS),
    step("cancel", PLANNERS, *(LIVE - {"decision"})),
    Case("plan", ALL),
    post("plan_dates", MOVERS, PLANNABLE, onsite_from="2026-09-14", onsite_to="2026-09-18"),
    post("plan_sections", MOVERS, PLANNABLE),
    post(
        "agenda_add",
        MOVERS,
        PLANNABLE,
        day="2026-09-15",
        begins="09:00",
        ends="10:00",
        what="Floor walk",
        mode="on_site",
    ),
    # Without a centre it comes back with what is missing.
    Case("site_add", MOVERS, ok=422, verb="post"),
    # A refusal by state comes back as a message on the plan.
    post("site_remove", MOVERS),
    post("agenda_remove", MOVERS),
    Case("member_add", PLANNERS, PLANNABLE, 302, verb="post"),
    post("member_remove", PLANNERS),
    Case("conflicts", INSIDE),
    post("conflicts", INSIDE - {"administrator"}, LIVE, kind="family", detail="A cousin."),
    post("conflict_clear", PLANNERS, LIVE, note="Not on the same floor."),
    *(Case(name, ALL) for name in ("stage_one", "meeting")),
    post("stage_one", RECORDERS, STAGE_1, held_on="2026-09-01", readiness="ready", notes="Read."),
    post("concern_add", RECORDERS, STAGE_1, clause="A1", statement="Thin."),
    Case("concern_settle", RECORDERS),
    post("concern_settle", RECORDERS, STAGE_1 | FIELDWORK, note="Sent."),
    post("meeting", RECORDERS, FIELDWORK, held_at="2026-09-14T09:00", attendance="All."),
)


def make_scene(status: str = "fieldwork", **fields: Any) -> Scene:
    """Bring an audit to a state, with a newer edition, the record of a move, and a strength to propose."""
    scene = make_plain_scene(status, **fields)
    Finding.objects.create(
        audit=scene.audit,
        criterion=scene.answer.criterion,
        number=99,
        kind=FindingKind.STRENGTH,
        statement="Every caller is told the time.",
        objective_evidence="Twenty calls heard.",
        raised_by=scene.people["leader"],
        raised_at=AT,
    )
    Concern.objects.create(
        audit=scene.audit, clause="A1", statement="Thin.", raised_by=scene.people["leader"], raised_at=AT
    )
    Conflict.objects.update_or_create(
        audit=scene.audit,
        user=scene.people["reviewer"],
        defaults={"kind": "other", "detail": "Knows somebody.", "declared_at": AT},
    )
    if status == "closing":
        Meeting.objects.create(
            audit=scene.audit,
            kind=MeetingKind.CLOSING,
            held_at=AT,
            attendance="All.",
            noted_by=scene.people["leader"],
            noted_at=AT,
        )
    AnswerComment.objects.create(answer=scene.answer, text="Which wall?", by=scene.people["leader"], at=AT)
    bulk = {"plan": {"rows": []}, "plan_sha256": "0" * 64, "by": scene.people["leader"], "at": AT}
    AnswerBulk.objects.create(audit=scene.audit, **bulk)
    newer = make_edition()
    AuditMove.objects.create(
        audit=scene.audit,
        old_edition=scene.audit.edition,
        new_edition=newer,
        plan=effect_on(scene.audit, newer, today=AT.date()),
        plan_sha256="0" * 64,
        reason="Wanted.",
        by=scene.people["leader"],
        at=AT,
    )
    make_samples(scene)
    make_arrival(scene)
    return scene


def make_arrival(scene: Scene) -> None:
    """Bring a checklist that says nothing."""
    edition = {"edition": "sample", "edition_version": "1", "edition_sha256": scene.audit.edition.sha256}
    meta = Meta(scene.audit.reference, **edition, exported_at="", exported_by=0, locale="en", nonce="n")
    empty: Exported = {sheet.name: {} for sheet in SHEETS}
    Arrival.objects.create(
        audit=scene.audit,
        kind="checklist",
        filename="list.csv",
        sha256="0" * 64,
        table=[[1, ["Code", "Level"]], [2, ["A1.1", "3"]]],
        returned=as_data(Returned([("hmac", "0")], meta, empty, ())),
        by=scene.people["leader"],
        at=AT,
    )


def make_samples(scene: Scene) -> None:
    """Plan two samples: one drawn with a record to look at, one judgemental whose records are to be named."""
    by = {"planned_by": scene.people["leader"], "planned_at": AT}
    stored_file = store(io.BytesIO(b"id\nT-1\n"), filename="tickets.csv")
    drawn = Sample.objects.create(
        audit=scene.audit,
        number=1,
        title="Tickets",
        method="sites",
        population_sha256=stored_file.sha256,
        population_name="tickets.csv",
        population_size=1,
        seed="7",
        drawn_at=AT,
        drawn_by=by["planned_by"],
        **by,
    )
    SampleItem.objects.create(sample=drawn, position=1, record="T-1")
    Sample.objects.create(audit=scene.audit, number=2, title="Calls", method="judgemental", why="Complaints.", **by)


def places_of(scene: Scene) -> Places:
    """Return what the addresses of a scene hold: by the name of a view, the beginning of it, or ''."""
    drawn, undrawn = scene.audit.samples.all()
    move = scene.audit.moves.get()
    return {
        "": [scene.audit.pk],
        "answer_*": [scene.answer.pk],
        "evidence_*": [scene.evidence.pk],
        "finding_*": [scene.finding.pk],
        "practice_propose": [scene.audit.findings.get(kind=FindingKind.STRENGTH).pk],
        "move_preview": [scene.audit.pk, move.new_edition_id],
        "move_record": [scene.audit.pk, move.pk],
        "concern_settle": [scene.audit.concerns.get().pk],
        "agenda_remove": [scene.audit.pk, 1],
        "site_remove": [scene.audit.pk, 1],
        "member_remove": [scene.audit.pk, scene.people["observer"].pk],
        "conflict_clear": [scene.audit.pk, scene.people["reviewer"].pk],
        "meeting": [scene.audit.pk, "opening"],
        "audit_list": [],
        "audit_create": [],
        "evidence_list": [scene.audit.pk],
        **{f"evidence_{verb}": [scene.answer.pk] for verb in ("upload", "lines", "note", "choose")},
        **{f"evidence_{verb}": [scene.answer.pk, scene.evidence.pk] for verb in ("attach", "rest", "remove")},
        "evidence_file": [scene.evidence.pk],
        "together_done": list(scene.audit.bulks.values_list("pk", flat=True)),
        "fact_take": [scene.audit.pk, "cskm"],
        "finding_add": [scene.answer.pk],
        "comment_add": [scene.answer.pk],
        **{key: [scene.answer.comments.get().pk] for key in ("comment_settled", "comment_taken_back")},
        **{key: [scene.audit.arrivals.first().pk] for key in ARRIVAL},
        "compare": [scene.audit.pk, scene.audit.pk],
        "sample_list": [scene.audit.pk],
        "sample_create": [scene.answer.pk],
        "sample_size": [],
        **{key: [drawn.pk] for key in ("sample", "sample_csv", "sample_population", "sample_withdraw")},
        "sample_draw": [undrawn.pk],
        "sample_record": [drawn.items.get().pk],
    }


def address(name: str, places: Places, *, step: str = "start") -> str:
    """Return the address of a view."""
    about = next(places[key] for key in (name, f"{name.split('_', maxsplit=1)[0]}_*", "") if key in places)
    return reverse(f"audits:{name}", args=[*about, step] if name == "step" else about)


# What the ledger keeps although nothing is changed.
SEEN = ("access.denied", "evidence.original_read")


def stored() -> dict[str, list[Any]]:
    """Return every row of the room, and how many entries the ledger has of changes: it keeps refusals and reads too."""
    models = (
        Concern,
        Conflict,
        Meeting,
        StageOne,
        Audit,
        Answer,
        AuditMove,
        TeamMember,
        Evidence,
        Finding,
        MarketWaiver,
        Decision,
        Certificate,
        Sample,
        SampleItem,
        AnswerComment,
        Arrival,
    )
    rows: dict[str, list[Any]] = {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
    return {
        **rows,
        "attached": list(Evidence.answers.through.objects.values()),
        "ledger": [Entry.objects.exclude(action__in=SEEN).count()],
    }


def drain(response: Any) -> None:
    """Read a file to its end, which closes it."""
    if response.streaming:
        list(response.streaming_content)


def attempt(client: Client, case: Case, scene: Scene, places: Places) -> int:
    """Send the request and take back what it did."""
    with transaction.atomic():
        response = getattr(client, case.verb)(case.url(places), case.sent(scene))
        drain(response)
        transaction.set_rollback(True)
    return int(response.status_code)


def test_every_address_with_an_object_is_in_the_table() -> None:
    names = {pattern.name for pattern in urls.urlpatterns} - {"audit_list", "audit_create", "sample_size"}
    names -= {"sync"}  # it takes JSON for the person who wrote it; its rights are in test_views_syncing
    names -= {"retention", "hold_add", "hold_end"}  # of an organisation, in no state; in test_retention
    assert names == {case.name for case in CASES}


# The matrix is whole where it is quick. On a server the same views run once more, not the same rules.
TRIED = STATUSES if connection.vendor == "sqlite" else ("fieldwork", "decision", "closed")


@pytest.mark.parametrize("status", TRIED)
@pytest.mark.parametrize("who", WHO)
def test_rights_by_person_state_and_verb(client: Client, who: str, status: str) -> None:
    scene = make_scene(status)
    if status in {"technical_review", "correction"}:
        settle(scene.finding, until="accepted")
    client.force_login(scene.people[who])
    places = places_of(scene)
    seen = {str(case): attempt(client, case, scene, places) for case in CASES}
    assert seen == {str(case): case.expected(who, status) for case in CASES}


@pytest.mark.parametrize("who", ["observer", "centre_manager", "viewer", "outsider"])
def test_whoever_may_not_write_changes_nothing_whatever_is_posted(client: Client, who: str) -> None:
    scene = make_scene()
    client.force_login(scene.people[who])
    before = stored()
    for case in CASES:
        if case.verb == "post" and who not in case.who:
            assert client.post(case.url(places_of(scene)), case.data()).status_code in {403, 404}
    assert stored() == before


@pytest.mark.parametrize("who", [*WHO, "reviewer"])
def test_visible_to_agrees_with_the_rule(who: str) -> None:
    scene = make_scene()
    make_scene(answered=False)
    user = scene.people[who]
    visible = set(Audit.objects.visible_to(user))
    assert visible == {audit for audit in Audit.objects.all() if may(user, "audits.view_audit", audit)}
    assert (scene.audit in visible) == (who != "outsider")


def test_without_signing_in_every_address_leads_to_the_sign_in(client: Client) -> None:
    scene = make_scene()
    before = stored()
    for pattern in urls.urlpatterns:
        for verb in (client.get, client.post):
            response = verb(address(str(pattern.name), places_of(scene)))
            assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, reverse("account_login"))
    assert stored() == before


READS, FORMS, WRITES = frozenset({"GET", "HEAD"}), frozenset({"GET", "HEAD", "POST"}), frozenset({"POST"})
ALLOWED = {
    **dict.fromkeys(
        (
            *("audit_list", "audit_detail", "sheet", "answer_row", "answer_panel", "move", "move_record"),
            *("evidence_file", "evidence_original", "evidence_view", "evidence_detail", "evidence_list"),
            *("evidence_lines", "evidence_choose"),
            "plan",
            "activity",
        ),
        READS,
    ),
    **dict.fromkeys(
        (
            *("sample_list", "sample", "sample_csv", "sample_population", "package"),
            *("workbook", "arrival_annotated", "arrival_report", "compare_choice", "compare", "what_if"),
        ),
        READS,
    ),
    **dict.fromkeys(
        (
            "audit_create",
            "facts",
            "texts",
            "market",
            "decision",
            "step",
            "move_preview",
            "practice_propose",
            *EVIDENCE_FORMS,
            "sample_create",
            "sample_withdraw",
            "conflicts",
            "together",
            "together_done",
            "conflict_clear",
            "stage_one",
            "concern_settle",
            "meeting",
            *("checklist", "arrival", "arrival_columns"),
            *("retention", "hold_end"),
        ),
        FORMS,
    ),
    **dict.fromkeys(
        (
            "waiver_add",
            "plan_dates",
            "plan_sections",
            "site_add",
            "site_remove",
            "agenda_add",
            "agenda_remove",
            "member_add",
            "member_remove",
            "concern_add",
            "fact_take",
            "answer_save",
            "answer_take_computed",
            "answer_confirm",
            "answer_review",
            "answer_acknowledge",
            "evidence_upload",
            *("evidence_remove", "evidence_note", "evidence_attach", "evidence_rest", "evidence_restore"),
            "finding_add",
            "presence",
            *("comment_add", "comment_settled", "comment_taken_back"),
            "sample_size",
            "sample_draw",
            "sample_record",
            "sync",
            *("workbook_take", "workbook_bring"),
            "hold_add",
        ),
        WRITES,
    ),
}


def test_methods_that_a_view_has_no_use_for_are_refused(client: Client) -> None:
    scene = make_scene()
    client.force_login(scene.people["leader"])
    before = stored()
    for pattern in urls.urlpatterns:
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - ALLOWED[str(pattern.name)]:
            response = client.generic(method, address(str(pattern.name), places_of(scene)))
            assert (pattern.name, method, response.status_code) == (pattern.name, method, 405)
    assert stored() == before


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("leader", "fieldwork"),
        ("leader", "correction"),
        ("audit_manager", "planned"),
        ("audit_manager", "technical_review"),
        ("decision_maker", "decision"),
        ("decision_maker", "closed"),
    ],
)
def test_reading_changes_nothing(client: Client, who: str, status: str) -> None:
    scene = make_scene(status)
    client.force_login(scene.people[who])
    before = stored()
    for name, methods in ALLOWED.items():
        if "GET" in methods:
            query = {"status": "closed", "level": "5", "revision": "1", "reason": "x"}
            drain(client.get(address(name, places_of(scene)), query))
            drain(client.head(address(name, places_of(scene))))
    assert stored() == before


FOREIGN = {
    "status": "closed",
    "result": "{}",
    "result_sha256": "0",
    "auditee": "1",
    "conductor": "1",
    "reference": "A-1",
    "edition": "1",
    "created_by": "1",
    "answered_by": "1",
    "criterion": "1",
    "audit": "1",
    "number": "99",
    "closed_at": "2020-01-01",
    "market_release": "1",
}
FREE = ("reference", "auditee_id", "conductor_id", "edition_id", "created_by_id", "result", "result_sha256")


@pytest.mark.parametrize("case", [case for case in CASES if case.verb == "post" and case.during], ids=str)
def test_fields_that_a_form_does_not_have_are_ignored(client: Client, case: Case) -> None:
    status = next(name for name in STATUSES if name in case.during)
    plain, crowded = make_scene(status), make_scene(status)
    who = next(name for name in WHO if name in case.who)
    if case.step in {"approve", "settle"}:
        for scene in (plain, crowded):
            settle(scene.finding, until="accepted")
    for scene, extra in ((plain, {}), (crowded, FOREIGN)):
        client.force_login(scene.people[who])
        assert client.post(case.url(places_of(scene)), {**extra, **case.sent(scene)}).status_code == case.ok
    kept = Audit.objects.values(*FREE).get(pk=crowded.audit.pk)
    if case.step not in {"submit", "return"} and case.name != "decision":
        assert kept == {name: getattr(crowded.audit, name) for name in FREE}
    statuses = [Audit.objects.get(pk=scene.audit.pk).status for scene in (plain, crowded)]
    assert statuses[0] == statuses[1]
    crowded.answer.refresh_from_db()
    assert crowded.answer.answered_by in {crowded.people["leader"], crowded.people[who]}
    numbers = [list(scene.audit.findings.values_list("number", flat=True)) for scene in (plain, crowded)]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**40])
def test_ids_that_nobody_has_are_not_found(client: Client, number: int) -> None:
    scene = make_scene()
    client.force_login(scene.people["leader"])
    for case in CASES:
        url = reverse(f"audits:{case.name}", args=[number, *unknown_rest(case, scene)])
        assert (str(case), getattr(client, case.verb)(url, case.data()).status_code) == (str(case), 404)


def unknown_rest(case: Case, scene: Scene) -> list[Any]:
    """Return what follows the first id in an address."""
    return {
        "step": [case.step],
        **{f"evidence_{verb}": [scene.evidence.pk] for verb in ("remove", "attach", "rest")},
        "conflict_clear": [1],
        "agenda_remove": [1],
        "site_remove": [1],
        "member_remove": [1],
        "meeting": ["opening"],
        "move_preview": [1],
        "move_record": [1],
        "fact_take": ["cskm"],
        "compare": [1],
    }.get(case.name, [])


def test_unknown_steps_are_not_found(client: Client) -> None:
    scene = make_scene()
    client.force_login(scene.people["decision_maker"])
    for name in ("decide", "nonsense", "START"):
        assert client.post(f"/audits/{scene.audit.pk}/steps/{name}/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("who", WHO)
def test_planning_is_for_those_who_manage_audits_somewhere(client: Client, who: str) -> None:
    scene = make_scene()
    client.force_login(scene.people[who])
    expected = 200 if who in PLANNERS | {"outsider"} else 403
    assert client.get("/audits/new/").status_code == expected
    assert client.post("/audits/new/", {}).status_code == (422 if expected == 200 else 403)
    assert (b"/audits/new/" in client.get("/audits/").content) == (expected == 200)


def test_list_shows_each_person_exactly_what_is_visible_to_them(client: Client) -> None:
    scene = make_scene()
    other = make_scene(answered=False)
    for who in WHO:
        client.force_login(scene.people[who])
        text = client.get("/audits/").content.decode()
        assert (scene.audit.reference in text) == (who != "outsider")
        assert other.audit.reference not in text

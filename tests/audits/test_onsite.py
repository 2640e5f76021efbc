"""Stage 1, the meetings and corrections: what is on record decides whether the audit goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import Role
from audits.engagements import MeetingKind, Readiness
from audits.models import Audit, AuditKind, Finding, FindingKind
from audits.services.errors import NotEditableError, TransitionRefusedError
from audits.services.onsite import RecordError, concern_raise, concern_settle, meeting_record, stage_one_record
from audits.services.transitions import audit_decide, audit_step
from tests.audits.scenes import Scene, make_scene, raise_finding, settle
from tests.factories import AT, draft_report, leader_of, make_audit, make_user, submit

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from accounts.models import User

pytestmark = pytest.mark.django_db


def step(audit: Audit, name: str, by: User, at: datetime = AT) -> Audit:
    return audit_step(audit_id=audit.pk, step=name, reason="Because.", by=by, at=at)


def refused(audit: Audit, name: str, by: User, at: datetime = AT) -> tuple[str, ...]:
    with pytest.raises(TransitionRefusedError) as caught:
        step(audit, name, by, at)
    return caught.value.codes


def test_stage_2_waits_for_stage_1_and_its_concerns() -> None:
    audit = make_audit(started=False)
    manager, leader = make_user(Role.AUDIT_MANAGER, audit.conductor), leader_of(audit)
    step(audit, "stage_1", manager)
    assert refused(audit, "start_stage_2", manager) == ("not_ready",)
    record = {"audit_id": audit.pk, "held_on": AT.date(), "notes": "Read.", "by": leader, "at": AT}
    stage_one_record(**record, readiness=Readiness.NOT_READY)
    assert refused(audit, "start_stage_2", manager) == ("not_ready",)
    concern = concern_raise(audit_id=audit.pk, clause="A1", statement="Thin.", by=leader, at=AT)
    stage_one_record(**record, readiness=Readiness.WITH_CONCERNS)
    assert refused(audit, "start_stage_2", manager) == ("not_ready",)
    concern_settle(concern_id=concern.pk, note="Sent.", by=leader, at=AT)
    with pytest.raises(RecordError, match="already_settled"):
        concern_settle(concern_id=concern.pk, note="Again.", by=leader, at=AT)
    assert step(audit, "start_stage_2", manager).status == "fieldwork"
    with pytest.raises(NotEditableError):
        stage_one_record(**record, readiness=Readiness.READY)


def test_nothing_is_recorded_before_it_has_happened_or_in_the_wrong_order() -> None:
    audit = make_audit()
    leader = leader_of(audit)
    meeting = {"audit_id": audit.pk, "attendance": "All.", "by": leader, "at": AT}
    with pytest.raises(RecordError, match="in_future"):
        meeting_record(**meeting, kind=MeetingKind.CLOSING, held_at=AT + timedelta(minutes=1))
    with pytest.raises(RecordError, match="closing_before_opening"):
        meeting_record(**meeting, kind=MeetingKind.CLOSING, held_at=AT - timedelta(minutes=1))


def test_closing_meeting_is_needed_and_recording_it_again_corrects_it() -> None:
    audit = make_audit()
    leader = leader_of(audit)
    step(audit, "close", leader)
    assert refused(audit, "report", leader) == ("no_closing_meeting",)
    for attendance in ("Two.", "Three."):
        meeting_record(audit_id=audit.pk, kind=MeetingKind.CLOSING, held_at=AT, attendance=attendance, by=leader, at=AT)
    assert audit.meetings.get(kind=MeetingKind.CLOSING).attendance == "Three."
    assert step(audit, "report", leader).status == "report_draft"


def reviewed(scene: Scene) -> None:
    draft_report(scene.audit)
    submit(scene.audit)


def test_open_major_is_waited_for_and_certification_is_not_granted_over_it() -> None:
    scene = make_scene()
    settle(scene.finding, until="accepted")
    raise_finding(scene, FindingKind.MAJOR)
    reviewed(scene)
    reviewer, audit = scene.people["reviewer"], scene.audit
    assert refused(audit, "approve", reviewer) == ("majors_unverified",)
    assert step(audit, "await_correction", reviewer).status == "correction"
    assert refused(audit, "settle", reviewer) == ("majors_unverified",)
    assert step(audit, "forgo", reviewer).status == "decision"
    with pytest.raises(TransitionRefusedError) as caught:
        audit_decide(
            audit_id=audit.pk,
            granted=True,
            tier="base",
            route="panel",
            reason="Yes.",
            by=scene.people["decision_maker"],
            at=AT,
        )
    assert caught.value.codes == ("majors_unverified",)


def test_major_that_was_not_verified_in_six_months_means_stage_2_again() -> None:
    scene = make_scene()  # on site until 18 September 2026
    settle(scene.finding, until="accepted")
    major = raise_finding(scene, FindingKind.MAJOR)
    reviewed(scene)
    audit, reviewer, manager = scene.audit, scene.people["reviewer"], scene.people["audit_manager"]
    step(audit, "await_correction", reviewer)
    last_day, too_late = AT + timedelta(days=185), AT + timedelta(days=186)  # 18 and 19 March 2027
    assert refused(audit, "repeat_stage_2", manager, last_day) == ("stage_2_holds",)
    Finding.objects.filter(pk=major.pk).update(closed_at=too_late)
    assert refused(audit, "settle", reviewer, too_late) == ("stage_2_to_repeat",)
    again = step(audit, "repeat_stage_2", manager, too_late)
    assert (again.status, again.stage_2_round, again.result) == ("fieldwork", 2, None)
    assert refused(audit, "close", scene.people["leader"], too_late) == ("no_opening_meeting",)
    Finding.objects.filter(pk=major.pk).update(closed_at=last_day)


def test_self_assessment_ends_with_its_frozen_result_and_no_decision() -> None:
    audit = make_audit(kind=AuditKind.SELF_ASSESSMENT)
    leader = leader_of(audit)
    assert refused(audit, "finish", leader) == ("unanswered",)
    assert refused(audit, "close", leader) == ("wrong_route",)
    audit.answers.update(level=3)
    finished = step(audit, "finish", leader)
    assert finished.status == "closed"
    assert finished.closed_at == AT
    assert finished.result["result"]["tiers"]["base"]["total"] == {"low": "60", "high": "60"}


def test_page_of_the_audit_says_who_may_and_why_not(client: Client) -> None:
    scene = make_scene("fieldwork")
    scene.audit.meetings.all().delete()
    client.force_login(scene.people["leader"])
    url = reverse("audits:audit_detail", args=[scene.audit.pk])
    text = client.get(url).content.decode()
    assert 'aria-current="step"' in text
    assert "The opening meeting is not on record." in text
    assert "Who may: The team leader." in text
    assert "Stage 2 has started: fieldwork." in text


@pytest.mark.parametrize("held", ["", "2026-13-01T09:00", "tomorrow", "9" * 400, "2099-01-01T09:00"])
def test_meeting_with_a_bad_time_is_refused_in_words(client: Client, held: str) -> None:
    scene = make_scene("fieldwork")
    client.force_login(scene.people["leader"])
    url = reverse("audits:meeting", args=[scene.audit.pk, "closing"])
    assert client.post(url, {"held_at": held, "attendance": "All."}).status_code in {409, 422}
    assert client.post(url, {"held_at": "2026-09-14T09:00", "attendance": "a\x00"}).status_code == 422
    assert not scene.audit.meetings.filter(kind="closing").exists()
    assert client.get(reverse("audits:meeting", args=[scene.audit.pk, "lunch"])).status_code == 404

"""Takes an invented engagement along its route: declarations, plan, stage 1, meetings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.engagements import ConflictKind, MeetingKind, Readiness
from audits.models import AuditKind, AuditPurpose, Certificate
from audits.services.conflicts import conflict_declare
from audits.services.onsite import concern_raise, concern_settle, meeting_record, stage_one_record
from audits.services.transitions import audit_step
from audits.workflow import INITIAL

if TYPE_CHECKING:
    from typing import Any

    from accounts.models import Centre, User
    from audits.models import Audit
    from reports.demo.scenario import DemoAudit


def purpose_of(centre: Centre, kind: str) -> dict[str, Any]:
    """Return purpose and certificate of the next audit: of a certified centre it is a surveillance."""
    held = Certificate.objects.filter(audit__centre=centre, status="active").first()
    if kind != AuditKind.CERTIFICATION or held is None:
        return {}
    return {"purpose": AuditPurpose.SURVEILLANCE, "of_certificate": held}


def confirm_plan(scene: DemoAudit, audit: Audit, manager: User) -> None:
    """Let everybody declare that they have no conflict of interest, and confirm the plan."""
    at = scene.at(scene.planned, 10)
    for member in audit.team.select_related("user"):
        conflict_declare(audit_id=audit.pk, kind=ConflictKind.NONE, by=member.user, at=at)
    audit_step(audit_id=audit.pk, step="plan", by=manager, at=at + timedelta(hours=1))


def start_fieldwork(scene: DemoAudit, audit: Audit, manager: User, leader: User) -> None:
    """Hold stage 1 where there is one, start fieldwork, and hold the opening meeting."""
    step = "start"
    if audit.route == INITIAL:
        stage_1(scene, audit, manager, leader)
        step = "start_stage_2"
    audit_step(audit_id=audit.pk, step=step, by=manager, at=scene.at(scene.first_day, 7))
    _meeting(scene, audit, leader, MeetingKind.OPENING)


def stage_1(scene: DemoAudit, audit: Audit, manager: User, leader: User) -> None:
    """Read the documents three weeks before, with one concern that is dealt with."""
    day = scene.first_day - timedelta(days=21)
    audit_step(audit_id=audit.pk, step="stage_1", by=manager, at=scene.at(day, 8))
    concern = concern_raise(
        audit_id=audit.pk,
        clause="A5",
        statement="The minutes of the last management review do not mention the service figures.",
        by=leader,
        at=scene.at(day, 14),
    )
    stage_one_record(
        audit_id=audit.pk,
        held_on=day,
        readiness=Readiness.WITH_CONCERNS,
        notes="Manual, process map, last management review and internal audits were read; scope and sites agreed.",
        by=leader,
        at=scene.at(day, 16),
    )
    concern_settle(
        concern_id=concern.pk,
        note="A supplement to the minutes was sent, with figures and actions.",
        by=leader,
        at=scene.at(day + timedelta(days=9), 11),
    )


def finish_fieldwork(scene: DemoAudit, audit: Audit, leader: User) -> None:
    """Hold the closing meeting and draft the report."""
    audit_step(audit_id=audit.pk, step="close", by=leader, at=scene.at(scene.last_day, 14))
    _meeting(scene, audit, leader, MeetingKind.CLOSING)
    audit_step(audit_id=audit.pk, step="report", by=leader, at=scene.at(scene.last_day, 16))


def _meeting(scene: DemoAudit, audit: Audit, leader: User, kind: str) -> None:
    opening = kind == MeetingKind.OPENING
    at = scene.at(scene.first_day, 8) if opening else scene.at(scene.last_day, 15)
    notes = (
        "Scope, agenda, sampling and confidentiality confirmed; a guide named for each day."
        if opening
        else "Findings read out and agreed; dates for the corrections set; no divergent opinion."
    )
    meeting_record(
        audit_id=audit.pk,
        kind=kind,
        held_at=at,
        attendance="Centre manager\nQuality manager\nTeam leader of the shift\nThe audit team",
        notes=notes,
        by=leader,
        at=at,
    )

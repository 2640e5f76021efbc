"""What is put on record around the work on site: stage 1 with its concerns, the opening and the closing meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.engagements import Concern, Meeting, MeetingKind, StageOne
from audits.services.errors import AuditError
from audits.services.locking import audit_lock, subject_of
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User

STAGE_1 = frozenset({"stage_1"})
CONCERNED = STAGE_1 | EDITABLE


class RecordError(AuditError):
    """The record cannot be made; ``code`` is in_future, closing_before_opening, already_settled or no_reason."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@transaction.atomic
def stage_one_record(*, audit_id: int, held_on: date, readiness: str, notes: str, by: User, at: datetime) -> StageOne:
    """Record the result of stage 1; recording it again corrects it, until stage 2 starts."""
    audit = audit_lock(audit_id, within=STAGE_1)
    if held_on > at.date():
        raise RecordError("in_future")
    stage, _new = StageOne.objects.update_or_create(
        audit=audit,
        defaults={"held_on": held_on, "readiness": readiness, "notes": notes, "noted_by": by, "noted_at": at},
    )
    ledger_append(
        action="stage_1.recorded",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"held_on": held_on.isoformat(), "readiness": readiness, "notes": notes},
    )
    return stage


@transaction.atomic
def concern_raise(*, audit_id: int, clause: str, statement: str, by: User, at: datetime) -> Concern:
    """Record what could become a nonconformity in stage 2."""
    audit = audit_lock(audit_id, within=STAGE_1)
    concern = Concern.objects.create(audit=audit, clause=clause, statement=statement, raised_by=by, raised_at=at)
    ledger_append(
        action="stage_1.concern_raised",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"concern": concern.pk, "clause": clause, "statement": statement},
    )
    return concern


@transaction.atomic
def concern_settle(*, concern_id: int, note: str, by: User, at: datetime) -> Concern:
    """Say how a concern was dealt with, before stage 2 or in it."""
    audit_id = Concern.objects.values_list("audit_id", flat=True).get(pk=concern_id)
    audit = audit_lock(audit_id, within=CONCERNED)
    concern = Concern.objects.select_for_update(of=("self",)).get(pk=concern_id)
    if concern.settled_at is not None:
        raise RecordError("already_settled")
    if not note.strip():
        raise RecordError("no_reason")
    concern.settled_at, concern.settled_by, concern.settled_note = at, by, note
    concern.save(update_fields=["settled_at", "settled_by", "settled_note"])
    ledger_append(
        action="stage_1.concern_settled",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"concern": concern.pk, "note": note},
    )
    return concern


@transaction.atomic
def meeting_record(
    *, audit_id: int, kind: str, held_at: datetime, attendance: str, notes: str = "", by: User, at: datetime
) -> Meeting:
    """Record the opening or closing meeting of this round of stage 2; recording it again corrects it."""
    audit = audit_lock(audit_id, within=EDITABLE)
    if held_at > at:
        raise RecordError("in_future")
    opening = audit.meetings.filter(kind=MeetingKind.OPENING, round=audit.stage_2_round).first()
    if kind == MeetingKind.CLOSING and opening and held_at < opening.held_at:
        raise RecordError("closing_before_opening")
    meeting, _new = Meeting.objects.update_or_create(
        audit=audit,
        kind=kind,
        round=audit.stage_2_round,
        defaults={"held_at": held_at, "attendance": attendance, "notes": notes, "noted_by": by, "noted_at": at},
    )
    ledger_append(
        action="meeting.recorded",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "kind": kind,
            "round": audit.stage_2_round,
            "held_at": held_at.isoformat(),
            "attendance": attendance,
            "notes": notes,
        },
    )
    return meeting

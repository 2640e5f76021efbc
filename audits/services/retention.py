"""Declaring how long is kept, holding back, and letting go of what is due."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from audits.models import AnswerVariant, Audit, SaveReceipt
from audits.retaining import Disposal, LegalHold, Retention
from audits.samples import SampleItem
from audits.selectors.retention import audits_due, holds_on, stored_of, wanted_elsewhere
from audits.services.errors import AuditError
from audits.services.locking import audit_lock, subject_of
from audits.storage import remove
from audits.talk import AnswerComment
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation, User

# A file that was written since may be that of somebody who is uploading the same right now: the next run looks again.
UNTOUCHED = timedelta(days=1)


class NotDueError(AuditError):
    """The audit's time is not over, or a legal hold stands."""


class HoldError(AuditError):
    """The audit is none of the organisation's, or the hold was lifted already."""


@transaction.atomic
def retention_declare(*, organisation: Organisation, years: int, basis: str, by: User, at: datetime) -> Retention:
    """Say for how many years evidence and personal data are kept, and why; the same again changes nothing."""
    known = Retention.objects.select_for_update().filter(organisation=organisation).first()
    if known and (known.years, known.basis) == (years, basis):
        return known
    facts = {"years": years, "basis": basis, "declared_by": by, "declared_at": at}
    made, _new = Retention.objects.update_or_create(organisation=organisation, defaults=facts)
    payload = {"years": years, "before": known.years if known else None, "basis": basis}
    subject = f"organisation:{organisation.pk}"
    ledger_append(action="organisation.retention_declared", subject=subject, by=by, at=at, payload=payload)
    return made


@transaction.atomic
def hold_place(
    *, organisation: Organisation, reason: str, by: User, at: datetime, audit: Audit | None = None
) -> LegalHold:
    """Hold back everything of an organisation, or one audit that it makes or receives. Raises ``HoldError``."""
    if audit and organisation.pk not in {audit.conductor_id, audit.auditee_id}:
        raise HoldError
    hold = LegalHold.objects.create(organisation=organisation, audit=audit, reason=reason, placed_by=by, placed_at=at)
    _hold_record(hold, "placed", by, at, reason)
    return hold


@transaction.atomic
def hold_lift(*, hold: LegalHold, reason: str, by: User, at: datetime) -> None:
    """Lift a hold. Raises ``HoldError`` where it was lifted before."""
    open_one = LegalHold.objects.filter(pk=hold.pk, lifted_at=None)
    if not open_one.update(lifted_at=at, lifted_by=by, lifted_reason=reason):
        raise HoldError
    _hold_record(hold, "lifted", by, at, reason)


def _hold_record(hold: LegalHold, what: str, by: User, at: datetime, reason: str) -> None:
    subject = f"audit:{hold.audit_id}" if hold.audit_id else f"organisation:{hold.organisation_id}"
    room = subject.partition(":")[0]
    payload = {"hold": hold.pk, "organisation": hold.organisation_id, "reason": reason}
    ledger_append(action=f"{room}.hold_{what}", subject=subject, by=by, at=at, payload=payload)


def audit_dispose(*, audit_id: int, at: datetime) -> Disposal:
    """Let go of an audit's files and of the personal data in it; raises ``NotDueError``.

    The database first, with its entry in the ledger, then the files: after a crash in between ``disposals_finish``
    removes the rest. What the record of the audit consists of stays as it was: answers, findings, decision,
    certificate, the frozen result, and of every file its hash, so that a copy that turns up can still be told.
    """
    with transaction.atomic():
        audit = audit_lock(audit_id)
        retention = Retention.objects.filter(organisation=audit.conductor_id).first()
        held = holds_on(audit.pk, audit.conductor_id, audit.auditee_id).exists()
        if retention is None or held or not audits_due(retention, today=at.date()).filter(pk=audit.pk).exists():
            raise NotDueError
        stored = stored_of(audit)
        personal = _personal_remove(audit)
        disposal = Disposal.objects.create(audit=audit, years=retention.years, files=len(stored.hashes), at=at)
        digest = hashlib.sha256("\n".join(sorted(stored.hashes)).encode()).hexdigest()
        payload = {"years": retention.years, "files": len(stored.hashes), "files_sha256": digest, **personal}
        ledger_append(action="audit.disposed", subject=subject_of(audit), by=None, at=at, payload=payload)
    _finish(disposal, at)
    return disposal


def disposals_finish(*, at: datetime) -> int:
    """Remove the files of disposals that a crash cut short, or whose files were too fresh; return how many are done."""
    rows = list(Disposal.objects.filter(finished_at=None).select_related("audit"))
    return sum(_finish(row, at) for row in rows)


def _finish(disposal: Disposal, at: datetime) -> bool:
    """Remove the files that nothing else rests on; say whether all of them are gone. Raises OSError."""
    hashes = stored_of(disposal.audit).hashes
    removable = hashes - wanted_elsewhere(hashes, disposal.audit)
    gone = [remove(digest, written_before=at - UNTOUCHED) for digest in sorted(removable)]
    if not all(gone):
        return False
    Disposal.objects.filter(pk=disposal.pk).update(finished_at=at)
    disposal.finished_at = at
    return True


def _personal_remove(audit: Audit) -> dict[str, int]:
    """Remove what tells of people and is no part of the record; return how many rows of each there were.

    Ids of customers' records become their place in the sample; who attended and whom somebody met become empty; what
    the team wrote to each other, and drafts that were never the answer, go.
    """
    items = SampleItem.objects.filter(sample__audit=audit)
    return {
        "records": items.update(record=Concat(Value("removed "), Cast(F("position"), CharField())), note=""),
        "meetings": audit.meetings.update(attendance="", notes=""),
        "agenda": audit.agenda.update(with_whom=""),
        "comments": AnswerComment.objects.filter(answer__audit=audit).update(text=""),
        "drafts": AnswerVariant.objects.filter(answer__audit=audit).delete()[0],
        "receipts": SaveReceipt.objects.filter(audit=audit).delete()[0],
        "workbooks": audit.arrivals.update(table=None, mapping=None, returned=None),
    }

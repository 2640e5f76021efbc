"""Taking in evidence, and saying which criteria it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction

from audits.models import Answer, Audit, Evidence
from audits.services.errors import NotEditableError
from audits.services.locking import audit_lock, require_current, subject_of
from audits.storage import store
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


LONGEST_TITLE = 200


def evidence_add(
    *, answer: Answer, source: BinaryIO, filename: str, kind: str, title: str, by: User, at: datetime
) -> Evidence:
    """Store a file and attach it to the answer; a file that the audit already has is attached, not stored twice.

    Raises ``audits.storage.EvidenceRefusedError`` or ``NotEditableError``. The file is complete on disk before the
    row exists; a file left without a row by a crash is harmless and is taken up by the next upload of it.
    """
    status = Audit.objects.values_list("status", flat=True).get(pk=answer.audit_id)
    if status not in EDITABLE:  # asked again under the lock; here so that no file is stored in vain
        raise NotEditableError(status)
    stored = store(source, filename=filename)
    with transaction.atomic():
        audit = audit_lock(answer.audit_id, within=EDITABLE)
        require_current(audit, answer)
        evidence, created = Evidence.objects.get_or_create(
            audit=audit,
            sha256=stored.sha256,
            defaults={
                "kind": kind,
                "title": (title or filename)[:LONGEST_TITLE],
                "filename": filename,
                "media_type": stored.media_type,
                "size": stored.size,
                "uploaded_by": by,
                "uploaded_at": at,
            },
        )
        evidence.answers.add(answer)
        ledger_append(
            action="evidence.added" if created else "evidence.attached",
            subject=subject_of(audit),
            by=by,
            at=at,
            payload={
                "criterion": answer.criterion.code,
                "sha256": stored.sha256,
                "size": stored.size,
                "filename": filename,
            },
        )
    return evidence


@transaction.atomic
def evidence_detach(*, answer: Answer, evidence_id: int, by: User, at: datetime) -> None:
    """Say that a piece of evidence does not serve this criterion; the file and its row stay with the audit.

    Raises ``Evidence.DoesNotExist`` when it was not attached to this answer, and ``NotEditableError``.
    """
    audit = audit_lock(answer.audit_id, within=EDITABLE)
    require_current(audit, answer)
    evidence = answer.evidence.get(pk=evidence_id)
    evidence.answers.remove(answer)
    ledger_append(
        action="evidence.detached",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"criterion": answer.criterion.code, "sha256": evidence.sha256},
    )

"""Declaring conflicts of interest, and clearing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.engagements import Conflict, ConflictKind
from audits.models import AuditStatus
from audits.selectors.conflicts import standings
from audits.services.errors import AuditError
from audits.services.locking import audit_lock, subject_of
from audits.workflow import OVER
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

LIVE = frozenset(AuditStatus.values) - OVER


class ConflictError(AuditError):
    """The declaration cannot be saved or cleared.

    ``code`` is detail_missing, own_conflict, nothing_to_clear, cannot_be_cleared or no_reason.
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@transaction.atomic
def conflict_declare(*, audit_id: int, kind: str, detail: str = "", by: User, at: datetime) -> Conflict:
    """Say whether one has a conflict of interest; declaring anew takes an earlier clearance away."""
    audit = audit_lock(audit_id, within=LIVE)
    if kind != ConflictKind.NONE and not detail.strip():
        raise ConflictError("detail_missing")
    before = Conflict.objects.filter(audit=audit, user=by).first()
    if before and (before.kind, before.detail) == (kind, detail):
        return before
    content = {"kind": kind, "detail": detail, "declared_at": at}
    cleared = {"cleared_by": None, "cleared_at": None, "clearing_note": ""}
    conflict, _new = Conflict.objects.update_or_create(audit=audit, user=by, defaults={**content, **cleared})
    ledger_append(
        action="conflict.declared",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"user": by.pk, "kind": kind, "detail": detail},
    )
    return conflict


@transaction.atomic
def conflict_clear(*, audit_id: int, user: User, note: str, by: User, at: datetime) -> Conflict:
    """Let somebody work in spite of what they declared, or of what the data shows. Nobody clears themselves."""
    audit = audit_lock(audit_id, within=LIVE)
    if user == by:
        raise ConflictError("own_conflict")
    if not note.strip():
        raise ConflictError("no_reason")
    (standing,) = standings(audit, [user])
    if standing.barred:
        raise ConflictError("cannot_be_cleared")
    conflict = standing.conflict
    if conflict is None or not standing.needs_clearing or conflict.cleared_at is not None:
        raise ConflictError("nothing_to_clear")
    conflict.cleared_by, conflict.cleared_at, conflict.clearing_note = by, at, note
    conflict.save(update_fields=["cleared_by", "cleared_at", "clearing_note"])
    ledger_append(
        action="conflict.cleared",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"user": user.pk, "kind": conflict.kind, "found": list(standing.found), "note": note},
    )
    return conflict

"""Raising findings and closing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from audits.models import Finding, FindingKind
from audits.services.errors import AuditError, LeftEditionError
from audits.services.locking import audit_lock, subject_of
from audits.services.results import result_refresh
from audits.workflow import EDITABLE, REVIEWED
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User
    from standards.models import Criterion

# A nonconformity can be verified as closed until the decision is made.
CLOSABLE = EDITABLE | REVIEWED


class FindingError(AuditError):
    """The finding cannot be saved; ``code`` is due_missing or already_closed."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@transaction.atomic
def finding_raise(
    *,
    audit_id: int,
    criterion: Criterion,
    kind: str,
    statement: str,
    objective_evidence: str,
    due: date | None,
    by: User,
    at: datetime,
) -> Finding:
    """Record a finding against a criterion. A nonconformity needs the date by which it must be corrected."""
    audit = audit_lock(audit_id, within=EDITABLE)
    if criterion.edition_id != audit.edition_id:
        raise LeftEditionError
    if kind in {FindingKind.MAJOR, FindingKind.MINOR} and due is None:
        raise FindingError("due_missing")
    last = audit.findings.aggregate(last=Max("number"))["last"] or 0
    finding = Finding.objects.create(
        audit=audit,
        criterion=criterion,
        number=last + 1,
        kind=kind,
        statement=statement,
        objective_evidence=objective_evidence,
        due=due,
        raised_by=by,
        raised_at=at,
    )
    ledger_append(
        action="finding.raised",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "number": finding.number,
            "criterion": criterion.code,
            "kind": kind,
            "statement": statement,
            "objective_evidence": objective_evidence,
            "due": due.isoformat() if due else None,
        },
    )
    return finding


@transaction.atomic
def finding_close(*, finding_id: int, note: str, by: User, at: datetime) -> Finding:
    """Close a finding after its correction was verified; a result that is already frozen is made anew."""
    finding = Finding.objects.select_related("audit").get(pk=finding_id)
    audit = audit_lock(finding.audit_id, within=CLOSABLE)
    finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding_id)
    if finding.closed_at is not None:
        raise FindingError("already_closed")
    finding.closed_at, finding.closed_by, finding.closing_note = at, by, note
    finding.save(update_fields=["closed_at", "closed_by", "closing_note"])
    ledger_append(
        action="finding.closed",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"number": finding.number, "note": note},
    )
    if audit.result is not None:
        result_refresh(audit=audit, by=by, at=at)
    return finding

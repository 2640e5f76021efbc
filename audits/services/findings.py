"""Raising findings, and changing them while the audit team is at work; their life afterwards is ``corrective``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from audits.corrective import Standing, due_in_reach
from audits.followup import FindingStep
from audits.models import NONCONFORMITIES, Evidence, Finding, FindingState
from audits.selectors.policies import policy_of
from audits.services.errors import AuditError, LeftEditionError, NotEditableError
from audits.services.locking import audit_lock, subject_of
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    from accounts.models import User
    from audits.models import Audit
    from standards.models import Criterion


class FindingError(AuditError):
    """The finding cannot be saved, or the step not be made; ``codes`` are all reasons, ``code`` is the first.

    ``latest`` is the last day that a finding of this grading may be due, where that is the reason.
    """

    def __init__(self, *codes: str, latest: date | None = None) -> None:
        """Keep the codes."""
        super().__init__(", ".join(codes))
        self.code, self.codes, self.latest = codes[0], codes, latest


def latest_due(audit: Audit, kind: str, since: date) -> date:
    """Return the last day on which a finding may be due: the conducting organisation sets how far, by grading."""
    return since + timedelta(days=policy_of(audit.conductor_id).most_days(kind))


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
    key: UUID | None = None,
    evidence: Collection[int] = (),
) -> Finding:
    """Record a finding against a criterion. A nonconformity needs the date by which it must be corrected.

    ``key`` is the sender's own name for it: sent again, the finding that is there comes back and nothing is written.
    ``evidence`` are ids of the audit's pieces. Raises ``FindingError``, ``NotEditableError`` or ``LeftEditionError``.
    """
    audit = audit_lock(audit_id)
    if key is not None and (known := Finding.everything.filter(audit=audit, key=key).first()) is not None:
        return known
    if audit.status not in EDITABLE:
        raise NotEditableError(audit.status)
    if criterion.edition_id != audit.edition_id:
        raise LeftEditionError
    due = due if kind in NONCONFORMITIES else None
    _refuse_due(audit, kind, due, since=timezone.localdate(at), today=timezone.localdate(at))
    last = Finding.everything.filter(audit=audit).aggregate(last=Max("number"))["last"] or 0
    finding: Finding = Finding.objects.create(
        audit=audit,
        criterion=criterion,
        number=last + 1,
        key=key,
        kind=kind,
        statement=statement,
        objective_evidence=objective_evidence,
        due=due,
        raised_by=by,
        raised_at=at,
    )
    pieces = _link(finding, evidence)
    FindingStep.objects.create(finding=finding, step="raise", source="", target=finding.state, by=by, at=at)
    ledger_append(action="finding.raised", subject=subject_of(audit), by=by, at=at, payload=_content(finding, pieces))
    return finding


def _refuse_due(audit: Audit, kind: str, due: date | None, *, since: date, today: date) -> None:
    if kind not in NONCONFORMITIES:
        return
    latest = latest_due(audit, kind, since)
    if code := due_in_reach(Standing(0, is_nonconformity=True, today=today, due=due, latest=latest)):
        raise FindingError(code, latest=latest)


def _link(finding: Finding, evidence: Collection[int]) -> list[str]:
    """Link pieces of the same audit; what is not of it is left out. Return their hashes."""
    found = Evidence.objects.filter(audit=finding.audit_id, pk__in=evidence, withdrawn_at=None)
    pieces = list(found) if evidence else []
    finding.evidence.set(pieces)
    return [piece.sha256 for piece in pieces]


def _content(finding: Finding, pieces: list[str]) -> dict[str, object]:
    return {
        "number": finding.number,
        "criterion": finding.criterion.code,
        "kind": finding.kind,
        "statement": finding.statement,
        "objective_evidence": finding.objective_evidence,
        "due": finding.due.isoformat() if finding.due else None,
        "evidence": pieces,
    }


@transaction.atomic
def finding_edit(
    *,
    finding_id: int,
    kind: str,
    statement: str,
    objective_evidence: str,
    due: date | None,
    evidence: Collection[int],
    revision: int,
    by: User,
    at: datetime,
) -> Finding:
    """Change what a finding says while the team is at work and nobody has answered it; the ledger keeps every version.

    Raises ``FindingError`` (stale_finding when somebody changed it since ``revision``, answered_already, or for the due
    day), ``NotEditableError`` or ``LeftEditionError``.
    """
    audit = audit_lock(Finding.everything.values_list("audit", flat=True).get(pk=finding_id), within=EDITABLE)
    finding = Finding.everything.select_for_update(of=("self",)).select_related("criterion").get(pk=finding_id)
    if finding.criterion.edition_id != audit.edition_id:
        raise LeftEditionError
    if finding.state != FindingState.OPEN or finding.responses.exists():
        raise FindingError("answered_already")
    if finding.revision != revision:
        raise FindingError("stale_finding")
    due = due if kind in NONCONFORMITIES else None
    if (kind, due) != (finding.kind, finding.due):
        since, today = timezone.localdate(finding.raised_at), timezone.localdate(at)
        _refuse_due(audit, kind, due, since=since, today=today)
    finding.kind, finding.statement, finding.objective_evidence, finding.due = kind, statement, objective_evidence, due
    finding.revision += 1
    finding.save(update_fields=["kind", "statement", "objective_evidence", "due", "revision"])
    pieces = _link(finding, evidence)
    FindingStep.objects.create(finding=finding, step="edit", source=finding.state, target=finding.state, by=by, at=at)
    ledger_append(action="finding.changed", subject=subject_of(audit), by=by, at=at, payload=_content(finding, pieces))
    return finding

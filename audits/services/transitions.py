"""Moving an engagement along: start, submit, return, approve, decide, cancel."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from audits.models import AuditKind, AuditStatus, Certificate, CertificateStatus, Decision, TeamRole
from audits.selectors.case import asked_codes
from audits.selectors.computed import above_computed
from audits.services.errors import TransitionRefusedError
from audits.services.locking import audit_lock, subject_of
from audits.services.market import market_judge
from audits.services.results import result_refresh
from audits.workflow import EDITABLE, TRANSITIONS, Situation, refusals
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit

VALID_YEARS = 3  # the certification cycle, counted from the decision


def situation_of(audit: Audit, *, by: User, reason: str, step: str = "") -> Situation:
    """Collect what the guards look at; three queries, and up to twelve more for submitting."""
    team = list(audit.team.all())
    return Situation(
        actor=by.pk,
        team=frozenset(member.user_id for member in team),
        leaders=frozenset(member.user_id for member in team if member.role == TeamRole.LEADER),
        reviewer=audit.reviewed_by_id,
        unanswered=_unanswered(audit),
        has_reason=bool(reason.strip()),
        actor_is_audited=audit.auditee_id != audit.conductor_id and by.has_role(audit.auditee_id),
        above_computed=len(above_computed(audit)) if step == "submit" else 0,
    )


def _unanswered(audit: Audit) -> int:
    """Count the criteria that are asked of this centre and have neither level nor N/A."""
    asked = asked_codes(audit)
    empty = audit.current_answers.filter(level=None, na_reason="").values_list("criterion__code", flat=True)
    return sum(code in asked for code in empty)


@transaction.atomic
def audit_step(*, audit_id: int, step: str, reason: str = "", by: User, at: datetime) -> Audit:
    """Make one transition other than the decision.

    Raises ``TransitionRefusedError`` with every guard that refused. Two people at once: one wins, the other is told.
    """
    audit = audit_lock(audit_id)
    if step == "submit" and audit.status in EDITABLE and audit.market_release_id:
        market_judge(audit)  # the centre may have been edited since the measurements were chosen
    _refuse(audit, step, by=by, reason=reason)
    source, audit.status = audit.status, TRANSITIONS[step].target
    changed = ["status"]
    if step == "submit":
        audit.submitted_at, audit.submitted_by = at, by
        changed += ["submitted_at", "submitted_by"]
    if step in {"approve", "return"}:
        audit.reviewed_at, audit.reviewed_by, audit.review_note = at, by, reason
        changed += ["reviewed_at", "reviewed_by", "review_note"]
    if step == "return":
        audit.result, audit.result_sha256 = None, ""
        changed += ["result", "result_sha256"]
    audit.save(update_fields=changed)
    ledger_append(
        action=f"audit.{step}",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"from": source, "to": audit.status, "reason": reason},
    )
    if step == "submit":
        result_refresh(audit=audit, by=by, at=at)
    return audit


def _refuse(audit: Audit, step: str, *, by: User, reason: str) -> None:
    codes = refusals(step, status=audit.status, situation=situation_of(audit, by=by, reason=reason, step=step))
    if codes:
        raise TransitionRefusedError(codes)


@transaction.atomic
def audit_decide(
    *, audit_id: int, granted: bool, tier: str, route: str, reason: str, by: User, at: datetime
) -> Decision:
    """Decide on certification and close the audit; a granted certification audit gets its certificate.

    Only a tier that the frozen result attains can be granted: no certificate below the market.
    Raises ``TransitionRefusedError``.
    """
    audit = audit_lock(audit_id)
    _refuse(audit, "decide", by=by, reason=reason)
    audit.facts = {**audit.facts, "decision_route": {"value": route, "note": ""}}
    audit.status, audit.closed_at = AuditStatus.CLOSED, at
    audit.save(update_fields=["facts", "status", "closed_at"])
    result_refresh(audit=audit, by=by, at=at)
    _refuse_tier(audit, granted=granted, tier=tier)
    decision = Decision.objects.create(
        audit=audit,
        granted=granted,
        tier=tier if granted else "",
        route=route,
        reason=reason,
        decided_by=by,
        decided_at=at,
    )
    ledger_append(
        action="audit.decided",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "granted": granted,
            "tier": decision.tier,
            "route": route,
            "reason": reason,
            "result_sha256": audit.result_sha256,
        },
    )
    if granted:
        _certificate_issue(audit, tier=tier, by=by, at=at)
    return decision


def _refuse_tier(audit: Audit, *, granted: bool, tier: str) -> None:
    if not granted:
        return
    if audit.kind != AuditKind.CERTIFICATION:
        raise TransitionRefusedError(("not_a_certification",))
    attained = audit.result["result"]["tiers"].get(tier, {}).get("attained") if audit.result else None
    if attained is not True:
        raise TransitionRefusedError(("tier_not_attained",))


def _certificate_issue(audit: Audit, *, tier: str, by: User, at: datetime) -> Certificate:
    """Issue the certificate; the ledger's lock, taken before, lets one transaction at a time count the numbers."""
    prefix = f"TS-{at.year}-"
    last = (
        Certificate.objects.filter(number__startswith=prefix)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    certificate = Certificate.objects.create(
        audit=audit,
        number=f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}",
        code=secrets.token_hex(16),
        tier=tier,
        status=CertificateStatus.ACTIVE,
        status_since=at,
        valid_from=at.date(),
        valid_until=valid_until(at.date()),
        issued_at=at,
    )
    ledger_append(
        action="certificate.issued",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "number": certificate.number,
            "tier": tier,
            "valid_from": certificate.valid_from.isoformat(),
            "valid_until": certificate.valid_until.isoformat(),
        },
    )
    return certificate


def valid_until(start: date) -> date:
    """Return the last day of a three-year cycle: the day before the third anniversary."""
    try:
        anniversary = start.replace(year=start.year + VALID_YEARS)
    except ValueError:  # 29 February
        anniversary = date(start.year + VALID_YEARS, 3, 1)
    return anniversary - timedelta(days=1)

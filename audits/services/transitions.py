"""Moving an engagement along, step by step of ``audits.workflow``, up to the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from audits.engagements import ConflictKind
from audits.models import AuditStatus, Decision
from audits.selectors.situation import FREEZING, situation_of
from audits.services.certificates import certificate_follow
from audits.services.conflicts import conflict_declare
from audits.services.errors import TransitionRefusedError
from audits.services.locking import audit_lock, subject_of
from audits.services.market import market_judge
from audits.services.results import result_refresh
from audits.workflow import EDITABLE, SETTLED, TRANSITIONS, refusals
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit


@transaction.atomic
def audit_step(
    *, audit_id: int, step: str, reason: str = "", declares_none: bool = False, by: User, at: datetime
) -> Audit:
    """Make one transition other than the decision.

    ``declares_none``: says with it that there is no conflict of interest, unless something was declared before.
    Raises ``TransitionRefusedError`` with every guard that refused. Two people at once: one wins, the other is told.
    """
    audit = audit_lock(audit_id)
    if step in FREEZING and audit.status in EDITABLE and audit.market_release_id:
        market_judge(audit)  # the centre may have been edited since the measurements were chosen
    _refuse(audit, step, by=by, reason=reason, at=at)
    if declares_none:
        _declare_none(audit, by=by, at=at)
    source, audit.status = audit.status, TRANSITIONS[step].target
    changed = {"status": audit.status, **_changes(audit, step, reason=reason, by=by, at=at)}
    for name, value in changed.items():
        setattr(audit, name, value)
    audit.save(update_fields=list(changed))
    ledger_append(
        action=f"audit.{step}",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"from": source, "to": audit.status, "reason": reason},
    )
    if step in FREEZING:
        result_refresh(audit=audit, by=by, at=at)
    return audit


def _declare_none(audit: Audit, *, by: User, at: datetime) -> None:
    if not audit.conflicts.filter(user=by).exists():
        conflict_declare(audit_id=audit.pk, kind=ConflictKind.NONE, by=by, at=at)


def _changes(audit: Audit, step: str, *, reason: str, by: User, at: datetime) -> dict[str, Any]:
    """Return what a step leaves on the audit besides its new state."""
    changes: dict[str, Any] = {}
    if step in FREEZING:
        changes |= {"submitted_at": at, "submitted_by": by}
    if step in {"approve", "await_correction", "return", "conclude"}:
        changes |= {"reviewed_at": at, "reviewed_by": by, "review_note": reason}
    if step in {"return", "repeat_stage_2"}:
        changes |= {"result": None, "result_sha256": ""}
    if step == "repeat_stage_2":
        changes["stage_2_round"] = audit.stage_2_round + 1
    if step == "conclude":
        changes["conclusion"] = reason
    if step in {"conclude", "finish"}:
        changes["closed_at"] = at
    return changes


def _refuse(audit: Audit, step: str, *, by: User, reason: str, at: datetime) -> None:
    situation = situation_of(audit, by=by, reason=reason, step=step, at=at)
    codes = refusals(step, status=audit.status, situation=situation)
    if codes:
        raise TransitionRefusedError(codes)


@transaction.atomic
def audit_decide(
    *,
    audit_id: int,
    granted: bool,
    tier: str,
    route: str,
    reason: str,
    declares_none: bool = False,
    by: User,
    at: datetime,
) -> Decision:
    """Decide on certification and close the audit.

    Granted, an initial audit gets its certificate, a recertification a new one that supersedes the old; any other
    leaves its certificate as it is, which is written into its history. Only a tier that the frozen result attains can
    be granted: no certificate below the market. Raises ``TransitionRefusedError``.
    """
    audit = audit_lock(audit_id)
    _refuse(audit, "decide", by=by, reason=reason, at=at)
    if granted:
        _refuse_unsettled(audit, by=by, at=at)
    if declares_none:
        _declare_none(audit, by=by, at=at)
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
        certificate_follow(audit, tier=tier, by=by, at=at)
    return decision


def _refuse_unsettled(audit: Audit, *, by: User, at: datetime) -> None:
    """Nothing is granted over a nonconformity that is not settled: one may have been reopened since the review."""
    situation = situation_of(audit, by=by, reason="", at=at)
    codes = tuple(code for guard in SETTLED if (code := guard(situation)) is not None)
    if codes:
        raise TransitionRefusedError(codes)


def _refuse_tier(audit: Audit, *, granted: bool, tier: str) -> None:
    if not granted:
        return
    attained = audit.result["result"]["tiers"].get(tier, {}).get("attained") if audit.result else None
    if attained is not True:
        raise TransitionRefusedError(("tier_not_attained",))

"""The life of a certificate: what a decision grants, renews or maintains, and the steps between two decisions."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from audits.cycle import cycle_after, valid_until
from audits.engagements import CertificateEvent
from audits.life import STEPS, Holding, refusals, state_on
from audits.models import AuditPurpose, Certificate, CertificateStatus
from audits.selectors.sites import sites_of
from audits.services.errors import TransitionRefusedError
from audits.services.locking import subject_of
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from accounts.models import User
    from audits.models import Audit

HELD = (CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED)


def certificate_follow(audit: Audit, *, tier: str, by: User, at: datetime) -> Certificate:
    """Do what a positive decision means for the certificate; must run in the transaction of the decision.

    Raises ``TransitionRefusedError``: certificate_gone, certificate_lapsed.
    """
    if audit.of_certificate_id is None:
        return _issue(audit, tier=tier, cycle_from=at.date(), until=valid_until(at.date()), by=by, at=at)
    held = _locked(audit.of_certificate_id)
    if held.status not in HELD:
        raise TransitionRefusedError(("certificate_gone",))
    if audit.purpose == AuditPurpose.RECERTIFICATION:
        until = cycle_after(held.valid_until, at.date())
        if until is None:
            raise TransitionRefusedError(("certificate_lapsed",))
        start = at.date() if at.date() <= held.valid_until else held.valid_until + timedelta(days=1)
        renewed = _issue(audit, tier=tier, cycle_from=start, until=until, by=by, at=at)
        _put(held, CertificateStatus.SUPERSEDED, "supersede", renewed.number, by=by, at=at, audit=audit)
        return renewed
    if at.date() > held.valid_until:
        raise TransitionRefusedError(("certificate_lapsed",))
    if audit.purpose == AuditPurpose.EXTENSION:
        held.scope = audit.scope
        held.save(update_fields=["scope"])
    _event(held, "maintain", "", by=by, at=at, audit=audit)
    return held


@transaction.atomic
def certificate_step(
    *,
    certificate_id: int,
    step: str,
    reason: str,
    scope: str = "",
    leaving: Sequence[int] = (),
    by: User,
    at: datetime,
) -> Certificate:
    """Suspend, restore, reduce, extend or withdraw a certificate, from today on.

    ``leaving`` are the further sites, by their ids, that a reduced certificate covers no more.

    Raises ``TransitionRefusedError`` with every guard that refused. Two people at once: one wins, the other is told.
    """
    certificate = _locked(certificate_id)
    audit = certificate.audit
    codes = refusals(
        step,
        state=state_of(certificate, at.date()),
        holding=Holding(
            actor_on_team=_was_on_team(certificate, by),
            actor_is_holder=by.has_role(audit.auditee_id),
            has_reason=bool(reason.strip()),
            has_scope=bool(scope.strip()) and scope.strip() != (certificate.scope or audit.scope).strip(),
        ),
    )
    if codes:
        raise TransitionRefusedError(codes)
    if scope.strip() and STEPS[step].target is None:
        certificate.scope = scope.strip()
        certificate.save(update_fields=["scope"])
    if leaving and step == "reduce":
        sites_of(certificate).filter(pk__in=leaving).update(left_on=at.date())
    _put(certificate, STEPS[step].target, step, reason, by=by, at=at)
    return certificate


def state_of(certificate: Certificate, today: date) -> str:
    """Return the state of a certificate on a day."""
    return state_on(
        certificate.status, valid_from=certificate.valid_from, valid_until=certificate.valid_until, today=today
    )


def _was_on_team(certificate: Certificate, by: User) -> bool:
    """Say whether somebody was on the team of an audit that the certificate rests on; two queries at most."""
    return (
        certificate.audit.team.filter(user=by).exists()
        or certificate.engagements.filter(team__user=by).exclude(status="cancelled").exists()
    )


def _locked(certificate_id: int) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("audit")
    return rows.defer("audit__result", "audit__market", "audit__facts").get(pk=certificate_id)


def _put(
    certificate: Certificate,
    status: str | None,
    step: str,
    reason: str,
    *,
    by: User,
    at: datetime,
    audit: Audit | None = None,
) -> None:
    if status is not None:
        certificate.status, certificate.status_since = status, at
        certificate.save(update_fields=["status", "status_since"])
    _event(certificate, step, reason, by=by, at=at, audit=audit)


def _event(
    certificate: Certificate, step: str, reason: str, *, by: User, at: datetime, audit: Audit | None = None
) -> None:
    """Write one line of the certificate's history, and the ledger's."""
    CertificateEvent.objects.create(
        certificate=certificate,
        step=step,
        on=at.date(),
        reason=reason,
        scope=certificate.scope,
        audit=audit,
        by=by,
        at=at,
    )
    if step == "grant":
        return  # the ledger has it as issued
    ledger_append(
        action=f"certificate.{step}",
        subject=subject_of(certificate.audit),
        by=by,
        at=at,
        payload={
            "number": certificate.number,
            "state": certificate.status,
            "reason": reason,
            "scope": certificate.scope,
            "sites": list(sites_of(certificate).values_list("centre", flat=True)),
            "audit": audit.pk if audit else None,
        },
    )


def _issue(audit: Audit, *, tier: str, cycle_from: date, until: date, by: User, at: datetime) -> Certificate:
    """Issue a certificate; the ledger's lock, taken before, lets one transaction at a time count the numbers."""
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
        valid_until=until,
        issued_at=at,
        cycle_from=cycle_from,
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
    _event(certificate, "grant", "", by=by, at=at, audit=audit)
    return certificate

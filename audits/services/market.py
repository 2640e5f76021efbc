"""Which measurements and which market release an audit is compared on, and the verdicts that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.models import MarketWaiver
from audits.selectors.market import market_verdicts
from audits.services.errors import ReleaseNotPublishedError, TransitionRefusedError
from audits.services.locking import audit_lock, subject_of
from audits.workflow import EDITABLE
from benchmarks.models import MarketRelease, ReleaseStatus
from ledger.services import ledger_append
from standards.selectors import gated_kpis

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit
    from benchmarks.models import MeasurementRun


@transaction.atomic
def market_attach(
    *, audit_id: int, run: MeasurementRun | None, release: MarketRelease | None, by: User, at: datetime
) -> Audit:
    """Choose measurements and market release, and make all verdicts anew.

    Raises ``NotEditableError``, ``ReleaseNotPublishedError``, and ``ValueError`` when the measurements are another
    centre's. The release that is attached already may stay, whatever became of it.
    """
    audit = audit_lock(audit_id, within=EDITABLE)
    if run is not None and run.centre_id != audit.centre_id:
        raise ValueError("These measurements are of another centre.")
    if release is not None and release.pk != audit.market_release_id:
        # Locked, so that nobody withdraws it in this moment.
        status = MarketRelease.objects.select_for_update().values_list("status", flat=True).get(pk=release.pk)
        if status != ReleaseStatus.PUBLISHED:
            raise ReleaseNotPublishedError(status)
    audit.measurement_run, audit.market_release = run, release
    market_judge(audit)
    ledger_append(
        action="audit.market_attached",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "run": run.pk if run else None,
            "records_sha256": run.records_sha256 if run else None,
            "release_sha256": release.sha256 if release else None,
            "verdicts": {kpi: verdict["state"] for kpi, verdict in audit.market.items()},
        },
    )
    return audit


@transaction.atomic
def market_waive(*, audit_id: int, kpi: str, reason: str, by: User, at: datetime) -> MarketWaiver:
    """Allow, under one's own name, a comparison with a figure older than the edition allows.

    The person must not be on the team: whoever waives must not gain from it. Raises ``NotEditableError`` and
    ``TransitionRefusedError`` (actor_on_team).
    """
    audit = audit_lock(audit_id, within=EDITABLE)
    if audit.team.filter(user=by).exists():
        raise TransitionRefusedError(("actor_on_team",))
    waiver, _created = MarketWaiver.objects.update_or_create(
        audit=audit, kpi=kpi, defaults={"reason": reason, "granted_by": by, "granted_at": at}
    )
    market_judge(audit)
    ledger_append(
        action="audit.market_waived", subject=subject_of(audit), by=by, at=at, payload={"kpi": kpi, "reason": reason}
    )
    return waiver


def market_judge(audit: Audit) -> None:
    """Make the verdicts on a locked audit from the centre as it is now, and store them with the audit."""
    audit.market = market_verdicts(audit, audit.edition, gated_kpis(audit.edition))
    audit.save(update_fields=["measurement_run", "market_release", "market"])

"""The peer pool: joining, leaving, publishing a period. All are in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from accounts.models import Centre
from benchmarks.market import release_sha256
from benchmarks.message import MessageError
from benchmarks.message import marked as _
from benchmarks.models import MarketRelease, PoolCell, PoolMembership, ReleaseKind
from benchmarks.pool import consent_sha256, period_days
from benchmarks.selectors import pooled
from benchmarks.services.releases import POOL, release_step, release_write
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class PoolError(MessageError):
    """The pool refuses; the message says why."""


@transaction.atomic
def pool_join(*, centre: Centre, consent: str, by: User, at: datetime) -> PoolMembership:
    """Let a centre take part. ``consent`` is the SHA-256 of the text the person read. Raises PoolError."""
    if consent != consent_sha256():
        raise PoolError(_("The terms of the pool have changed since the page was opened. Read them again."))
    Centre.objects.select_for_update().get(pk=centre.pk)
    if PoolMembership.objects.filter(centre=centre, left_at=None).exists():
        raise PoolError(_("The centre takes part already."))
    membership = PoolMembership.objects.create(centre=centre, consent=consent, joined_at=at, joined_by=by)
    _record("pool.join", centre, by, at, consent)
    return membership


@transaction.atomic
def pool_leave(*, centre: Centre, by: User, at: datetime) -> PoolMembership:
    """Let a centre leave: no later release uses its figures. Raises PoolError."""
    membership = PoolMembership.objects.select_for_update().filter(centre=centre, left_at=None).first()
    if membership is None:
        raise PoolError(_("The centre does not take part."))
    membership.left_at, membership.left_by = at, by
    membership.save(update_fields=["left_at", "left_by"])
    _record("pool.leave", centre, by, at, membership.consent)
    return membership


def _record(action: str, centre: Centre, by: User, at: datetime, consent: str) -> None:
    payload = {"centre": centre.pk, "consent": consent}
    ledger_append(action=action, subject=f"centre:{centre.pk}", by=by, at=at, payload=payload)


@transaction.atomic
def pool_publish(*, period: str, url: str, title: str, by: User | None, at: datetime) -> MarketRelease:
    """Publish what the pool holds of a period, as a market release of its own kind. Raises PoolError.

    A period is published once, after its end, and frozen: joining and leaving later change nothing in it. ``url`` is
    the page on which the figures say they stand. Who stands behind them is kept for later releases, and shown nowhere.
    """
    days = period_days(period)
    if days is None:
        raise PoolError(_("A period is a year or a half-year, such as 2026, 2026-H1 or 2026-H2."))
    if at.date() <= days[1]:
        raise PoolError(_("The period has not ended yet; measurements may still be missing."))
    # One publication at a time: each must know what the others have given away.
    list(PoolMembership.objects.select_for_update().filter(left_at=None).values_list("pk", flat=True))
    if MarketRelease.objects.filter(period=period).exists():
        raise PoolError(_("The period {period} is published already. It is published once."), period=period)
    found = pooled(period, url=url)
    if not found.cells:
        raise PoolError(_("Nothing can be published: no segment has enough organisations that have measured."))
    code = f"{POOL}{period.lower()}"
    sha256 = release_sha256(list(found.figures))
    release = MarketRelease(code=code, title=title[:200], sha256=sha256, kind=ReleaseKind.POOL, period=period)
    try:
        with transaction.atomic():
            release_write(release, found.figures, by=by, at=at)
    except IntegrityError as error:
        raise PoolError(_("A release with this code or these figures is there already.")) from error
    PoolCell.objects.bulk_create(
        PoolCell(
            release=release,
            **dict(zip(("kpi", "variant", "unit", "channel"), cell.subject, strict=True)),
            industry=cell.industry,
            region=cell.region,
            members=sorted(map(list, cell.members)),
        )
        for cell in found.cells
    )
    return release_step(release=release, step="publish", seen_sha256=sha256, by=by, at=at)

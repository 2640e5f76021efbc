"""Documents that are made every month, and files that are kept no longer than they have to be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from ledger.services import ledger_append
from reports.models import Batch, Export, ExportStatus, Schedule
from reports.selectors import Filter, schedules_due
from reports.services.batches import batch_request
from reports.services.exports import ExportRefusedError
from reports.storage import export_remove

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


@transaction.atomic
def schedule_create(*, by: User, at: datetime, **facts: Any) -> Schedule:
    """Make documents every month from now on; a day that has passed this month counts from the next."""
    passed = f"{at:%Y-%m}" if at.day > facts["day"] else ""
    schedule = Schedule.objects.create(kept_by=by, created_at=at, made_for=passed, **facts)
    _record(schedule, "schedule.created", by=by, at=at)
    return schedule


@transaction.atomic
def schedule_pause(*, schedule: Schedule, paused: bool, by: User, at: datetime) -> Schedule:
    """Let a schedule rest, or go on; whoever lets it go on receives what it makes."""
    schedule = Schedule.objects.select_for_update().get(pk=schedule.pk)
    schedule.paused_at = at if paused else None
    schedule.kept_by = schedule.kept_by if paused else by
    schedule.save(update_fields=["paused_at", "kept_by"])
    _record(schedule, "schedule.paused" if paused else "schedule.resumed", by=by, at=at)
    return schedule


@transaction.atomic
def schedule_remove(*, schedule: Schedule, by: User, at: datetime) -> None:
    """Make nothing any more; what was made stays."""
    _record(schedule, "schedule.removed", by=by, at=at)
    schedule.delete()


def schedules_run(*, at: datetime) -> list[Batch]:
    """Ask for what is due this month and was not asked for yet; running it again asks for nothing twice."""
    asked = [_run(schedule.pk, at=at) for schedule in schedules_due(at.date())]
    return [batch for batch in asked if batch]


@transaction.atomic
def _run(schedule_id: int, *, at: datetime) -> Batch | None:
    """Ask for one schedule's documents; None when another run was faster, or when there is nothing to make."""
    month = f"{at:%Y-%m}"
    due = Schedule.objects.select_for_update().filter(pk=schedule_id, paused_at=None).exclude(made_for=month)
    schedule = due.select_related(None).first()
    if schedule is None:
        return None
    schedule.made_for = month
    schedule.save(update_fields=["made_for"])
    person = schedule.kept_by
    if not person.is_active:
        return None
    wanted = Filter(schedule.kind, schedule.which, schedule.organisation_id, schedule.programme_id)
    try:
        with transaction.atomic(), translation.override(person.language):
            return batch_request(
                wanted=wanted, language=schedule.language, by=person, at=at, schedule=schedule, month=month
            )
    except ExportRefusedError as error:
        _record(schedule, "schedule.nothing", by=person, at=at, reason=str(error))
        return None


def exports_expire(*, at: datetime) -> int:
    """Remove the files of exports and batches that are older than ``EXPORT_DAYS``; return how many exports expired.

    The row stays, with its hashes: whoever holds the file can compare it, and anybody can ask for it anew.
    """
    before = at - timedelta(days=settings.EXPORT_DAYS)
    old = Export.objects.filter(status=ExportStatus.DONE, finished_at__lt=before)
    expired = 0
    for export in old.only("pk", "sha256", "kind", "options"):
        with transaction.atomic():
            expired += Export.objects.filter(pk=export.pk, status=ExportStatus.DONE).update(status=ExportStatus.EXPIRED)
        # Equal documents share one file.
        if not Export.objects.filter(sha256=export.sha256, status=ExportStatus.DONE).exists():
            export_remove(export.sha256, export.suffix)
    for batch in Batch.objects.filter(finished_at__lt=before).exclude(sha256=""):
        Batch.objects.filter(pk=batch.pk).update(sha256="", size=None)
        if not Batch.objects.filter(sha256=batch.sha256).exists():
            export_remove(batch.sha256, ".zip")
    return expired


def _record(schedule: Schedule, action: str, *, by: User, at: datetime, **facts: str) -> None:
    payload = {
        "organisation": schedule.organisation_id,
        "kind": schedule.kind,
        "which": schedule.which,
        "language": schedule.language,
        "day": schedule.day,
        **facts,
    }
    ledger_append(action=action, subject=f"schedule:{schedule.pk}", by=by, at=at, payload=payload)

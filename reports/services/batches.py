"""Many documents at once: asked for, made lane by lane, cancelled, tried again, packed into one file.

A batch is its exports. A lane is a message in the outbox that makes one export after another for a while and then lets
others have their turn; several lanes may work at the same batch, because an export is claimed by one of them only.
"""

from __future__ import annotations

import csv
import io
import logging
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.services import notice_send
from ledger.models import OutboxMessage
from ledger.outbox import outbox_add
from ledger.services import ledger_append
from reports.models import Batch, Export, ExportStatus
from reports.selectors import Filter, batch_audits, batch_progress
from reports.services.exports import WAITING, ExportRefusedError, export_render, quota_check
from reports.storage import pack_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from accounts.models import User
    from reports.models import Schedule

logger = logging.getLogger(__name__)
LANE_TASK = "reports.batch_lane"
LANES = 4
LANE_SECONDS = 20.0
MOST_IN_BATCH = 2000
MOST_BATCHES = 2
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝")


@transaction.atomic
def batch_request(
    *,
    wanted: Filter,
    language: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    schedule: Schedule | None = None,
    month: str = "",
) -> Batch:
    """Ask for the documents of every audit that the filter finds for this person.

    ``seen`` is the number that the person was shown. Raises ExportRefusedError when it is another one now, for nothing
    or too much, for an unknown language, beyond the quota, and while two batches of the person are not finished.
    """
    if language not in dict(settings.LANGUAGES):
        raise ExportRefusedError(_("Reports are printed in the languages of this installation only."))
    audits = list(batch_audits(by, wanted, today=at.date())[: MOST_IN_BATCH + 1])
    if not audits:
        raise ExportRefusedError(_("No audit matches: there is nothing to make."))
    if len(audits) > MOST_IN_BATCH:
        raise ExportRefusedError(
            _("More than %(most)s documents in one go. Narrow the choice.") % {"most": MOST_IN_BATCH}
        )
    if seen is not None and seen != len(audits):
        raise ExportRefusedError(_("What matches has changed since you looked. Look again, then start."))
    if schedule is None and Batch.objects.filter(requested_by=by, finished_at=None).count() >= MOST_BATCHES:
        raise ExportRefusedError(_("Two of your batches are not finished. Let one finish, or cancel one."))
    quota_check(by)
    facts: dict[str, Any] = {"kind": wanted.kind, "language": language, "requested_by": by, "requested_at": at}
    batch = Batch.objects.create(**facts, schedule=schedule, month=month)
    Export.objects.bulk_create([Export(batch=batch, audit=audit, **facts) for audit in audits], batch_size=500)
    _open_lanes(batch, len(audits), at=at)
    _record(batch, "batch.requested", by=by, at=at, documents=len(audits), month=month)
    return batch


@transaction.atomic
def batch_cancel(*, batch_id: UUID, by: User, at: datetime) -> Batch:
    """Make none of those that are still waiting; what is ready stays and is packed."""
    batch = _locked(batch_id)
    stopped = batch.exports.filter(status__in=WAITING).update(status=ExportStatus.CANCELLED, finished_at=at, step="")
    if not stopped or batch.finished_at:
        raise ExportRefusedError(_("This batch has ended already; there is nothing to cancel."))
    batch.cancelled_at = at
    batch.save(update_fields=["cancelled_at"])
    outbox_add(task=LANE_TASK, argument=str(batch.pk), at=at)  # packs what is ready
    _record(batch, "batch.cancelled", by=by, at=at, documents=stopped)
    return batch


@transaction.atomic
def batch_retry(*, batch_id: UUID, by: User, at: datetime) -> Batch:
    """Make only those anew that failed or were cancelled."""
    batch = _locked(batch_id)
    again = (ExportStatus.FAILED, ExportStatus.CANCELLED)
    number = batch.exports.filter(status__in=again).update(
        status=ExportStatus.QUEUED, percent=0, step="", error="", attempts=0, started_at=None, finished_at=None
    )
    if not number:
        raise ExportRefusedError(_("Nothing in this batch failed or was cancelled."))
    batch.finished_at, batch.cancelled_at, batch.error = None, None, ""
    batch.save(update_fields=["finished_at", "cancelled_at", "error"])
    _open_lanes(batch, number, at=at)
    _record(batch, "batch.retried", by=by, at=at, documents=number)
    return batch


def batch_lane(*, batch_id: str, clock: Callable[[], datetime]) -> int:
    """Make one waiting export of a batch after another for a while; return how many this lane has made.

    May run twice and beside others. What is left goes to the end of the outbox; the last one packs the file.
    """
    made, until = 0, time.monotonic() + LANE_SECONDS
    while time.monotonic() < until:
        waiting = Export.objects.filter(batch=UUID(batch_id), status=ExportStatus.QUEUED).order_by(
            "audit__reference", "pk"
        )
        export = waiting.values_list("pk", flat=True).first()
        if export is None:
            break
        made += export_render(export_id=str(export), at=clock())
    if Export.objects.filter(batch=UUID(batch_id), status=ExportStatus.QUEUED).exists():
        outbox_add(task=LANE_TASK, argument=batch_id, at=clock())
    else:
        batch_settle(batch_id=batch_id, at=clock())
    return made


def batch_settle(*, batch_id: str, at: datetime) -> bool:
    """Once nothing of a batch is waiting, pack what is ready and tell who asked; True for the one run that did it."""
    batch = Batch.objects.select_related("requested_by").filter(pk=batch_id, finished_at=None).first()
    if batch is None or batch.exports.filter(status__in=WAITING).exists():
        return False
    person = batch.requested_by
    with translation.override(person.language):
        packed = _packed(batch)
    with transaction.atomic():
        if not Batch.objects.filter(pk=batch_id, finished_at=None).update(**packed, finished_at=at):
            return False
        progress = batch_progress(batch)
        facts = {"done": progress.done, "failed": progress.failed, "cancelled": progress.cancelled}
        _record(batch, "batch.finished", by=person, at=at, sha256=packed["sha256"], **facts)
        url = reverse("reports:batch_detail", args=[batch_id])
        notice_send(to=person, kind="reports.batch_finished", params={"kind": batch.kind, **facts}, url=url, at=at)
    return True


def batches_recover(*, at: datetime) -> int:
    """Open lanes for batches that nobody works at: the worker has died, or a message was put aside. Return how many."""
    opened = 0
    for batch in Batch.objects.filter(finished_at=None).order_by("requested_at"):
        lanes = OutboxMessage.objects.filter(task=LANE_TASK, argument=str(batch.pk), dispatched_at=None, attempts__lt=5)
        if lanes.exists() or batch.exports.filter(status=ExportStatus.RUNNING).exists():
            continue
        with transaction.atomic():
            outbox_add(task=LANE_TASK, argument=str(batch.pk), at=at)
        opened += 1
    return opened


# --- how ------------------------------------------------------------------------------------------------------------


def _locked(batch_id: UUID) -> Batch:
    return Batch.objects.select_for_update().get(pk=batch_id)


def _open_lanes(batch: Batch, documents: int, *, at: datetime) -> None:
    for _lane in range(min(LANES, documents)):
        outbox_add(task=LANE_TASK, argument=str(batch.pk), at=at)


def _packed(batch: Batch) -> dict[str, Any]:
    """Return what the batch knows of its one file; a full disk is told in words and costs no document."""
    ready = batch.exports.filter(status=ExportStatus.DONE)
    if not ready.exists():
        return {"sha256": "", "size": None, "error": _("No document could be made.")}
    rows = [(each.filename, each.sha256, each.suffix) for each in ready.order_by("audit__reference")]
    try:
        sha256, size = pack_write(rows, _index(batch))
    except OSError:
        logger.exception("The file of batch %s could not be stored", batch.pk)
        return {"sha256": "", "size": None, "error": _("The file could not be stored: the disk may be full.")}
    return {"sha256": sha256, "size": size, "error": ""}


def _index(batch: Batch) -> bytes:
    """List every document of a batch as CSV in UTF-8 with a byte order mark, which spreadsheets ask for."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["reference", "centre", "organisation", "status", "file", "sha256", "content_sha256", "reason"])
    for row in _lines(batch):
        table.writerow([f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _lines(batch: Batch) -> Iterator[list[str]]:
    exports = batch.exports.select_related("audit__centre", "audit__auditee").order_by("audit__reference")
    for each in exports.defer("audit__result", "audit__market", "audit__facts"):
        about = [each.audit.reference, each.audit.centre.name, each.audit.auditee.name] if each.audit else [""] * 3
        yield [*about, each.status, each.filename, each.sha256, each.content_sha256, each.error]


def _record(batch: Batch, action: str, *, by: User, at: datetime, **facts: Any) -> None:
    payload = {"kind": batch.kind, "language": batch.language, **facts}
    ledger_append(action=action, subject=f"batch:{batch.pk}", by=by, at=at, payload=payload)

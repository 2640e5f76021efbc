"""Work on records in the background: asked for, done once by a worker, cancelled, tried again.

A worker owns a job by its number of attempts: whoever raised it last may write progress and the result, so a run that
was cancelled, or taken over after a crash, stops at its next step and stores nothing.
"""

from __future__ import annotations

import logging
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.access import may
from accounts.models import Centre
from benchmarks.message import MessageError
from benchmarks.models import WAITING, JobKind, JobStatus, RecordsJob, RecordsUpload
from benchmarks.services.fetching import source_fetch
from benchmarks.services.measuring import measurement_compute, measurement_store
from benchmarks.services.uploads import (
    run_of,
    upload_remove,
    uploads_files,
    uploads_in_order,
    uploads_look,
    uploads_seen,
)
from benchmarks.watch import CHECKING, FETCHING, READING, STORING
from ledger.outbox import outbox_add
from ledger.services import ledger_append

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from accounts.models import User

logger = logging.getLogger(__name__)
TASK = "benchmarks.records_job_run"
PERMISSION = "benchmarks.add_measurementrun"
STALE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
# Per cent at which each step begins and ends, on an average file; every other step is a family of KPIs.
_SPANS = {
    JobKind.LOOK: {READING: (5, 70), CHECKING: (70, 95)},
    JobKind.MEASURE: {READING: (5, 40), CHECKING: (40, 50), STORING: (95, 99)},
    JobKind.FETCH: {FETCHING: (5, 95)},
}
_FAMILIES = (50, 95)
_OFTEN = 0.3  # seconds between two signs of life within a step


class JobRefusedError(Exception):
    """The job cannot be asked for, cancelled or tried again now; the message says why, in words."""


class _StoppedError(Exception):
    """The job is not this worker's any more: somebody cancelled it, or another worker took it over."""


@transaction.atomic
def job_request(
    *, centre: Centre, kind: JobKind, uploads: Sequence[RecordsUpload], seen: str, by: User, at: datetime
) -> RecordsJob:
    """Ask for work on what waits at a centre. What waits or was looked at is not done again.

    ``seen`` is what the person saw. Raises JobRefusedError when that is not what waits now, when nothing waits, and
    while other records of the centre are being measured.
    """
    Centre.objects.select_for_update().get(pk=centre.pk)  # one request after the other
    if not uploads:
        raise JobRefusedError(_("No file waits to be measured."))
    if seen != uploads_seen(uploads):
        raise JobRefusedError(_("The files or their mappings have changed since. Look at the report again."))
    waiting = centre.records_jobs.filter(status__in=WAITING).exclude(kind=JobKind.FETCH)
    if same := waiting.filter(kind=kind, seen=seen).first():
        return same
    looked = centre.records_jobs.filter(kind=JobKind.LOOK, seen=seen, status=JobStatus.DONE)
    if kind == JobKind.LOOK and (known := looked.first()):
        return known
    if waiting.filter(kind=JobKind.MEASURE).exists():
        raise JobRefusedError(_("Records of this centre are being measured. Wait until that is done, or cancel it."))
    for old in waiting:
        _cancel(old, by=by, at=at)
    job = RecordsJob.objects.create(
        centre=centre,
        kind=kind,
        uploads=[each.pk for each in uploads_in_order(uploads)],
        seen=seen,
        requested_by=by,
        requested_at=at,
    )
    outbox_add(task=TASK, argument=str(job.pk), at=at)
    _record(job, "records_job.requested", by=by, at=at)
    return job


@transaction.atomic
def fetch_request(
    *, centre: Centre, source: str, first: date | None = None, last: date | None = None, by: User, at: datetime
) -> RecordsJob:
    """Ask for the rows of a source, from a first to a last day. JobRefusedError while others are being fetched."""
    Centre.objects.select_for_update().get(pk=centre.pk)
    if centre.records_jobs.filter(status__in=WAITING, kind=JobKind.FETCH).exists():
        raise JobRefusedError(_("Records are being fetched for this centre. Wait until that is done, or cancel it."))
    asked = {
        "source": source,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
    }
    job = RecordsJob.objects.create(
        centre=centre, kind=JobKind.FETCH, seen=source, report=[asked], requested_by=by, requested_at=at
    )
    outbox_add(task=TASK, argument=str(job.pk), at=at)
    _record(job, "records_job.requested", by=by, at=at, first=asked["first"], last=asked["last"])
    return job


@transaction.atomic
def job_cancel(*, job_id: uuid.UUID, by: User, at: datetime) -> RecordsJob:
    """Stop a job; a worker that is busy with it stops at its next step and stores nothing."""
    job = _locked(job_id)
    if not job.waiting:
        raise JobRefusedError(_("This work has ended already; there is nothing to cancel."))
    _cancel(job, by=by, at=at)
    return job


@transaction.atomic
def job_retry(*, job_id: uuid.UUID, by: User, at: datetime) -> RecordsJob:
    """Ask once more for what a failed or cancelled job was about. Raises JobRefusedError as ``job_request``."""
    job = _locked(job_id)
    if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
        raise JobRefusedError(_("Only work that failed or was cancelled can be tried again."))
    if job.kind == JobKind.FETCH:
        (asked,) = job.report
        days = {name: date.fromisoformat(asked[name]) if asked[name] else None for name in ("first", "last")}
        return fetch_request(centre=job.centre, source=asked["source"], **days, by=by, at=at)
    uploads = list(RecordsUpload.objects.filter(pk__in=job.uploads))
    kind = JobKind(job.kind)
    return job_request(centre=job.centre, kind=kind, uploads=uploads, seen=job.seen, by=by, at=at)


def job_run(*, job_id: str, clock: Callable[[], datetime]) -> bool:
    """Do a job and return whether this run finished it. May run twice; never raises for bad records.

    Claims the row, checks the requester's right anew, and writes progress outside of any long transaction.
    """
    job = _claim(job_id, at=clock())
    if job is None:
        logger.info("Job %s is not waiting: nothing to do.", job_id)
        return False
    with translation.override(job.requested_by.language):
        try:
            return _work(job, clock)
        except _StoppedError:
            logger.info("Job %s was stopped.", job_id)
            return False
        except MessageError as error:
            return _fail(job, _placed(job, error), at=clock())
        except MemoryError:
            words = _("The records need more memory than a worker may use. Measure fewer files, or shorter periods.")
            return _fail(job, words, at=clock())
        except Exception:
            logger.exception("Job %s failed", job_id)
            words = _("The records could not be worked through. The operator finds the cause in the log.")
            return _fail(job, words, at=clock())


@transaction.atomic
def jobs_recover(*, heard_before: datetime, at: datetime) -> int:
    """Put jobs back into the queue whose worker has died, and return how many.

    One that ends its worker again and again (it may need more memory than there is) fails after three attempts.
    """
    stale = RecordsJob.objects.select_for_update(of=("self",)).filter(
        status=JobStatus.RUNNING, heard_at__lte=heard_before
    )
    back = 0
    for job in stale.select_related("requested_by"):
        if job.attempts >= MOST_ATTEMPTS:
            with translation.override(job.requested_by.language):
                _fail(job, _("The work was broken off three times. The operator finds the cause in the log."), at=at)
            continue
        job.status, job.percent, job.step = JobStatus.QUEUED, 0, ""
        job.save(update_fields=["status", "percent", "step"])
        outbox_add(task=TASK, argument=str(job.pk), at=at)
        back += 1
    return back


# --- how ------------------------------------------------------------------------------------------------------------


def _locked(job_id: uuid.UUID) -> RecordsJob:
    return RecordsJob.objects.select_for_update(of=("self",)).select_related("centre").get(pk=job_id)


def _cancel(job: RecordsJob, *, by: User, at: datetime) -> None:
    job.status, job.finished_at, job.step = JobStatus.CANCELLED, at, ""
    job.save(update_fields=["status", "finished_at", "step"])
    _record(job, "records_job.cancelled", by=by, at=at)


def _record(job: RecordsJob, action: str, *, by: User, at: datetime, **facts: Any) -> None:
    payload = {"centre": job.centre_id, "kind": job.kind, "seen": job.seen, **facts}
    ledger_append(action=action, subject=f"records_job:{job.pk}", by=by, at=at, payload=payload)


def _claim(job_id: str, *, at: datetime) -> RecordsJob | None:
    """Take a waiting job, or one whose worker has been silent for too long; None when somebody else has it."""
    free = Q(status=JobStatus.QUEUED) | Q(status=JobStatus.RUNNING, heard_at__lt=at - STALE)
    claimed = RecordsJob.objects.filter(free, pk=job_id).update(
        status=JobStatus.RUNNING, heard_at=at, percent=1, step=READING, error="", attempts=F("attempts") + 1
    )
    if not claimed:
        return None
    return RecordsJob.objects.select_related("centre__organisation", "requested_by").get(pk=job_id)


def _owned(job: RecordsJob):  # type: ignore[no-untyped-def] # noqa: ANN202 - the plugin knows the type of the query set
    """Return the row as long as it is this run's."""
    return RecordsJob.objects.filter(pk=job.pk, status=JobStatus.RUNNING, attempts=job.attempts)


def _work(job: RecordsJob, clock: Callable[[], datetime]) -> bool:
    person = job.requested_by
    if not person.is_active or not may(person, PERMISSION, job.centre):
        return _fail(job, _("You may no longer measure this centre."), at=clock())
    if job.kind == JobKind.FETCH:
        watch = _Watching(job, clock)
        watch(FETCHING, 0)
        upload = source_fetch(centre=job.centre, asked=job.report[0], by=person, at=clock(), watch=watch)
        return _finish(job, at=clock(), uploads=[upload.pk])
    uploads = list(RecordsUpload.objects.filter(pk__in=job.uploads))
    if len(uploads) != len(job.uploads) or uploads_seen(uploads) != job.seen:
        return _fail(job, _("The files or their mappings have changed since."), at=clock())
    watch = _Watching(job, clock)
    if job.kind == JobKind.LOOK:
        found = uploads_look(uploads=uploads, watch=watch)
        report = [
            {"upload": upload.pk, "name": upload.name, "kind": s.kind, "quality": s.quality, "rejected": s.rejected}
            for upload, s in found
        ]
        return _finish(job, at=clock(), report=report)
    return _measure(job, uploads, watch, clock)


def _measure(
    job: RecordsJob, uploads: Sequence[RecordsUpload], watch: _Watching, clock: Callable[[], datetime]
) -> bool:
    """Measure, then store the run and the end of the job in one transaction; a lost race changes nothing."""
    run = run_of(centre=job.centre, uploads=uploads)
    computed = None if run else measurement_compute(sources=uploads_files(uploads=uploads), watch=watch)
    watch(STORING, 0)
    with transaction.atomic():
        if computed:
            run = measurement_store(centre=job.centre, computed=computed, by=job.requested_by, at=clock())
        if not _finish(job, at=clock(), run=run):
            raise _StoppedError
    for each in uploads:
        upload_remove(upload=each)
    return True


@transaction.atomic
def _finish(job: RecordsJob, *, at: datetime, **result: Any) -> bool:
    done = {"status": JobStatus.DONE, "percent": 100, "step": "", "finished_at": at}
    if not _owned(job).update(**done, **result):
        return False
    facts = {"run": result["run"].pk} if "run" in result else {}
    _record(job, "records_job.finished", by=job.requested_by, at=at, **facts)
    return True


@transaction.atomic
def _fail(job: RecordsJob, message: str, *, at: datetime) -> bool:
    """Keep the reason in words; always False."""
    if _owned(job).update(status=JobStatus.FAILED, error=message, finished_at=at, step=""):
        _record(job, "records_job.failed", by=job.requested_by, at=at, reason=message)
    return False


def _placed(job: RecordsJob, error: MessageError) -> str:
    """Say an error in the requester's language, with the name of the file that it is about."""
    uploads = uploads_in_order(list(RecordsUpload.objects.filter(pk__in=job.uploads)))
    words = error.words(_)
    return f"{uploads[error.source].name}: {words}" if error.source < len(uploads) else words


class _Watching:
    """Write down how far the work is, and stop it when the job is not this worker's any more."""

    def __init__(self, job: RecordsJob, clock: Callable[[], datetime]) -> None:
        self._job, self._clock = job, clock
        self._step, self._percent, self._told = "", 0, 0.0

    def __call__(self, step: str, share: float) -> None:
        """Take a step and the share of it that is done. Per cent never go back."""
        low, high = _SPANS[JobKind(self._job.kind)].get(step, _FAMILIES)
        self._percent = max(self._percent, round(low + (high - low) * min(max(share, 0.0), 1.0)))
        if step == self._step and time.monotonic() - self._told < _OFTEN:
            return
        self._step, self._told = step, time.monotonic()
        if not _owned(self._job).update(step=step, percent=self._percent, heard_at=self._clock()):
            raise _StoppedError

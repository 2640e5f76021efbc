"""Pages: work on records in the background, how far it is, stopping it and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from benchmarks.models import JobKind, JobStatus, RecordsJob, RecordsUpload
from benchmarks.services import JobRefusedError, job_cancel, job_retry
from benchmarks.words import step_words
from ledger.outbox import worker_ensure

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.http import HttpRequest

MEASURE = "benchmarks.add_measurementrun"


def progress(request: HttpRequest, job: RecordsJob) -> dict[str, Any]:
    """Put together what the progress bar shows."""
    if job.waiting:
        worker_ensure()  # one may have been killed; this starts a process and changes no data
    return {"job": job, "step_words": step_words(job), "allowed": may(request.user, MEASURE, job.centre)}


def destination(job: RecordsJob) -> str:
    """Return the address of the page that shows a job, or what it made."""
    if job.kind == JobKind.LOOK:
        return reverse("benchmarks:records_quality", args=[job.centre_id])
    if job.status == JobStatus.DONE and job.kind == JobKind.FETCH:
        # The rows wait as a file does, for their mapping; what was measured or removed meanwhile waits no more.
        waits = RecordsUpload.objects.filter(pk__in=job.uploads).first()
        if waits is None:
            return reverse("benchmarks:records", args=[job.centre_id])
        return reverse("benchmarks:records_mapping", args=[waits.pk])
    if job.status == JobStatus.DONE:
        return reverse("benchmarks:run", args=[job.run_id])
    return reverse("benchmarks:records_job", args=[job.pk])


@signed_in
def job_detail(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show where a job stands; htmx asks for the fragment again until it has ended, then goes to what it made."""
    job = _job(request, job_id)
    if request.headers.get("HX-Request") == "true":
        if job.status == JobStatus.DONE:
            return HttpResponse(headers={"HX-Redirect": destination(job)})
        return render(request, "benchmarks/records_job.html#progress", progress(request, job))
    if job.kind == JobKind.LOOK or job.status == JobStatus.DONE:
        return redirect(destination(job))
    return render(request, "benchmarks/records_job.html", {"centre": job.centre, **progress(request, job)})


@permission(MEASURE, methods=("POST",))
def job_stop(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Cancel a job."""
    return _change(request, job_id, job_cancel)


@permission(MEASURE, methods=("POST",))
def job_again(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Try a failed or cancelled job again."""
    return _change(request, job_id, job_retry)


def _job(request: HttpRequest, job_id: uuid.UUID) -> RecordsJob:
    found = RecordsJob.objects.visible_to(request.user).select_related("centre__organisation", "requested_by")
    job: RecordsJob = get_object_or_404(found, pk=job_id)
    return job


def _change(request: HttpRequest, job_id: uuid.UUID, service: Callable[..., RecordsJob]) -> HttpResponse:
    job = _job(request, job_id)
    require(request.user, MEASURE, job.centre)
    try:
        job = service(job_id=job.pk, by=person(request.user), at=timezone.now())
    except JobRefusedError as error:
        messages.error(request, str(error))
    return redirect(destination(job))

"""Routes: records that are sent for a centre, read by a mapping that was kept, and measured in the background."""

import uuid
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja import File, Form, Router, Schema, UploadedFile
from pydantic import ConfigDict, Field

from accounts.access import require
from accounts.api.access import Token, caller
from accounts.api.pages import FormIn, Text
from accounts.api.problems import ProblemError, gives
from accounts.models import Centre, Scope, User
from benchmarks.gathering import MAX_FILES
from benchmarks.message import MessageError
from benchmarks.models import JobKind, RecordsJob, RecordsUpload
from benchmarks.services import JobRefusedError, job_cancel, job_request, upload_remove, upload_store, uploads_seen

router = Router(tags=["records"])
RULE = "benchmarks.add_measurementrun"


class RecordsIn(FormIn):
    """How to read the records: the name of a mapping that the organisation keeps; guessed when it is left out."""

    mapping: Text = ""


class RecordsOut(Schema):
    """A file that waits to be measured; `mapping` is the YAML by which it will be read."""

    id: int
    name: str
    size: int
    sha256: str
    mapping: str
    sent_at: datetime


class WaitingOut(Schema):
    """The files that wait at a centre. `seen` names them and their mappings; say it when asking for a job."""

    items: list[RecordsOut]
    seen: str


class JobIn(Schema):
    """What to do with the files that wait: look at their quality, or measure them."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["look", "measure"]
    seen: Text = Field(description="`seen` of the files that wait")


class JobOut(Schema):
    """Work in the background. `report` is what a look found, `run` the id of the run that a measurement made."""

    id: uuid.UUID
    centre: int
    kind: str
    status: str
    percent: int
    requested_at: datetime
    finished_at: datetime | None
    error: str
    report: list[Any]
    run: int | None


@router.get(
    "/centres/{int:centre_id}/records",
    auth=Token(Scope.RECORDS, RULE),
    response=gives(WaitingOut, 404),
    url_name="records",
    summary="Records that wait",
)
def records_list(request: HttpRequest, centre_id: int) -> WaitingOut:
    """Return the files that wait to be measured."""
    found = list(_centre(caller(request), centre_id).records_uploads.all())
    return WaitingOut(items=[records_out(each) for each in found], seen=uploads_seen(found) if found else "")


@router.post(
    "/centres/{int:centre_id}/records",
    auth=Token(Scope.RECORDS, RULE),
    response=gives(RecordsOut, 400, 404, 409, 413, 422),
    url_name="records",
    summary="Send records",
)
def records_post(request: HttpRequest, centre_id: int, file: File[UploadedFile], sent: Form[RecordsIn]) -> RecordsOut:
    """Send a file of records as `multipart/form-data`; the same content again is the same file.

    With the name of a mapping its newest version is taken, and the columns that it names must be there; without one
    the mapping is guessed, to be looked at on the pages before anybody measures.
    """
    user, at = caller(request), timezone.now()
    centre = _centre(user, centre_id)
    if centre.records_uploads.count() >= MAX_FILES:
        raise ProblemError(409, "too_many", gettext("A run has at most {most} files.").format(most=MAX_FILES))
    try:
        upload = upload_store(
            centre=centre,
            chunks=file.chunks(),
            size=file.size or 0,
            name=file.name or "",
            by=user,
            at=at,
            mapping_text=_kept(centre, sent.mapping),
        )
    except MessageError as error:
        raise ProblemError(422, "records", error.words(gettext)) from error
    return records_out(upload)


@router.delete(
    "/centres/{int:centre_id}/records/{int:records_id}",
    auth=Token(Scope.RECORDS, RULE),
    response=gives(WaitingOut, 404),
    url_name="records_one",
    summary="Remove records that wait",
)
def records_delete(request: HttpRequest, centre_id: int, records_id: int) -> WaitingOut:
    """Remove a file that waits, and return those that wait still."""
    upload_remove(upload=_centre(caller(request), centre_id).records_uploads.get(pk=records_id))
    return records_list(request, centre_id)


@router.post(
    "/centres/{int:centre_id}/jobs",
    auth=Token(Scope.RECORDS, RULE),
    response=gives(JobOut, 400, 404, 409, 413, 422),
    url_name="records_jobs",
    summary="Look at the quality of records, or measure them",
)
def job_post(request: HttpRequest, centre_id: int, sent: JobIn) -> JobOut:
    """Ask for work on the files that wait; what is asked for already is not done twice.

    409 when other files or mappings wait now than `seen` says.
    """
    user = caller(request)
    centre = _centre(user, centre_id)
    uploads = list(centre.records_uploads.all())
    try:
        job = job_request(
            centre=centre, kind=JobKind(sent.kind), uploads=uploads, seen=sent.seen, by=user, at=timezone.now()
        )
    except JobRefusedError as error:
        raise ProblemError(409, "refused", str(error)) from error
    return job_out(job)


@router.get(
    "/jobs/{uuid:job_id}",
    auth=Token(Scope.RECORDS),
    response=gives(JobOut, 404),
    url_name="records_job",
    summary="Work in the background",
)
def job_one(request: HttpRequest, job_id: uuid.UUID) -> JobOut:
    """Return how far a job is, and what it found."""
    return job_out(RecordsJob.objects.visible_to(caller(request)).get(pk=job_id))


@router.delete(
    "/jobs/{uuid:job_id}",
    auth=Token(Scope.RECORDS, RULE),
    response=gives(JobOut, 404, 409),
    url_name="records_job",
    summary="Cancel work in the background",
)
def job_delete(request: HttpRequest, job_id: uuid.UUID) -> JobOut:
    """Cancel a job; it stores nothing then. 409 when it has ended."""
    user = caller(request)
    job = RecordsJob.objects.visible_to(user).select_related("centre__organisation").get(pk=job_id)
    require(user, RULE, job.centre)
    try:
        return job_out(job_cancel(job_id=job.pk, by=user, at=timezone.now()))
    except JobRefusedError as error:
        raise ProblemError(409, "refused", str(error)) from error


def _centre(user: User, centre_id: int) -> Centre:
    centre = Centre.objects.visible_to(user).select_related("organisation").get(pk=centre_id)
    require(user, RULE, centre)
    return centre


def _kept(centre: Centre, name: str) -> str:
    """Return the newest version of a mapping by its name. Raises ProblemError (422)."""
    if not name:
        return ""
    kept = centre.organisation.saved_mappings.filter(name=name).order_by("-version").first()
    if kept is None:
        words = gettext("The organisation keeps no mapping of this name.")
        fields = [{"at": ["body", "mapping"], "message": words}]
        raise ProblemError(422, "invalid", words, more={"fields": fields})
    return kept.text


def records_out(row: RecordsUpload) -> RecordsOut:
    """Show a file that waits."""
    return RecordsOut(
        id=row.pk, name=row.name, size=row.size, sha256=row.sha256, mapping=row.mapping, sent_at=row.created_at
    )


def job_out(row: RecordsJob) -> JobOut:
    """Show a job."""
    return JobOut(
        id=row.pk,
        centre=row.centre_id,
        kind=row.kind,
        status=row.status,
        percent=row.percent,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        error=row.error,
        report=row.report,
        run=row.run_id,
    )

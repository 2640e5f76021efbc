"""Routes: reports and certificates as files, made in the background."""

import uuid
from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from ninja import Query, Router, Schema
from pydantic import ConfigDict

from accounts.access import require
from accounts.api.access import Token, caller
from accounts.api.pages import AskedByMoment, Key, PageByMoment, Text, page_by_moment
from accounts.api.problems import ProblemError, gives
from accounts.models import Scope, User
from audits.models import Audit
from reports.models import MEDIA_TYPES, Export, ExportKind, ExportStatus
from reports.papers import may_have
from reports.selectors import exports_for
from reports.services import ExportRefusedError, export_cancel, export_request
from reports.storage import ExportDamagedError, export_read

router = Router(tags=["reports"])
RULE = "audits.export_audit"


class ExportIn(Schema):
    """What to make of an audit. `levels` false keeps the levels of the criteria out of what a certificate carries.

    `beside` is a second language, in which a report is printed too.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["report", "certificate"] = "report"
    language: Text = "en"
    beside: Text = ""
    levels: bool = True


class ExportOut(Schema):
    """A file that was asked for. `status`: queued, running, done, failed, cancelled, expired; `error`: why it failed.

    `audit` is null for documents about something else.
    """

    id: uuid.UUID
    audit: int | None
    kind: str
    language: str
    status: str
    percent: int
    requested_at: datetime
    finished_at: datetime | None
    filename: str
    sha256: str
    content_sha256: str
    size: int | None
    pages: int | None
    error: str


class ExportsAsked(AskedByMoment):
    """Filters of the list of exports."""

    audit: Key | None = None
    status: ExportStatus | None = None


@router.get(
    "/exports",
    auth=Token(Scope.EXPORTS),
    response=gives(PageByMoment[ExportOut], 422),
    url_name="exports",
    summary="Exports",
)
def export_list(request: HttpRequest, asked: Query[ExportsAsked]) -> PageByMoment[ExportOut]:
    """Return the exports of all audits that the caller may see, oldest first."""
    found = exports_for(caller(request))
    found = found.filter(audit=asked.audit) if asked.audit else found
    found = found.filter(status=asked.status.value) if asked.status else found
    return page_by_moment(found, asked, export_out, "requested_at")


@router.post(
    "/audits/{int:audit_id}/exports",
    auth=Token(Scope.EXPORTS, RULE),
    response=gives(ExportOut, 400, 404, 409, 413, 422),
    url_name="audit_exports",
    summary="Have a report or certificate made",
)
def export_post(request: HttpRequest, audit_id: int, sent: ExportIn) -> ExportOut:
    """Ask for a file, and look at it until it is done. One that the caller waits for already is not made twice."""
    user = caller(request)
    audit = Audit.objects.visible_to(user).get(pk=audit_id)
    require(user, RULE, audit)
    kind = ExportKind(sent.kind)
    options: dict[str, Any] = {} if sent.levels or kind != ExportKind.CERTIFICATE else {"levels": False}
    if sent.beside and kind == ExportKind.REPORT:
        options = {"beside": sent.beside}
    try:
        made = export_request(
            audit=audit, language=sent.language, by=user, at=timezone.now(), kind=kind, options=options
        )
    except ExportRefusedError as error:
        raise ProblemError(409, "refused", str(error)) from error
    return export_out(made)


@router.get(
    "/exports/{uuid:export_id}",
    auth=Token(Scope.EXPORTS),
    response=gives(ExportOut, 404),
    url_name="export",
    summary="An export",
)
def export_one(request: HttpRequest, export_id: uuid.UUID) -> ExportOut:
    """Return how far an export is."""
    return export_out(exports_for(caller(request)).get(pk=export_id))


@router.delete(
    "/exports/{uuid:export_id}",
    auth=Token(Scope.EXPORTS, RULE),
    response=gives(ExportOut, 404, 409),
    url_name="export",
    summary="Cancel an export",
)
def export_delete(request: HttpRequest, export_id: uuid.UUID) -> ExportOut:
    """Stop waiting for an export. 409 when it has ended."""
    user = caller(request)
    found = exports_for(user).get(pk=export_id)
    _require(user, found)
    try:
        return export_out(export_cancel(export_id=found.pk, by=user, at=timezone.now()))
    except ExportRefusedError as error:
        raise ProblemError(409, "refused", str(error)) from error


@router.get(
    "/exports/{uuid:export_id}/file",
    auth=Token(Scope.EXPORTS, RULE),
    response=gives(None, 404, 409, 410),
    url_name="export_file",
    summary="The file of an export",
    openapi_extra={"responses": {200: {"content": {key: {} for key in MEDIA_TYPES.values()}}}},
)
def export_file(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Return the finished file; 409 while it is not done, 410 when what is stored is not what was written."""
    user = caller(request)
    found = exports_for(user).get(pk=export_id)
    _require(user, found)
    if found.status != ExportStatus.DONE:
        raise ProblemError(409, "not_done", gettext("This report is not ready yet."))
    try:
        data = export_read(found.sha256, found.suffix)
    except ExportDamagedError as error:
        raise ProblemError(410, "damaged", gettext("The stored file is damaged. Have it made once more.")) from error
    named = content_disposition_header(as_attachment=True, filename=found.filename) or "attachment"
    headers = {"Content-Disposition": named, "ETag": f'"{found.sha256}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=found.media_type, headers=headers)


def _require(user: User, export: Export) -> None:
    """Refuse (403) what the person may not have."""
    if not may_have(user, export):
        raise PermissionDenied


def export_out(row: Export) -> ExportOut:
    """Show an export."""
    return ExportOut(
        id=row.pk,
        audit=row.audit_id,
        kind=row.kind,
        language=row.language,
        status=row.status,
        percent=row.percent,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        filename=row.filename,
        sha256=row.sha256,
        content_sha256=row.content_sha256,
        size=row.size,
        pages=row.pages,
        error=row.error,
    )

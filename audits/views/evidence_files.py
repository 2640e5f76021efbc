"""Handing out evidence: nothing that is stored can run, and nobody learns from a photo where it was taken.

Files are attachments in a sandbox. What is shown in a page is a picture encoded anew, a PDF in the browser's own
viewer, sound or film; never a type that a browser would run.
"""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, BinaryIO

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import permission, require, signed_in
from accounts.views.profiles import person
from audits.models import Evidence
from audits.pictures import FORMATS, copies_of
from audits.retaining import Disposal
from audits.selectors.evidence import evidence_for
from audits.storage import EvidenceRefusedError, whole
from ledger.services import sealed_read

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.models import User
    from audits.pieces import Content

logger = logging.getLogger(__name__)
SANDBOX = "default-src 'none'; sandbox"
# The viewers of PDF in browsers are no scripts of the file; a sandbox would keep them away.
VIEWER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
PDF = "application/pdf"
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def get_evidence(user: User, evidence_id: int) -> Evidence:
    """Fetch a piece that the person may open, or answer 404."""
    try:
        return evidence_for(user, evidence_id)
    except Evidence.DoesNotExist as error:
        raise Http404 from error


def get_content(request: HttpRequest, evidence: Evidence) -> Content:
    """Return the version that the address names, the newest where it names none, or answer 404."""
    wanted = request.GET.get("version", "")
    if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 5):  # noqa: PLR2004 - digits
        raise Http404
    content = evidence.content(int(wanted) if wanted else None)
    if content is None:
        raise Http404
    return content


@signed_in
def evidence_file(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """Hand out a stored file as an attachment; of a picture the copy that says nothing but the picture."""
    evidence = get_evidence(person(request.user), evidence_id)
    content = get_content(request, evidence)
    if content.media_type in FORMATS:
        return _picture(request, evidence, content, attached=True)
    return _whole(request, evidence, content)


@permission("audits.open_sealed")
def evidence_original(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """Hand out the file exactly as it was uploaded, with all that a camera wrote into it."""
    evidence = get_evidence(person(request.user), evidence_id)
    require(request.user, "audits.open_sealed", evidence.audit)
    content = get_content(request, evidence)
    logger.info("original of evidence %s opened by user %s", evidence.pk, request.user.pk)
    sealed_read(
        action="evidence.original_read",
        subject=f"audit:{evidence.audit_id}",
        by=person(request.user),
        at=timezone.now(),
        payload={"evidence": evidence.pk, "filename": evidence.filename},
    )
    return _whole(request, evidence, content)


@signed_in
def evidence_view(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """Show a picture, a PDF, sound or film inside the page."""
    evidence = get_evidence(person(request.user), evidence_id)
    content = get_content(request, evidence)
    if content.media_type in FORMATS:
        return _picture(request, evidence, content, attached=False)
    family = content.media_type.partition("/")[0]
    if content.media_type != PDF and family not in {"audio", "video"}:
        raise Http404
    source = whole(content.sha256)
    if source is None:
        return _damaged(request, evidence, content.sha256)
    response = _ranged(request, source, content.media_type)
    response = _guarded(response, VIEWER if content.media_type == PDF else SANDBOX)
    if content.media_type == PDF:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _whole(request: HttpRequest, evidence: Evidence, content: Content) -> HttpResponseBase:
    source = whole(content.sha256)
    return _damaged(request, evidence, content.sha256) if source is None else _attachment(source, content)


def _picture(request: HttpRequest, evidence: Evidence, content: Content, *, attached: bool) -> HttpResponseBase:
    """Hand out the copy of a picture, made anew where none was kept when it came in."""
    small = request.GET.get("size") == "small"
    sha256 = content.thumb_sha256 if small else content.view_sha256
    source = whole(sha256 or content.sha256)
    if source is None:
        return _damaged(request, evidence, sha256 or content.sha256)
    if not sha256:
        try:
            with source:
                source = io.BytesIO(copies_of(source, content.media_type)[small])
        except EvidenceRefusedError as error:  # came in before pictures were looked at: the original alone is left
            raise Http404 from error
    if attached:
        return _attachment(source, content)
    return _guarded(FileResponse(source, content_type=content.media_type), SANDBOX)


def _attachment(source: BinaryIO, content: Content) -> HttpResponseBase:
    response = FileResponse(source, as_attachment=True, filename=content.filename, content_type=content.media_type)
    return _guarded(response, "sandbox")


def _guarded(response: HttpResponseBase, policy: str) -> HttpResponseBase:
    """Let nothing run, keep it nowhere, and let no other site take it in."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _ranged(request: HttpRequest, source: BinaryIO, media_type: str) -> HttpResponseBase:
    """Return the file, or the one part of it that a player asks for; Safari plays nothing without."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked.group(0) == "bytes=-":
        response: HttpResponseBase = FileResponse(source, content_type=media_type)
        response.headers["Accept-Ranges"] = "bytes"
        return response
    first, last = asked.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    with source:
        if start > end:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        source.seek(start)
        part = source.read(end - start + 1)
    headers = {"Content-Range": f"bytes {start}-{end}/{size}", "Accept-Ranges": "bytes"}
    return HttpResponse(part, status=206, content_type=media_type, headers=headers)


def _damaged(request: HttpRequest, evidence: Evidence, sha256: str) -> HttpResponse:
    context: dict[str, object] = {"evidence": {"title": evidence.title, "sha256": sha256}}
    disposal = Disposal.objects.filter(audit=evidence.audit_id).first()
    if disposal:
        return render(request, "audits/evidence_removed.html", context | {"disposal": disposal}, status=410)
    return render(request, "audits/evidence_damaged.html", context, status=409)

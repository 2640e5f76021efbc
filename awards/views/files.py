"""Files of an entry: upload, removal, clearing; handed out to its team and the chair as evidence is."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require, signed_in
from accounts.views.profiles import person
from audits.pictures import FORMATS
from audits.storage import EvidenceRefusedError, whole
from audits.tabular import ENCODINGS
from audits.words import evidence_words
from awards.selectors.entering import entry_page
from awards.services.errors import AwardError
from awards.services.files import file_add, file_clear, file_remove, table_add
from awards.tables import TableFaultsError
from awards.views.fetching import entry_of
from awards.words import refusal
from benchmarks.message import MessageError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

WRITE, CHAIR = "awards.write_entry", "awards.chair_entry"
SANDBOX = "default-src 'none'; sandbox"


@permission(WRITE, methods=("POST",))
def upload(request: HttpRequest, code: str, ask: str) -> HttpResponse:
    """Take files in; each that is refused is named with its reason, the others are kept."""
    found = entry_of(request, code)
    require(request.user, WRITE, found)
    given = request.FILES.getlist("files")
    if not given:
        messages.error(request, gettext("Choose a file first."))
    for each in given:
        try:
            file_add(
                entry=found,
                ask=ask,
                source=cast("BinaryIO", each),
                filename=each.name or "",
                by=person(request.user),
                at=timezone.now(),
            )
        except AwardError as error:
            messages.error(request, f"{each.name}: {refusal(error)}")
        except EvidenceRefusedError as error:
            messages.error(request, f"{each.name}: {evidence_words(error)}")
    return redirect("awards:entry", found.code)


@permission(WRITE, methods=("POST",))
def table(request: HttpRequest, code: str, ask: str) -> HttpResponse:
    """Take a table in and compute its figures; what is wrong in it is told line by line, and nothing of it is kept."""
    found = entry_of(request, code)
    require(request.user, WRITE, found)
    given, encoding = request.FILES.get("table"), request.POST.get("encoding", "")
    faults: list[str] = []
    if given is None:
        faults.append(gettext("Choose a file first."))
    else:
        try:
            table_add(
                entry=found,
                ask=ask,
                source=cast("BinaryIO", given),
                filename=given.name or "",
                encoding=encoding if encoding in ENCODINGS else "",
                by=person(request.user),
                at=timezone.now(),
            )
        except AwardError as error:
            faults.append(refusal(error))
        except EvidenceRefusedError as error:
            faults.append(evidence_words(error))
        except TableFaultsError as error:
            faults += [fault.words(gettext) for fault in error.faults]
        except MessageError as error:
            faults.append(error.words(gettext))
    if not faults:
        messages.success(request, gettext("The table is read; its figures are below."))
        return redirect(f"{reverse('awards:entry', args=[found.code])}#ask-{ask}")
    page = entry_page(found, at=timezone.now())
    row = next((row for part in page.parts for row in part.rows if row.ask.code == ask), None)
    if row is None:
        raise Http404
    context = {"entry": found, "row": row, "name": given.name if given else "", "faults": faults}
    return render(request, "awards/table_refused.html", context, status=422)


@permission(WRITE, methods=("POST",))
def remove(request: HttpRequest, code: str, file: str) -> HttpResponse:
    """Take a file out of the draft."""
    found = entry_of(request, code)
    require(request.user, WRITE, found)
    try:
        file_remove(entry_id=found.pk, code=file, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    return redirect("awards:entry", found.code)


@permission(CHAIR, methods=("POST",))
def clear(request: HttpRequest, code: str, file: str) -> HttpResponse:
    """Say, as the chair, that a picture names nobody, or take that back."""
    found = entry_of(request, code)
    require(request.user, CHAIR, found)
    wanted = request.POST.get("clear") == "yes"
    try:
        file_clear(entry_id=found.pk, code=file, clear=wanted, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    return redirect("awards:blind_check", found.code)


@signed_in
def file(request: HttpRequest, code: str, file: str) -> HttpResponseBase:
    """Hand a file out to its team and the chair; of a picture the copy that says nothing but the picture."""
    found = entry_of(request, code)
    row = found.files.filter(code=file).first()
    if row is None:
        raise Http404
    return handed_out(row.view_sha256 if row.media_type in FORMATS else row.sha256, row.media_type, row.filename)


def handed_out(sha256: str, media_type: str, name: str, *, inline: bool = False) -> HttpResponseBase:
    """Return a stored file in a sandbox. Http404 where it is missing or damaged."""
    source = whole(sha256) if sha256 else None
    if source is None:
        raise Http404
    response = FileResponse(source, as_attachment=not inline, filename=name, content_type=media_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

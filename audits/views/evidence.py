"""Evidence of one criterion: files, written notes, pieces that the audit has already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.evidence_forms import EvidenceForm, NoteForm
from audits.models import Evidence
from audits.selectors.evidence import choices_for
from audits.services.errors import NotEditableError
from audits.services.evidence import evidence_add, evidence_attach, evidence_detach, evidence_rest, note_add
from audits.storage import EvidenceRefusedError
from audits.views.drawer import get_answer, render_panel
from audits.views.evidence_section import render_lines, section_context
from audits.views.once import once
from audits.words import evidence_words, status_words

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponse

    from audits.models import Answer

LONGEST_SEARCH = 100
DISK_FULL = 507


def status_of(error: EvidenceRefusedError) -> int:
    """Return the status of a refusal: a full disk is the server's matter, everything else the file's."""
    return DISK_FULL if error.code == "disk_full" else 422


@permission("audits.change_answer", methods=("POST",))
@once
def evidence_upload(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Take in one file for a criterion: the panel anew, or JSON where that is asked for.

    Posted again, the same file for the same criterion changes nothing and is answered in the same way.
    """
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    form = EvidenceForm(request.POST, request.FILES, auto_id=f"evidence-{answer.pk}-%s")
    if not form.is_valid():
        return _refused(request, answer, form, code="invalid", status=422)
    about = {name: value for name, value in form.cleaned_data.items() if name != "file"}
    upload = form.cleaned_data["file"]
    try:
        piece = evidence_add(
            answer=answer,
            source=upload.file,
            filename=upload.name,
            by=person(request.user),
            at=timezone.now(),
            **about,
        )
    except EvidenceRefusedError as error:
        form.add_error("file", evidence_words(error))
        return _refused(request, answer, form, code=error.code, status=status_of(error))
    except NotEditableError as error:
        form.add_error(None, status_words(error.status))
        return _refused(request, answer, form, code=error.status, status=409)
    if _wants_json(request):
        return JsonResponse(_told(piece, answer))
    return render_panel(request, get_answer(person(request.user), answer_id))


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _told(piece: Evidence, answer: Answer) -> dict[str, Any]:
    """Return what a script learns about a stored piece."""
    return {
        "id": piece.pk,
        "answer": answer.pk,
        "kind": piece.kind,
        "title": piece.title,
        "filename": piece.filename,
        "media_type": piece.media_type,
        "size": piece.size,
        "sha256": piece.sha256,
        "version": piece.version,
        "url": reverse("audits:evidence_detail", args=[piece.pk]),
    }


def _refused(request: HttpRequest, answer: Answer, form: EvidenceForm, *, code: str, status: int) -> HttpResponse:
    """Say what is wrong beside the field, or as JSON in one text."""
    if _wants_json(request):
        messages = [str(message) for field in form.errors.values() for message in field]
        return JsonResponse({"error": code, "message": " ".join(messages)}, status=status)
    return render_panel(request, answer, evidence_form=form, status=status)


@signed_in
def evidence_lines(request: HttpRequest, answer_id: int) -> HttpResponse:
    """What the answer rests on, anew."""
    return render_lines(request, get_answer(person(request.user), answer_id))


@permission("audits.change_answer", methods=("POST",))
def evidence_note(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Keep written text as evidence of a criterion."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    form = NoteForm(request.POST, auto_id=f"note-{answer.pk}-%s")
    status = 422
    if form.is_valid():
        try:
            note_add(answer=answer, by=person(request.user), at=timezone.now(), **form.cleaned_data)
        except EvidenceRefusedError as error:
            form.add_error("text", evidence_words(error))
            status = status_of(error)
        except NotEditableError as error:
            form.add_error(None, status_words(error.status))
            status = 409
        else:
            form, status = NoteForm(auto_id=f"note-{answer.pk}-%s"), 200
            answer = get_answer(person(request.user), answer_id)
    context = section_context(request, answer, note=form)
    return render(request, "audits/drawer/evidence.html#noted", context, status=status)


@permission("audits.change_answer")
def evidence_choose(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Pieces that the audit has and this answer does not rest on yet, found by a word."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    opens = may(request.user, "audits.open_sealed", answer.audit)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    context = {
        "answer": answer,
        "pieces": choices_for(answer, opens=opens, today=timezone.localdate(), text=text),
        "text": text,
    }
    return render(request, "audits/drawer/evidence.html#choices", context)


@permission("audits.change_answer", methods=("POST",))
def evidence_attach_page(request: HttpRequest, answer_id: int, evidence_id: int) -> HttpResponse:
    """Let an answer rest on a piece that the audit has; also what takes a detaching back."""
    version = request.POST.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 5 else None  # noqa: PLR2004 - digits
    return _done(request, answer_id, evidence_id, evidence_attach, version=number)


@permission("audits.change_answer", methods=("POST",))
def evidence_rest_page(request: HttpRequest, answer_id: int, evidence_id: int) -> HttpResponse:
    """Let an answer rest on the newest version of a piece."""
    return _done(request, answer_id, evidence_id, evidence_rest)


@permission("audits.change_answer", methods=("POST",))
def evidence_remove(request: HttpRequest, answer_id: int, evidence_id: int) -> HttpResponse:
    """Detach a piece of evidence from a criterion; the list offers to undo it."""
    return _done(request, answer_id, evidence_id, evidence_detach)


def _done(request: HttpRequest, answer_id: int, evidence_id: int, service: Any, **facts: Any) -> HttpResponse:
    """Call the service and show what the answer rests on; from the page of a piece, go back to that."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    by = person(request.user)
    try:
        use = service(answer=answer, evidence_id=evidence_id, by=by, at=timezone.now(), **facts)
    except Evidence.DoesNotExist as error:
        raise Http404 from error
    except NotEditableError as error:
        return render_lines(request, answer, problem=status_words(error.status), status=409)
    if request.POST.get("back") == "piece":
        return redirect("audits:evidence_detail", evidence_id)
    return render_lines(request, get_answer(by, answer_id), undo=use)

"""Evidence and findings of one criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require, signed_in
from accounts.views.profiles import person
from audits.finding_words import finding_refusal
from audits.forms import EvidenceForm, FindingForm
from audits.models import Audit, Evidence
from audits.services.errors import NotEditableError
from audits.services.evidence import evidence_add, evidence_detach
from audits.services.findings import FindingError, finding_raise
from audits.storage import EvidenceRefusedError, intact, path_of
from audits.views.drawer import get_answer, render_panel
from audits.views.findings import keys_of
from audits.views.once import once
from audits.words import evidence_words, status_words

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponse, HttpResponseBase

    from audits.models import Answer, Finding


@permission("audits.change_answer", methods=("POST",))
@once
def evidence_upload(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Take in one file for a criterion and show the panel anew."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    form = EvidenceForm(request.POST, request.FILES, auto_id=f"evidence-{answer.pk}-%s")
    if not form.is_valid():
        return render_panel(request, answer, evidence_form=form, status=422)
    upload = form.cleaned_data["file"]
    try:
        evidence_add(
            answer=answer,
            source=upload.file,
            filename=upload.name,
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            by=person(request.user),
            at=timezone.now(),
        )
    except EvidenceRefusedError as error:
        form.add_error("file", evidence_words(error))
        return render_panel(request, answer, evidence_form=form, status=507 if error.code == "disk_full" else 422)
    except NotEditableError as error:
        form.add_error(None, status_words(error.status))
        return render_panel(request, answer, evidence_form=form, status=409)
    return render_panel(request, get_answer(person(request.user), answer_id))


@permission("audits.change_answer", methods=("POST",))
def evidence_remove(request: HttpRequest, answer_id: int, evidence_id: int) -> HttpResponse:
    """Detach a piece of evidence from a criterion."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    try:
        evidence_detach(answer=answer, evidence_id=evidence_id, by=person(request.user), at=timezone.now())
    except Evidence.DoesNotExist as error:
        raise Http404 from error
    except NotEditableError as error:
        return render_panel(request, answer, problem=status_words(error.status), status=409)
    return render_panel(request, get_answer(person(request.user), answer_id))


@signed_in
def evidence_file(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """Hand out a stored file, as an attachment that cannot run anything; refused when its content has changed."""
    evidence = Evidence.objects.filter(pk=evidence_id, audit__in=Audit.objects.visible_to(person(request.user))).first()
    if evidence is None:
        raise Http404
    if not intact(evidence.sha256):
        return render(request, "audits/evidence_damaged.html", {"evidence": evidence}, status=409)
    response = FileResponse(
        path_of(evidence.sha256).open("rb"),
        as_attachment=True,
        filename=evidence.filename,
        content_type=evidence.media_type,
    )
    response.headers["Content-Security-Policy"] = "sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@permission("audits.change_answer", methods=("POST",))
@once
def finding_add(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Raise a finding against a criterion and show the panel anew; whoever accepts JSON gets the finding as that.

    ``key`` (a UUID) makes a repeated post the same finding: what was sent from a queue may be sent twice.
    """
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    form = FindingForm(request.POST, auto_id=f"finding-{answer.pk}-%s")
    status = 422
    if form.is_valid():
        try:
            finding = _raise(request, answer, form)
        except NotEditableError as error:
            status = 409
            form.add_error(None, status_words(error.status))
        except FindingError as error:
            form.add_error("due" if error.code.startswith("due") else None, finding_words_of(error))
        else:
            if _wants_json(request):
                return JsonResponse({"finding": {"id": finding.pk, "number": finding.number, "state": finding.state}})
            return render_panel(request, get_answer(person(request.user), answer_id))
    if _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=status)
    return render_panel(request, answer, finding_form=form, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").split(",")[0].split(";")[0].strip() == "application/json"


def _raise(request: HttpRequest, answer: Answer, form: FindingForm) -> Finding:
    """Raise what a valid form says."""
    data = form.cleaned_data
    return finding_raise(
        audit_id=answer.audit_id,
        criterion=answer.criterion,
        kind=data["kind"],
        statement=data["statement"],
        objective_evidence=data["objective_evidence"],
        due=data["due"],
        by=person(request.user),
        at=timezone.now(),
        key=data["key"],
        evidence=keys_of(request, "evidence"),
    )


def finding_words_of(error: FindingError) -> str:
    """Say why a finding cannot be raised so; for a day that is too far away also which is the last."""
    words = finding_refusal(*error.codes)
    if error.code == "due_too_far" and error.latest:
        return f"{words} {gettext('At the latest %(day)s.') % {'day': error.latest.isoformat()}}"
    return words

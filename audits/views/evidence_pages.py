"""All evidence of an audit, and one piece with everything about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.evidence_forms import DescribeForm, ReplaceForm
from audits.forms import ReasonForm
from audits.models import Answer, EvidenceKind
from audits.pictures import FORMATS
from audits.selectors.evidence import criteria_beside, evidence_of, marked, room_left, text_of, uses_of, versions_of
from audits.services.errors import NotEditableError
from audits.services.evidence import NOTE_NAME, evidence_attach, note_source
from audits.services.pieces import (
    EvidenceError,
    evidence_describe,
    evidence_restore,
    evidence_revise,
    evidence_withdraw,
)
from audits.storage import EvidenceRefusedError
from audits.views.engagements import get_audit
from audits.views.evidence import LONGEST_SEARCH, status_of
from audits.views.evidence_files import PDF, get_content, get_evidence
from audits.words import evidence_words, status_words, words_for
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponse

    from audits.models import Audit, Evidence
    from audits.pieces import Content

PER_PAGE = 50
STATE_WORDS = {
    "unused": _("Serves no criterion"),
    "older": _("An answer rests on an older version"),
    "expired": _("No longer valid"),
    "soon": _("Validity ends soon"),
    "confidential": _("Confidential"),
    "withdrawn": _("Withdrawn"),
}
SORT_WORDS = {
    "-uploaded_at": _("Newest first"),
    "uploaded_at": _("Oldest first"),
    "title": _("Title"),
    "kind": _("Kind"),
    "valid_until": _("Valid until"),
}


@signed_in
def evidence_list(request: HttpRequest, audit_id: int) -> HttpResponse:
    """All evidence of an audit, searched, filtered and sorted."""
    audit = get_audit(person(request.user), audit_id)
    opens, today = may(request.user, "audits.open_sealed", audit), timezone.localdate()
    names = {"q": "text", "kind": "kind", "state": "state", "sort": "sort"}
    chosen = {name: request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST_SEARCH] for name in names}
    asked = {names[name]: value for name, value in chosen.items()}
    page = Paginator(evidence_of(audit, opens=opens, today=today, **asked), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = marked(page.object_list, opens=opens, today=today)
    context = {
        "audit": audit,
        "page": page,
        "chosen": chosen,
        "filtered": any(chosen[name] for name in ("q", "kind", "state")),
        "kinds": EvidenceKind.choices,
        "states": STATE_WORDS.items(),
        "sorts": SORT_WORDS.items(),
        "changes": _changes(request, audit),
        "room_left": max(room_left(audit), 0),
    }
    return render(request, "audits/evidence_list.html", context)


def _changes(request: HttpRequest, audit: Audit) -> bool:
    return audit.status in EDITABLE and may(request.user, "audits.change_answer", audit)


@csp_update({"frame-src": [SELF]})
@signed_in
def evidence_detail(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """One piece: what it shows, what it serves, its versions, who and when."""
    evidence = get_evidence(person(request.user), evidence_id)
    content, today = get_content(request, evidence), timezone.localdate()
    versions = versions_of(evidence, today)
    shown = next(each for each in versions if each["content"] == content)
    context = {
        "audit": evidence.audit,
        "evidence": evidence,
        "content": content,
        "shown": shown,
        "latest": shown["number"] == evidence.version,
        "preview": preview_of(content),
        "text": text_of(content) if content.media_type.startswith("text/") else "",
        "versions": versions,
        "uses": uses_of(evidence),
        "changes": _changes(request, evidence.audit),
        "opens": may(request.user, "audits.open_sealed", evidence.audit),
    }
    return render(request, "audits/evidence_detail.html", context)


def preview_of(content: Content) -> str:
    """Say how a content can be looked at in the page: picture, pdf, audio, video, text, or not at all."""
    family = content.media_type.partition("/")[0]
    if content.media_type in FORMATS:
        return "picture"
    return "pdf" if content.media_type == PDF else family if family in {"audio", "video", "text"} else ""


@permission("audits.change_answer", methods=("GET", "POST"))
def evidence_edit(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Say anew what a piece is, until when it holds, and who may open it."""
    evidence = _mine(request, evidence_id)
    initial = {name: getattr(evidence, name) for name in ("title", "kind", "valid_until", "confidential")}
    form, status = DescribeForm(request.POST or None, initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                evidence_describe(evidence=evidence, by=person(request.user), at=timezone.now(), **form.cleaned_data)
            except NotEditableError as error:
                form.add_error(None, status_words(error.status))
                status = 409
            else:
                messages.success(request, gettext("Saved."))
                return redirect("audits:evidence_detail", evidence.pk)
    return _form_page(request, evidence, form, gettext("About this piece"), status=status)


@permission("audits.change_answer", methods=("GET", "POST"))
def evidence_replace(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Add a newer version; the one before stays readable."""
    evidence = _mine(request, evidence_id)
    written = evidence.filename == NOTE_NAME
    initial = {"text": text_of(evidence)} if written else {}
    form = ReplaceForm(request.POST or None, request.FILES or None, written=written, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = _replaced(request, evidence, form)
            if status == 302:  # noqa: PLR2004 - done
                messages.success(request, gettext("The new version is stored. Answers rest on the version they name."))
                return redirect("audits:evidence_detail", evidence.pk)
    return _form_page(request, evidence, form, gettext("New version"), status=status)


def _replaced(request: HttpRequest, evidence: Evidence, form: ReplaceForm) -> int:
    """Store the new version; say on the form what is wrong. Return the status."""
    upload = form.cleaned_data.get("file")
    field = "file" if upload else "text"
    try:
        source, name = (upload.file, upload.name) if upload else (note_source(form.cleaned_data["text"]), NOTE_NAME)
        evidence_revise(
            evidence=evidence,
            source=source,
            filename=name,
            valid_until=form.cleaned_data["valid_until"],
            by=person(request.user),
            at=timezone.now(),
        )
    except EvidenceRefusedError as error:
        form.add_error(field, evidence_words(error))
        return status_of(error)
    except EvidenceError as error:
        form.add_error(field, words_for(error.code))
        return 422
    except NotEditableError as error:
        form.add_error(None, status_words(error.status))
        return 409
    return 302


@permission("audits.change_answer", methods=("GET", "POST"))
def evidence_withdraw_page(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Set aside a piece that serves nothing any more; it is kept, with the reason."""
    evidence = _mine(request, evidence_id)
    form, status = ReasonForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                evidence_withdraw(evidence=evidence, by=person(request.user), at=timezone.now(), **form.cleaned_data)
            except EvidenceError as error:
                form.add_error(None, words_for(error.code))
                status = 409 if error.code == "still_used" else 422
            except NotEditableError as error:
                form.add_error(None, status_words(error.status))
                status = 409
            else:
                messages.success(request, gettext("Withdrawn. It is kept and can be restored."))
                return redirect("audits:evidence_detail", evidence.pk)
    return _form_page(request, evidence, form, gettext("Withdraw this piece"), status=status)


@permission("audits.change_answer", methods=("POST",))
def evidence_restore_page(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Take a withdrawal back."""
    evidence = _mine(request, evidence_id)
    try:
        evidence_restore(evidence=evidence, by=person(request.user), at=timezone.now())
    except NotEditableError as error:
        context = {"audit": evidence.audit, "evidence": evidence, "problem": status_words(error.status)}
        return render(request, "audits/evidence_form.html", context, status=409)
    messages.success(request, gettext("Restored."))
    return redirect("audits:evidence_detail", evidence.pk)


@permission("audits.change_answer", methods=("GET", "POST"))
def evidence_serve(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Attach a piece to further criteria, any number at once."""
    evidence = _mine(request, evidence_id)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    rows, problem, status = criteria_beside(evidence, text), "", 200
    if request.method == "POST":
        wanted = set(request.POST.getlist("answers"))
        chosen = [row for row in rows if str(row.pk) in wanted]
        try:
            _attach_all(request, evidence, chosen)
        except NotEditableError as error:
            problem, status = status_words(error.status), 409
        else:
            if chosen:
                return redirect("audits:evidence_detail", evidence.pk)
            problem, status = gettext("Tick at least one criterion."), 422
    context = {"audit": evidence.audit, "evidence": evidence, "rows": rows, "text": text, "problem": problem}
    return render(request, "audits/evidence_serve.html", context, status=status)


@transaction.atomic
def _attach_all(request: HttpRequest, evidence: Evidence, answers: list[Answer]) -> None:
    if evidence.audit.status not in EDITABLE:
        raise NotEditableError(evidence.audit.status)
    for answer in answers:
        evidence_attach(answer=answer, evidence_id=evidence.pk, by=person(request.user), at=timezone.now())


def _mine(request: HttpRequest, evidence_id: int) -> Evidence:
    """Fetch a piece that the person may change, or answer 404 or 403."""
    evidence = get_evidence(person(request.user), evidence_id)
    require(request.user, "audits.change_answer", evidence.audit)
    return evidence


def _form_page(request: HttpRequest, evidence: Evidence, form: Any, title: str, *, status: int) -> HttpResponse:
    context = {"audit": evidence.audit, "evidence": evidence, "form": form, "title": title}
    return render(request, "audits/evidence_form.html", context, status=status)

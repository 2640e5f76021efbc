"""Documents beside the report: what can be had of an audit and of everything else, and asking for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language

from accounts.access import permission, require, signed_in
from accounts.views.profiles import person
from audits.models import Audit
from reports.models import ExportKind
from reports.papers import KINDS, SUBJECTS, document_of
from reports.papers.shelf import shelf_of
from reports.services import ExportRefusedError, export_request

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from reports.papers import Kind

PER_PAGE = 20


@permission("audits.export_audit")
def audit_documents(request: HttpRequest, audit_id: int) -> HttpResponse:
    """List what can be had of one audit, in which formats and what each is for."""
    audit = get_object_or_404(Audit.objects.visible_to(request.user).select_related("centre", "auditee"), pk=audit_id)
    require(request.user, "audits.export_audit", audit)
    context = {"audit": audit, "offers": _offers(request, "audit", audit), **_languages()}
    return render(request, "reports/audit_documents.html", context)


@signed_in
def document_list(request: HttpRequest) -> HttpResponse:
    """List what can be had of everything but single audits: centres, years, awards, entries, one's own work."""
    search = request.GET.get("q", "").strip()[:100]
    groups = shelf_of(person(request.user), at=timezone.now(), search=search)
    context = {"groups": groups, "search": search, **_languages()}
    return render(request, "reports/document_list.html", context)


@signed_in(methods=("POST",))
def document_ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a document; what is not there, or not for this person to see, is not found (404)."""
    who = person(request.user)
    options = {"document": code, "format": request.POST.get("format", ""), "key": request.POST.get("key", "")}
    document = document_of(options, who)
    if document is None:
        raise Http404
    if not document.kind.allowed(who, document.subject):
        raise PermissionDenied
    try:
        export = export_request(
            audit=document.audit,
            language=request.POST.get("language") or who.language,
            by=who,
            at=timezone.now(),
            kind=ExportKind.DOCUMENT,
            options=document.options,
        )
    except ExportRefusedError as error:
        messages.error(request, str(error))
        if document.audit is not None:
            return redirect("reports:audit_documents", document.audit.pk)
        return redirect("reports:document_list")
    return redirect("reports:export_detail", export.pk)


def _offers(request: HttpRequest, about: str, subject: Any) -> list[dict[str, Any]]:
    """Return the kinds that the person may have of a subject, with what each still waits for."""
    at, who = timezone.now(), person(request.user)
    found: list[Kind] = [kind for kind in KINDS.values() if kind.about == about and kind.allowed(who, subject)]
    key = SUBJECTS[about].key(subject)
    return [{"kind": kind, "key": key, "waits": kind.waits(subject, at)} for kind in found]


def _languages() -> dict[str, Any]:
    return {"languages": settings.LANGUAGES, "language": get_language() or "en"}

"""The manager's page: where the centre stands, and what the next tier takes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language

from accounts.access import may, permission, require
from audits.models import Audit
from reports.renderers import summary_of
from reports.renderers.page import report_page
from reports.selectors import audit_document

if TYPE_CHECKING:
    from django.http import HttpRequest


@permission("audits.export_audit", methods=("POST",))
def report_whole(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Show the whole report that the form would order, as a page; nothing is made and nothing is kept."""
    audit = get_object_or_404(Audit.objects.visible_to(request.user), pk=audit_id)
    require(request.user, "audits.export_audit", audit)
    known, at = dict(settings.LANGUAGES), timezone.now()
    language, beside = request.POST.get("language", ""), request.POST.get("beside", "")
    language = language if language in known else get_language() or "en"
    beside = beside if beside in known and beside != language else ""
    report = audit_document(audit, language=language, at=at, beside=beside)
    second = audit_document(audit, language=beside, at=at) if beside else None
    nonce = secrets.token_urlsafe(16)
    response = HttpResponse(report_page(report, second, nonce=nonce))
    # A document and no page of ours: it runs nothing, loads nothing and leads nowhere.
    policy = f"sandbox; default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; frame-ancestors 'none'"
    response["Content-Security-Policy"] = policy
    response["Cache-Control"] = "private, no-store"
    return response


@permission("audits.view_audit")
def preview(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Show the report's summary as a page, in the reader's language."""
    audit = get_object_or_404(Audit.objects.visible_to(request.user), pk=audit_id)
    require(request.user, "audits.view_audit", audit)
    language = get_language() or "en"
    report = audit_document(audit, language=language, at=timezone.now())
    context = {
        "audit": audit,
        "r": report,
        "s": summary_of(report),
        "decided_tier": next((t.title for t in report.tiers if report.decision and t.code == report.decision.tier), ""),
        "may_export": may(request.user, "audits.export_audit", audit),
        "languages": settings.LANGUAGES,
        "language": language,
    }
    return render(request, "reports/preview.html", context)

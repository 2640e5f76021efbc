"""The manager's page: where the centre stands, and what the next tier takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language

from accounts.access import may, permission, require
from audits.models import Audit
from reports.renderers import summary_of
from reports.selectors import audit_document

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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

"""Asking for a report, watching it being made, fetching it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.models import Audit
from ledger.outbox import worker_ensure
from reports.models import Export, ExportKind, ExportStatus
from reports.papers import may_have, title_of
from reports.papers.shelf import has_shelf
from reports.selectors import exports_for
from reports.services import WAITING, ExportRefusedError, export_cancel, export_request, export_retry
from reports.storage import ExportDamagedError, export_read

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.http import HttpRequest


ORDERS = {
    "newest": ("-requested_at",),
    "oldest": ("requested_at",),
    "audit": ("audit__reference", "-requested_at"),
    "centre": ("audit__centre__name", "-requested_at"),
}
PER_PAGE = 25
# What the number of "pages" of a file counts.
COUNTED = {".xlsx": "sheets", ".csv": "rows", ".json": "entries", ".docx": "entries"}


@signed_in
def export_list(request: HttpRequest) -> HttpResponse:
    """List the exports of all visible audits."""
    search, status = request.GET.get("q", "").strip()[:100], request.GET.get("status", "")
    order = request.GET.get("sort", "")
    rows = exports_for(request.user).order_by(*ORDERS.get(order, ORDERS["newest"]))
    batch = request.GET.get("batch", "")
    rows = rows.filter(batch=UUID(batch)) if is_uuid(batch) else rows.filter(batch=None)
    if status in ExportStatus.values:
        rows = rows.filter(status=status)
    if search:
        named = ("audit__reference", "audit__centre__name", "audit__auditee__name", "requested_by__name")
        hit = Q()
        for name in named:
            hit |= Q(**{f"{name}__icontains": search.replace("\x00", "")})
        rows = rows.filter(hit)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(export, title_of(export)) for export in page],
        "search": search,
        "status": status,
        "statuses": ExportStatus.choices,
        "sort": order if order in ORDERS else "newest",
        "sorts": [
            ("newest", _("Newest first")),
            ("oldest", _("Oldest first")),
            ("audit", _("By audit")),
            ("centre", _("By centre")),
        ],
        "filtered": bool(search or status or batch),
        "batch": batch if is_uuid(batch) else "",
        "keeps_output": may(request.user, "reports.keep_output"),
        "has_documents": has_shelf(person(request.user)),
        "may_read_ledger": may(request.user, "reports.read_ledger"),
    }
    return render(request, "reports/export_list.html", context)


@permission("audits.export_audit", methods=("POST",))
def export_ask(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Ask for the report on an audit, in one language or in two, and show how it comes along."""
    audit = get_object_or_404(Audit.objects.visible_to(request.user), pk=audit_id)
    require(request.user, "audits.export_audit", audit)
    beside = request.POST.get("beside", "")
    return _ask(request, audit, options={"beside": beside} if beside else {})


@permission("audits.export_audit", methods=("POST",))
def certificate_ask(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Ask for the certificate that an audit led to, with or without the level of every criterion in it."""
    audit = get_object_or_404(Audit.objects.visible_to(request.user), pk=audit_id)
    require(request.user, "audits.export_audit", audit)
    options = {} if request.POST.get("levels") else {"levels": False}
    return _ask(request, audit, kind=ExportKind.CERTIFICATE, options=options)


def _ask(request: HttpRequest, audit: Audit, **what: Any) -> HttpResponse:
    """Put the export into the queue, and lead to where it shows how it comes along."""
    language = request.POST.get("language") or person(request.user).language
    try:
        export = export_request(audit=audit, language=language, by=person(request.user), at=timezone.now(), **what)
    except ExportRefusedError as error:
        messages.error(request, str(error))
        return redirect("reports:export_list")
    return redirect("reports:export_detail", export.pk)


@signed_in
def export_detail(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Show where an export stands; htmx asks for the fragment again until it has ended."""
    export = get_object_or_404(exports_for(request.user), pk=export_id)
    if export.status in WAITING:
        worker_ensure()  # one may have been killed; this starts a process and changes no data
    allowed = may_have(person(request.user), export)
    template = (
        "reports/export_detail.html#progress"
        if request.headers.get("HX-Request") == "true"
        else "reports/export_detail.html"
    )
    context = {
        "export": export,
        "title": title_of(export),
        "counted": COUNTED.get(export.suffix, "pages"),
        "waiting": export.status in WAITING,
        "allowed": allowed,
        "own_key": settings.SIGNING.is_own,
    }
    return render(request, template, {**context, "step_words": step_words(export)})


def is_uuid(text: str) -> bool:
    """Say whether a text is the key of a batch."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def step_words(export: Export) -> str:
    """Say in words what is being done."""
    words = {
        "reading": _("Reading the audit"),
        "setting": _("Setting the pages"),
        "signing": _("Signing the file"),
        "saving": _("Storing the file"),
    }
    if export.status == ExportStatus.QUEUED:
        return _("Waiting for a worker")
    return words.get(export.step, export.get_status_display())


@signed_in(methods=("POST",))
def export_stop(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Cancel an export."""
    return _change(request, export_id, export_cancel)


@signed_in(methods=("POST",))
def export_again(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Try a failed or cancelled export again."""
    return _change(request, export_id, export_retry)


def _require(request: HttpRequest, export: Export) -> None:
    """Refuse (403) what the person may not have, by the rule of the audit or of the kind of document."""
    if not may_have(person(request.user), export):
        raise PermissionDenied


def _change(request: HttpRequest, export_id: uuid.UUID, service: Callable[..., Export]) -> HttpResponse:
    export = get_object_or_404(exports_for(request.user), pk=export_id)
    _require(request, export)
    try:
        service(export_id=export.pk, by=person(request.user), at=timezone.now())
    except ExportRefusedError as error:
        messages.error(request, str(error))
    return redirect("reports:export_detail", export.pk)


@signed_in
def export_download(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Send the finished file, after checking that it is what was written."""
    export = get_object_or_404(exports_for(request.user), pk=export_id)
    _require(request, export)
    if export.status != ExportStatus.DONE:
        messages.error(request, _("This report is not ready yet."))
        return redirect("reports:export_detail", export.pk)
    try:
        data = export_read(export.sha256, export.suffix)
    except ExportDamagedError:
        return render(request, "reports/export_damaged.html", {"export": export}, status=410)
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=export.filename),
        "Content-Security-Policy": "sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(data, content_type=export.media_type, headers={k: v for k, v in headers.items() if v})

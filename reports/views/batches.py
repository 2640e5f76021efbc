"""Many documents at once: choosing them, watching them being made, fetching them in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import signed_in
from accounts.views.profiles import person
from ledger.outbox import worker_ensure
from reports.batch_forms import BatchForm
from reports.models import Batch
from reports.selectors import batch_allowed, batch_audits, batch_faults, batch_progress, batches_for, exportable_by
from reports.services import ExportRefusedError, batch_cancel, batch_request, batch_retry
from reports.storage import ExportDamagedError, export_opened

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.models import User
    from reports.selectors import Progress

SHOWN = 50
PER_PAGE = 25


@signed_in
def batch_list(request: HttpRequest) -> HttpResponse:
    """List the person's batches."""
    page = Paginator(batches_for(person(request.user)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/batch_list.html", {"page": page})


@signed_in(methods=("GET", "POST"))
def batch_new(request: HttpRequest) -> HttpResponse:
    """Choose audits by a filter, see what would be made, and start."""
    user = person(request.user)
    sent = request.POST if request.method == "POST" else request.GET
    form = BatchForm(sent or None, user=user, organisations=_organisations(user))
    rows = batch_audits(user, form.wanted, today=timezone.localdate())
    total = rows.count()
    if request.method == "POST" and form.is_valid():
        try:
            seen = int(request.POST.get("seen", ""))
        except ValueError:
            seen = -1
        try:
            asked = {"wanted": form.wanted, "language": form.cleaned_data["language"], "seen": seen}
            batch = batch_request(**asked, by=user, at=timezone.now())
        except ExportRefusedError as error:
            messages.error(request, str(error))
        else:
            return redirect("reports:batch_detail", batch.pk)
    fragment = request.headers.get("HX-Request") == "true"
    context = {
        "form": form,
        "rows": rows[:SHOWN],
        "total": total,
        "more": max(0, total - SHOWN),
        "chosen": [(name, value) for name, value in (sent or {}).items() if name in form.fields],
    }
    return render(request, "reports/batch_new.html#preview" if fragment else "reports/batch_new.html", context)


def _organisations(user: User) -> list[int]:
    """Return the organisations that exportable audits are of or by; one query."""
    pairs = exportable_by(user).order_by().values_list("auditee", "conductor").distinct()
    return sorted({each for pair in pairs for each in pair})


@signed_in
def batch_detail(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Show how far a batch has come; htmx asks for the fragment again until it has ended."""
    batch = _mine(request, batch_id)
    if batch.finished_at is None:
        worker_ensure()  # one may have been killed; this starts a process and changes no data
    progress = batch_progress(batch)
    context = {"batch": batch, "p": progress, "waiting": batch.finished_at is None, "steps": _words(batch, progress)}
    if progress.failed:
        context["faults"] = batch_faults(batch)[:SHOWN]
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "reports/batch_detail.html#progress" if fragment else "reports/batch_detail.html", context)


def _words(batch: Batch, progress: Progress) -> str:
    if batch.finished_at:
        return _("Ended")
    if not progress.waiting:
        return _("Packing the file")
    return _("%(over)s of %(total)s documents") % {
        "over": progress.total - progress.waiting,
        "total": progress.total,
    }


@signed_in(methods=("POST",))
def batch_stop(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Cancel what is still waiting."""
    return _change(request, batch_id, batch_cancel)


@signed_in(methods=("POST",))
def batch_again(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Try again what failed or was cancelled, and only that."""
    return _change(request, batch_id, batch_retry)


def _change(request: HttpRequest, batch_id: uuid.UUID, service: Callable[..., Batch]) -> HttpResponse:
    batch = _mine(request, batch_id)
    try:
        service(batch_id=batch.pk, by=person(request.user), at=timezone.now())
    except ExportRefusedError as error:
        messages.error(request, str(error))
    return redirect("reports:batch_detail", batch.pk)


@signed_in
def batch_download(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponseBase:
    """Send the one file with all documents, as long as the person may have every one of them."""
    batch = _mine(request, batch_id)
    if not batch_allowed(batch, person(request.user)):
        messages.error(
            request, _("You may no longer have every document of this batch. Fetch those that you may one by one.")
        )
        return redirect("reports:batch_detail", batch.pk)
    try:
        source = export_opened(batch.sha256, ".zip")
    except ExportDamagedError:
        messages.error(request, _("The file is not there. Ask for the documents anew."))
        return redirect("reports:batch_detail", batch.pk)
    name = f"{batch.kind}-{batch.requested_at:%Y-%m-%d}-{str(batch.pk)[:8]}.zip"
    sent = FileResponse(source, as_attachment=True, filename=name, content_type="application/zip")
    sent.headers["X-Content-Type-Options"] = "nosniff"
    sent.headers["Cache-Control"] = "private, no-store"
    return sent


def _mine(request: HttpRequest, batch_id: uuid.UUID) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user), pk=batch_id)

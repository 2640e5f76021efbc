"""An audit through a lens: which lenses there are, what one shows, and asking for its report as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import may, permission, require
from accounts.views.profiles import person
from audits.models import Audit
from reports.forms import LensForm
from reports.models import ExportKind
from reports.renderers.lens import context_of
from reports.selectors import lens_document
from reports.services import ExportRefusedError, export_request
from standards.lenses import assign, items_of
from standards.selectors import edition_document
from standards.shelf import lenses

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from standards.lenses import Lens

KINDS = (ExportKind.LENS_PDF, ExportKind.LENS_XLSX)


@permission("audits.view_audit")
def audit_lenses(request: HttpRequest, audit_id: int) -> HttpResponse:
    """List the lenses that fit the audit's standard."""
    audit = _audit(request, audit_id)
    require(request.user, "audits.view_audit", audit)
    items = items_of(edition_document(audit.edition))
    coverages = [assign(lens, items) for lens in lenses().values() if lens.fits(audit.edition.code)]
    return render(request, "reports/lens_list.html", {"audit": audit, "coverages": coverages})


@permission("audits.view_audit")
def audit_lens(request: HttpRequest, audit_id: int, lens: str) -> HttpResponse:
    """Show the audit through one lens; htmx gets form and result alone."""
    audit = _audit(request, audit_id)
    require(request.user, "audits.view_audit", audit)
    chosen = _lens(audit, lens)
    form = _form(request, audit, chosen)
    language = get_language() or "en"
    report = lens_document(audit, chosen, choices=form.choices, language=language, at=timezone.now())
    context = {
        **context_of(report),
        "audit": audit,
        "form": form,
        "query": request.GET.urlencode() if form.is_bound and form.is_valid() else "",
        "may_export": may(request.user, "audits.export_audit", audit),
        "languages": settings.LANGUAGES,
        "language": language,
    }
    part = "#result" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"reports/lens.html{part}", context, status=422 if form.errors else 200)


@permission("audits.export_audit", methods=("POST",))
def lens_export(request: HttpRequest, audit_id: int, lens: str) -> HttpResponse:
    """Ask for the lens report as a file; the choices stand in the address, as on the page."""
    audit = _audit(request, audit_id)
    require(request.user, "audits.export_audit", audit)
    chosen = _lens(audit, lens)
    form = _form(request, audit, chosen)
    kind = request.POST.get("kind", "")
    language = request.POST.get("language") or person(request.user).language
    if kind not in KINDS or form.errors:
        messages.error(request, _("This report cannot be made: choose PDF or workbook, and mend what is marked below."))
        return redirect("lenses:audit_lens", audit.pk, lens)
    options = {"lens": chosen.code, **form.choices.stored()}
    try:
        export = export_request(
            audit=audit, language=language, by=person(request.user), at=timezone.now(), kind=kind, options=options
        )
    except ExportRefusedError as error:
        messages.error(request, str(error))
        return redirect("lenses:audit_lens", audit.pk, lens)
    return redirect("reports:export_detail", export.pk)


def _audit(request: HttpRequest, audit_id: int) -> Audit:
    visible = Audit.objects.visible_to(request.user).select_related("centre", "auditee", "edition")
    return get_object_or_404(visible, pk=audit_id)


def _lens(audit: Audit, code: str) -> Lens:
    lens = lenses().get(code)
    if lens is None or not lens.fits(audit.edition.code):
        raise Http404
    return lens


def _form(request: HttpRequest, audit: Audit, lens: Lens) -> LensForm:
    """Bind the form when anything of it is in the address."""
    form = LensForm(lens=lens, edition=edition_document(audit.edition))
    if set(form.fields) & set(request.GET):
        return LensForm(request.GET, lens=lens, edition=edition_document(audit.edition))
    return form

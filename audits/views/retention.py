"""How long an organisation keeps what its audits gathered, and what it holds back; for its administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.models import Organisation
from accounts.views.profiles import person
from audits.models import Audit
from audits.retaining import LegalHold, Retention
from audits.retention_forms import HoldForm, LiftForm, RetentionForm
from audits.selectors.retention import audits_due, holds_of
from audits.services.retention import HoldError, hold_lift, hold_place, retention_declare
from audits.views.engagements import form_status

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MANAGE = "accounts.manage_organisation"
SHOWN = 50


@permission(MANAGE, methods=("GET", "POST"))
def retention_page(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Show what is declared, due and held back; declare how long is kept."""
    organisation = _organisation(request, organisation_id)
    form = RetentionForm(request.POST if request.method == "POST" else None, initial=_declared(organisation))
    if form.is_valid():
        retention_declare(organisation=organisation, **form.cleaned_data, by=person(request.user), at=timezone.now())
        messages.success(request, gettext("Declared. Nothing is removed before an operator carries it out."))
        return redirect("audits:retention", organisation.pk)
    return _page(request, organisation, form=form)


@permission(MANAGE, methods=("POST",))
def hold_add(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Hold back an audit, or everything."""
    organisation = _organisation(request, organisation_id)
    user, form = person(request.user), HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, organisation, hold_form=form)
    reference = form.cleaned_data["reference"].strip()
    audit = Audit.objects.visible_to(user).filter(reference=reference).first() if reference else None
    ours = audit is not None and organisation.pk in {audit.conductor_id, audit.auditee_id}
    if reference and not ours:
        form.add_error("reference", gettext("This organisation makes or receives no audit with this reference."))
        return _page(request, organisation, hold_form=form)
    hold_place(organisation=organisation, audit=audit, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
    messages.success(request, gettext("Held back. Nothing of it is removed until the hold is lifted."))
    return redirect("audits:retention", organisation.pk)


@permission(MANAGE, methods=("GET", "POST"))
def hold_end(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Lift a hold, with a reason."""
    visible = Organisation.objects.visible_to(person(request.user))
    rows = LegalHold.objects.select_related("organisation", "audit", "placed_by")
    hold = get_object_or_404(rows, pk=hold_id, organisation__in=visible)
    require(request.user, MANAGE, hold.organisation)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            hold_lift(hold=hold, by=person(request.user), at=timezone.now(), **form.cleaned_data)
        except HoldError:
            messages.info(request, gettext("The hold was lifted already."))
        else:
            messages.success(request, gettext("The hold is lifted."))
        return redirect("audits:retention", hold.organisation_id)
    return render(request, "audits/hold_end.html", {"hold": hold, "form": form}, status=form_status(form))


def _organisation(request: HttpRequest, pk: int) -> Organisation:
    found = get_object_or_404(Organisation.objects.visible_to(person(request.user)), pk=pk)
    require(request.user, MANAGE, found)
    return found


def _declared(organisation: Organisation) -> dict[str, object]:
    found = Retention.objects.filter(organisation=organisation).first()
    return {"years": found.years, "basis": found.basis} if found else {}


def _page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    form: RetentionForm | None = None,
    hold_form: HoldForm | None = None,
) -> HttpResponse:
    retention = Retention.objects.filter(organisation=organisation).select_related("declared_by").first()
    due = list(audits_due(retention, today=timezone.localdate())[: SHOWN + 1]) if retention else []
    holding = hold_form or HoldForm()
    holding.helper.form_action = reverse("audits:hold_add", args=[organisation.pk])
    context = {
        "organisation": organisation,
        "retention": retention,
        "due": due[:SHOWN],
        "more": len(due) > SHOWN,
        "holds": holds_of(organisation)[:SHOWN],
        "form": form or RetentionForm(initial=_declared(organisation)),
        "hold_form": holding,
    }
    status = max(form_status(each) for each in (form, hold_form) if each) if form or hold_form else 200
    return render(request, "audits/retention.html", context, status=status)

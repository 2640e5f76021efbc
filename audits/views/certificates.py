"""Certificates: the list with what is due, one with its history, and the steps in its life."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.access import may, permission, require, signed_in
from accounts.stepping_up import step_up
from accounts.views.profiles import person
from audits.engagement_forms import CertificateStepForm
from audits.life import PRINTABLE, REMAINING, STEPS, possible
from audits.selectors.certificates import (
    STATES,
    Ending,
    certificate_row,
    certificate_rows,
    certificates_asked,
    certificates_for,
    cycle_of,
)
from audits.selectors.findings import bucket_words
from audits.selectors.narrowing import narrowed_words
from audits.selectors.sites import sites_of
from audits.services.certificates import certificate_step
from audits.services.errors import TransitionRefusedError
from audits.views.engagements import form_status
from audits.views.narrowing import narrowed_of
from audits.views.registers.shared import key_of
from audits.words import CERTIFICATE_STEPS, EVENTS, words_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from audits.models import Certificate

PAGE = 50


@signed_in
def certificate_list(request: HttpRequest) -> HttpResponse:
    """All visible certificates with what is due next, by state, by what is due, by text."""
    state, due = request.GET.get("state", ""), request.GET.get("due", "")
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    state, due = state if state in STATES else "", due if due in {"late", "soon"} else ""
    user, wanted = person(request.user), narrowed_of(request)
    ending = Ending(wanted.tier, wanted.organisation, wanted.centre, wanted.programme, ends=key_of(request, "ends"))
    today = timezone.localdate()
    asked = certificates_asked(user, today=today, state=state, due=due, text=text, ending=ending)
    page = Paginator(asked, PAGE).get_page(request.GET.get("page"))
    narrowed: list[tuple[str, object, str]] = list(
        narrowed_words(user, replace(wanted, year=None, stage="", scored=False))
    )
    if ending.ends is not None:
        span = next((each for each in REMAINING if each[0] == ending.ends), None)
        narrowed.append(("ends", gettext("Ends in"), bucket_words(*span) if span else "–"))
    context = {
        "narrowed": narrowed,
        "kept": {name: value for name, value in asdict(ending).items() if value or value == 0},
        "page": page,
        "rows": certificate_rows(user, list(page.object_list), today=today),
        "states": [(code, words) for code, (words, _style) in STATES.items()],
        "chosen": {"state": state, "due": due, "q": text},
    }
    return render(request, "certificates/list.html", context)


def _fetched(request: HttpRequest, certificate_id: int) -> Certificate:
    certificate = certificates_for(person(request.user)).filter(pk=certificate_id).first()
    if certificate is None:
        raise Http404
    return certificate


@signed_in
def certificate_detail(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """One certificate: state, cycle, history, audits about it, and what may be done with it."""
    certificate = _fetched(request, certificate_id)
    row = certificate_row(certificate, timezone.localdate())
    events = [(EVENTS[event.step], event) for event in certificate.events.select_related("by", "audit").order_by("pk")]
    context = {
        "row": row,
        "cycle": cycle_of(row),
        "sites": sites_of(certificate),
        "events": events,
        "engagements": certificate.engagements.defer("result", "market", "facts"),
        "steps": [(step.name, CERTIFICATE_STEPS[step.name]) for step in possible(row.state)],
        "may_decide": may(request.user, "audits.decide_audit", certificate.audit),
        "may_export": row.state in PRINTABLE and may(request.user, "audits.export_audit", certificate.audit),
        "languages": [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")],
        "language": get_language(),
        "may_plan": may(request.user, "audits.plan_audit", certificate.audit),
    }
    return render(request, "certificates/detail.html", context)


@permission("audits.decide_audit", methods=("GET", "POST"))
@step_up
def certificate_step_page(request: HttpRequest, certificate_id: int, step: str) -> HttpResponse:
    """Ask for the reason, and make one step in the life of a certificate."""
    certificate = _fetched(request, certificate_id)
    if step not in STEPS:
        raise Http404
    require(request.user, "audits.decide_audit", certificate.audit)
    row, words = certificate_row(certificate, timezone.localdate()), CERTIFICATE_STEPS[step]
    form = CertificateStepForm(
        request.POST if request.method == "POST" else None,
        scope=row.scope if STEPS[step].target is None else None,
        sites=[(each.pk, str(each.centre)) for each in sites_of(certificate)] if step == "reduce" else [],
        button=str(words.label),
    )
    refused = False
    if form.is_valid():
        try:
            certificate_step(
                certificate_id=certificate.pk,
                step=step,
                **form.cleaned_data,
                by=person(request.user),
                at=timezone.now(),
            )
        except TransitionRefusedError as error:
            refused = True
            form.add_error(None, words_for(*error.codes))
        else:
            messages.success(request, words.done)
            return redirect("certificates:detail", certificate.pk)
    context = {"row": row, "form": form, "words": words}
    if not refused and row.state not in STEPS[step].sources:
        context["problem"] = gettext("This is not possible from the present state of the certificate.")
    return render(request, "certificates/step.html", context, status=form_status(form, refused=refused))

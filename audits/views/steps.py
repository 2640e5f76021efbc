"""Moving an engagement along, the market inputs, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require
from accounts.stepping_up import step_up
from accounts.views.profiles import person
from audits.forms import DecisionForm, MarketForm, ReasonForm, WaiverForm
from audits.selectors.case import audit_score
from audits.selectors.conflicts import has_declared
from audits.selectors.overview import (
    decision_routes,
    market_rows,
    stale_kpis,
    step_words,
    tier_names,
    tier_rows,
    waiver_rows,
)
from audits.selectors.route import WHO_MAY, steps_ahead
from audits.selectors.sheet import sheet_answers
from audits.services.errors import NotEditableError, ReleaseNotPublishedError, TransitionRefusedError
from audits.services.market import market_attach, market_waive
from audits.services.transitions import audit_decide, audit_step
from audits.views.engagements import form_status, get_audit
from audits.words import status_words, words_for
from audits.workflow import EDITABLE, TRANSITIONS, actor_cleared

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@permission("audits.<step>", methods=("GET", "POST"))
def step_page(request: HttpRequest, audit_id: int, step: str) -> HttpResponse:
    """Ask for the reason and make one transition; the permission is the transition's own."""
    audit = get_audit(person(request.user), audit_id)
    if step not in TRANSITIONS or step == "decide":
        raise Http404
    require(request.user, TRANSITIONS[step].permission, audit)
    declares = actor_cleared in TRANSITIONS[step].guards and not has_declared(audit, person(request.user))
    form = ReasonForm(request.POST if request.method == "POST" else None, declares=declares)
    refused = False
    if form.is_valid():
        try:
            audit_step(audit_id=audit.pk, step=step, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except TransitionRefusedError as error:
            refused = True
            form.add_error(None, words_for(*error.codes))
        else:
            messages.success(request, step_words(step).done)
            return redirect("audits:audit_detail", audit.pk)
    unmeasured = [row.name for row in market_rows(audit) if row.state == "missing"] if step == "submit" else []
    ahead = next(
        (each for each in steps_ahead(audit, user=person(request.user), at=timezone.now()) if each.name == step), None
    )
    context = {
        "audit": audit,
        "form": form,
        "words": step_words(step),
        "who": WHO_MAY[TRANSITIONS[step].permission],
        "ahead": ahead,
        "declares": declares,
        "unmeasured": unmeasured,
    }
    return render(request, "audits/step.html", context, status=form_status(form, refused=refused))


@permission("audits.decide_audit", methods=("GET", "POST"))
@step_up
def decision_page(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Decide on certification, with the frozen result in view."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.decide_audit", audit)
    route = audit.facts.get("decision_route", {}).get("value", "")
    posted = request.POST if request.method == "POST" else None
    declares = not has_declared(audit, person(request.user))
    form = DecisionForm(
        posted,
        tiers=tier_names(audit),
        routes=decision_routes(audit),
        declares=declares,
        initial={"route": route},
    )
    by_guard = False
    if form.is_valid():
        try:
            decision = audit_decide(audit_id=audit.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except TransitionRefusedError as error:
            by_guard = True
            form.add_error(None, words_for(*error.codes))
        else:
            granted = gettext("The certificate is issued.")
            refused = gettext("The decision is recorded; the audit is closed.")
            messages.success(request, granted if decision.granted else refused)
            return redirect("audits:audit_detail", audit.pk)
    result = audit_score(audit, sheet_answers(audit), today=timezone.localdate())
    context = {"audit": audit, "form": form, "tiers": tier_rows(audit, result)}
    return render(request, "audits/decision.html", context, status=form_status(form, refused=by_guard))


@permission("audits.change_answer", methods=("GET", "POST"))
def market_page(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Choose the measurements and the market release that the audit is compared on; see each verdict."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.view_audit", audit)
    may_change = audit.status in EDITABLE and may(request.user, "audits.change_answer", audit)
    form = MarketForm(request.POST if request.method == "POST" else None, audit=audit)
    refused = False
    if request.method == "POST":
        require(request.user, "audits.change_answer", audit)
        if form.is_valid():
            try:
                market_attach(audit_id=audit.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
            except NotEditableError as error:
                refused = True
                form.add_error(None, status_words(error.status))
            except ReleaseNotPublishedError:
                refused = True
                form.add_error("release", gettext("This release was superseded or withdrawn a moment ago."))
            else:
                messages.success(request, gettext("The verdicts are made anew."))
                return redirect("audits:market", audit.pk)
    waiver_form = WaiverForm(kpis=stale_kpis(audit))
    waiver_form.helper.form_action = reverse("audits:waiver_add", args=[audit.pk])
    context = {
        "audit": audit,
        "form": form,
        "market": market_rows(audit),
        "waivers": waiver_rows(audit),
        "may_change": may_change,
        "waiver_form": waiver_form,
        "may_waive": audit.status in EDITABLE and may(request.user, "audits.waive_market", audit),
    }
    return render(request, "audits/market.html", context, status=form_status(form, refused=refused))


@permission("audits.waive_market", methods=("POST",))
def waiver_add(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Allow one comparison with an older figure."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.waive_market", audit)
    form = WaiverForm(request.POST, kpis=stale_kpis(audit))
    if not form.is_valid():
        messages.error(request, gettext("Choose a KPI whose figure is too old, and give a reason."))
        return redirect("audits:market", audit.pk)
    try:
        market_waive(audit_id=audit.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
    except NotEditableError as error:
        messages.error(request, status_words(error.status))
    else:
        messages.success(request, gettext("The waiver is granted under your name."))
    return redirect("audits:market", audit.pk)

"""How an organisation follows findings up, and what its centres promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.models import Centre, Organisation
from accounts.views.profiles import person
from audits.finding_forms import ClockForm, PolicyForm
from audits.finding_words import finding_refusal
from audits.selectors.clocks import clocks_for
from audits.selectors.policies import policy_of
from audits.services.policies import PolicyError, clock_save, policy_save
from audits.views.engagements import form_status

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
def settings_list(request: HttpRequest) -> HttpResponse:
    """Go to the settings of the only organisation, or choose one."""
    organisations = list(Organisation.objects.visible_to(person(request.user)))
    own = [each for each in organisations if may(request.user, "audits.change_policy", each)]
    if len(own) == 1:
        return redirect("findings:policy", own[0].pk)
    return render(request, "findings/policies.html", {"organisations": own})


@permission("audits.change_policy", methods=("GET", "POST"))
def policy_page(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Thresholds, supervision and limits of one organisation."""
    organisation = get_object_or_404(Organisation.objects.visible_to(person(request.user)), pk=organisation_id)
    require(request.user, "audits.change_policy", organisation)
    policy = policy_of(organisation.pk)
    posted = request.POST if request.method == "POST" else None
    form = PolicyForm(posted, organisation=organisation, initial=model_to_dict(policy))
    refused = False
    if form.is_valid():
        try:
            policy_save(
                organisation=organisation,
                facts=form.facts(),
                revision=form.cleaned_data["revision"],
                by=person(request.user),
                at=timezone.now(),
            )
        except PolicyError as error:
            refused = True
            form.add_error(None, finding_refusal(error.code))
        else:
            messages.success(request, gettext("The settings are saved. They hold from the next run of warnings on."))
            return redirect("findings:policy", organisation.pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "findings/policy.html", context, status=form_status(form, refused=refused))


@signed_in
def clock_list(request: HttpRequest) -> HttpResponse:
    """The service clocks of all centres that the person may see."""
    return render(request, "findings/clocks.html", {"clocks": clocks_for(person(request.user))})


@signed_in(methods=("GET", "POST"))
def clock_page(request: HttpRequest, centre_id: int) -> HttpResponse:
    """One centre's promises against its latest measurements; its managers change the promises."""
    user = person(request.user)
    found = clocks_for(user, Centre.objects.visible_to(user).filter(pk=centre_id))
    if not found:
        raise Http404
    shown = found[0]
    may_change = may(user, "audits.change_policy", shown.centre.organisation)
    posted = request.POST if request.method == "POST" else None
    form = ClockForm(posted, initial=model_to_dict(shown.clock))
    refused = False
    if request.method == "POST":
        require(user, "audits.change_policy", shown.centre.organisation)
        if form.is_valid():
            revision = form.cleaned_data["revision"]
            try:
                clock_save(centre=shown.centre, facts=form.facts(), revision=revision, by=user, at=timezone.now())
            except PolicyError as error:
                refused = True
                form.add_error(None, finding_refusal(error.code))
            else:
                messages.success(request, gettext("The targets are saved."))
                return redirect("findings:clock", shown.centre.pk)
    context = {"shown": shown, "form": form, "may_change": may_change}
    return render(request, "findings/clock.html", context, status=form_status(form, refused=refused))

"""Letting the operators look at an organisation, for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import permission, require
from accounts.forms import SupportForm
from accounts.models import Organisation, SupportGrant
from accounts.services import support_end, support_grant
from accounts.stepping_up import step_up
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@permission("accounts.manage_organisation", methods=("GET", "POST"))
@step_up
def support_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the operators look."""
    user = person(request.user)
    organisation = get_object_or_404(Organisation.objects.visible_to(user), pk=pk)
    require(user, "accounts.manage_organisation", organisation)
    form = SupportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        support_grant(organisation=organisation, by=user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The operators may look now. It ends by itself, or when you end it."))
        return redirect("accounts:organisation_detail", organisation.pk)
    context = {"form": form, "organisation": organisation}
    return render(request, "accounts/support_form.html", context, status=422 if form.errors else 200)


@permission("accounts.manage_organisation", methods=("POST",))
def support_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End it now."""
    user = person(request.user)
    visible = Organisation.objects.visible_to(user)
    grant = get_object_or_404(SupportGrant.objects.select_related("organisation"), pk=pk, organisation__in=visible)
    require(user, "accounts.manage_organisation", grant.organisation)
    support_end(grant=grant, by=user, at=timezone.now())
    messages.success(request, _("The operators see nothing any more."))
    return redirect("accounts:organisation_detail", grant.organisation_id)

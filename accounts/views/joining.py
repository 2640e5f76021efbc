"""Accepting an invitation, with or without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import public
from accounts.forms import JoinForm
from accounts.models import User
from accounts.services import invitation_accept, invitation_find
from accounts.services.errors import InvitationClosedError, SignInFirstError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import Invitation


@public(methods=("GET", "POST"))
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Join by an invitation: a new person says name and password, a known one signs in and confirms."""
    try:
        invitation = invitation_find(token=token, at=timezone.now())
        if request.user.is_authenticated or User.objects.filter(email=invitation.email).exists():
            response = _join_known(request, invitation, token)
        else:
            response = _join_new(request, invitation, token)
    except InvitationClosedError:
        response = render(request, "accounts/join_closed.html", status=404)
    response["Referrer-Policy"] = "no-referrer"  # the address holds the secret
    return response


def _join_known(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    user = request.user
    if not isinstance(user, User):
        messages.info(request, _("You have an account here already. Sign in to accept the invitation."))
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    if request.method == "POST":
        try:
            membership = invitation_accept(token=token, by=user, at=timezone.now())
        except SignInFirstError:
            messages.error(request, _("This invitation was sent to another address."))
        else:
            messages.success(request, _("Welcome to %(name)s.") % {"name": membership.organisation})
            return redirect("accounts:organisation_detail", membership.organisation_id)
    context = {"invitation": invitation, "is_theirs": user.email == invitation.email}
    return render(request, "accounts/join.html", context)


def _join_new(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        membership = invitation_accept(token=token, at=timezone.now(), **form.cleaned_data)
        get_adapter().login(request, membership.user)
        record_authentication(request, membership.user, method="password")
        UserSession.objects.create_from_request(request)
        messages.success(request, _("Welcome to %(name)s.") % {"name": membership.organisation})
        return redirect("accounts:organisation_detail", membership.organisation_id)
    return render(request, "accounts/join.html", {"invitation": invitation, "form": form, "is_theirs": True})

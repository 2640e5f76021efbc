"""One's own passkeys and sessions; the other pages of the second factor are django-allauth's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import signed_in
from accounts.services import session_end as end_session
from accounts.services import sessions_end
from accounts.sessions import device_of, sessions_of
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase


@signed_in
def passkey_list(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view takes the request
    """Lead to the page of the second factor, which lists the passkeys too; django-allauth comes here."""
    return redirect("mfa_index")


@signed_in(methods=("GET", "POST"))
def passkey_remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove one's own passkey, unless it is the last second factor of a person who must have one."""
    passkey = get_object_or_404(Authenticator, pk=pk, user=person(request.user), type=Authenticator.Type.WEBAUTHN)
    if not get_adapter().can_delete_authenticator(passkey):
        messages.error(request, _("This is your last second factor, and you must have one. Set up another first."))
        return redirect("mfa_index")
    response: HttpResponseBase = remove_webauthn(request, pk=pk)
    return response


@signed_in
def session_list(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in."""
    at = timezone.now()
    rows = sessions_of(person(request.user), at=at)
    for row in rows:
        row.device = device_of(row.user_agent)
    context = {"sessions": rows, "current": request.session.session_key}
    return render(request, "accounts/session_list.html", context)


@signed_in(methods=("POST",))
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; one's current one signs out."""
    user = person(request.user)
    row = get_object_or_404(UserSession, pk=pk, user=user)
    end_session(session=row, by=user, at=timezone.now())
    messages.success(request, _("That device is signed out."))
    return redirect("accounts:session_list")


@signed_in(methods=("POST",))
def session_end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    user = person(request.user)
    sessions_end(user=user, keep=request.session.session_key or "", by=user, at=timezone.now())
    messages.success(request, _("All other devices are signed out."))
    return redirect("accounts:session_list")

"""One's own access tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import signed_in
from accounts.forms import TokenForm
from accounts.models import AccessToken
from accounts.selectors import tokens_of
from accounts.services import token_create, token_revoke
from accounts.services.errors import TooManyTokensError
from accounts.stepping_up import step_up
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in(methods=("GET", "POST"))
@step_up
def token_list(request: HttpRequest) -> HttpResponse:
    """Show one's tokens and make a new one, whose secret this one answer shows and nothing later can."""
    user, at, secret = person(request.user), timezone.now(), ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        until = at + timedelta(days=data["days"])
        try:
            _token, secret = token_create(user=user, name=data["name"], scopes=data["scopes"], expires_at=until, at=at)
        except TooManyTokensError:
            form.add_error(None, _("You have 20 tokens, and that is the most. Revoke one that is no longer needed."))
        else:
            form = TokenForm()
    context = {"form": form, "tokens": tokens_of(user, at=at), "secret": secret}
    return render(request, "accounts/token_list.html", context, status=422 if form.errors else 200)


@signed_in(methods=("POST",))
def token_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one's own token."""
    user = person(request.user)
    token = get_object_or_404(AccessToken, pk=pk, user=user)
    token_revoke(token=token, by=user, at=timezone.now())
    messages.success(request, _("The token is revoked; it opens nothing any more."))
    return redirect("accounts:token_list")

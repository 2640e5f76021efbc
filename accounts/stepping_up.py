"""Acts that ask once more who is there: a decision, a certificate, scores that were sealed, one's own account."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, overload
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.recency import proved_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    View = Callable[..., HttpResponseBase]

SAFE = ("GET", "HEAD")


def recently_proved(request: HttpRequest) -> bool:
    """Say whether the person proved who they are within STEP_UP_MINUTES; 0 minutes never ask."""
    minutes = settings.STEP_UP_MINUTES
    return minutes == 0 or proved_within(request, minutes=minutes, at=timezone.now())


@overload
def step_up(view: View) -> View: ...
@overload
def step_up(*, reading: bool) -> Callable[[View], View]: ...
def step_up(view: View | None = None, *, reading: bool = False) -> View | Callable[[View], View]:
    """Let the view change something only shortly after a sign-in or a confirmation; with ``reading`` also show it.

    Whoever has to confirm comes back to the act: django-allauth keeps the form that was sent. Write it below the
    decorator that says who may come in. The note ``step_up`` is read by tests and by the page of rights.
    """

    def decorate(function: View) -> View:
        @wraps(function)
        def guarded(request: HttpRequest, *args: object, **options: object) -> HttpResponseBase:
            if reading or request.method not in SAFE:
                demand_proof(request)
            return function(request, *args, **options)

        guarded.step_up = True  # type: ignore[attr-defined] # a note on the function
        return guarded

    return decorate(view) if view is not None else decorate


def demand_proof(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired, which leads to the confirmation, unless the person proved themselves recently."""
    if not recently_proved(request):
        raise ReauthenticationRequired


def proof_page(request: HttpRequest) -> HttpResponse:
    """Return what sends a page whose fragment was refused to the confirmation and back; for htmx."""
    here = urlsplit(request.headers.get("HX-Current-URL", "/"))
    ways = get_reauthentication_flows(request.user)
    name = "mfa_reauthenticate" if ways and ways[0]["id"] != "reauthenticate" else "account_reauthenticate"
    return HttpResponse(headers={"HX-Redirect": f"{reverse(name)}?{urlencode({'next': here.path})}"})

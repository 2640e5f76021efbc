"""What holds for every request: how old a session may be, the second factor, the person's language and time zone."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.factors import second_factor_held, second_factor_needed
from accounts.models import User
from accounts.recording import record_once
from accounts.sessions import ended_by_age, seen
from accounts.stepping_up import proof_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

# Set in a session once its person was seen to have a second factor: the last one cannot be removed by oneself, and
# whoever has theirs reset loses every session with it.
HAS_FACTOR = "second_factor"
LONGEST_PATH = 200
# What a person without a second factor may still open: how to set one up, and the way out.
ON_THE_WAY = {"account_logout", "account_reauthenticate", "service_worker", "healthz", "readyz"}


class SessionAgeMiddleware:
    """Signs out whoever did nothing for SESSION_IDLE_HOURS, and everybody after SESSION_DAYS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the age before anything else is done; note every few minutes that somebody is there."""
        if request.user.is_authenticated:
            at = timezone.now()
            if ended_by_age(request.session, at=at):
                logout(request)
            else:
                seen(request.session, at=at)
        return self.get_response(request)


class SupportMiddleware:
    """Writes to the ledger what operators open while an organisation lets them look; each page once in five minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., object],
        _args: tuple[object, ...],
        _options: dict[str, object],
    ) -> None:
        """Note who looks at which page, before it is shown; what cannot be noted is not shown."""
        user = request.user
        if not isinstance(user, User) or not user.is_staff:
            return
        page = request.path[:LONGEST_PATH]
        for organisation in sorted(user.supported()):
            subject = f"organisation:{organisation}"
            record_once(
                action="organisation.support_used", subject=subject, by=user, payload={"page": page}, seconds=300
            )


class SecondFactorMiddleware:
    """Leads people who must have a second factor, and have none, to where it is set up: before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., object],
        _args: tuple[object, ...],
        _options: dict[str, object],
    ) -> HttpResponse | None:
        """Stop a page that is not on the way; fragments and scripts get an answer that they understand."""
        user = request.user
        if not settings.REQUIRE_SECOND_FACTOR or not isinstance(user, User) or request.session.get(HAS_FACTOR):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ON_THE_WAY or name.startswith("mfa_") or not second_factor_needed(user):
            return None
        if second_factor_held(user):
            request.session[HAS_FACTOR] = True
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": reverse("mfa_index")})
        if "text/html" not in request.headers.get("Accept", "text/html"):
            return HttpResponse(_("Set up a second factor first."), status=403, content_type="text/plain")
        messages.info(request, _("What you may do here needs a second factor. Set one up, and everything opens."))
        return redirect("mfa_index")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead a fragment that asks for a confirmation there as a whole page; pages are led by django-allauth."""
        if isinstance(exception, ReauthenticationRequired) and request.headers.get("HX-Request"):
            return proof_page(request)
        return None


class PersonalSettingsMiddleware:
    """Activates the signed-in person's language and time zone; for everybody else the browser's language stays.

    No browser or proxy keeps what a signed-in person saw: Back after signing out shows nothing. What was taken along
    and what waits is wiped by ``offline.js``, which asks first; ``Clear-Site-Data: "storage"`` would not ask.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Wrap one request."""
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        translation.activate(user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone_of(user)):
            response = self.get_response(request)
        response.headers["Content-Language"] = user.language
        response.headers.setdefault("Cache-Control", "no-store, private")
        if not request.user.is_authenticated:  # signed out just now: nothing that was shown stays in the browser
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


def zone_of(user: User) -> zoneinfo.ZoneInfo:
    """Return the person's time zone; UTC where the system does not know it."""
    try:
        return zoneinfo.ZoneInfo(user.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")

"""Speak to each person in their own language and time zone."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from django.utils import timezone, translation

from accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


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

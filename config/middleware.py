"""What is refused before anything of a request is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

TOO_LARGE = 413
SPARE = 1 << 20  # for the other fields of a form, and its boundaries


class RequestSizeMiddleware:
    """Refuse a request that is larger than the largest file that any form takes, by what it says of its own length.

    Otherwise the check of the CSRF token would write all of it to the disk first, however large.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let through what may be read."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = max(settings.RECORDS_MAX_BYTES, settings.EVIDENCE_MAX_BYTES)
        if length.isdecimal() and int(length) > most + SPARE:
            response = render(request, "413.html", {"most": most}, status=TOO_LARGE)
            response["Connection"] = "close"  # the rest of the request is not wanted
            return response
        return self.get_response(request)

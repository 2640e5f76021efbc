"""What stands around every request: its number and its line in the log, and what is refused before it is read."""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render

from config.logs import request_id, route_of
from config.metrics import request_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

TOO_LARGE = 413
SPARE = 1 << 20  # for the other fields of a form, and its boundaries


logger = logging.getLogger("touchstone.request")
GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
QUIET = {"healthz", "readyz", "metrics"}  # asked every few seconds


class RequestLogMiddleware:
    """Give each request a number, or take the one that the proxy gave; write one line when it is answered; count it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Wrap one request."""
        given = request.headers.get("X-Request-ID", "")
        number = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        token, begun = request_id.set(number), time.perf_counter()
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - begun
            route, method = route_of(request), request.method if request.method in METHODS else "other"
            request_count(method=str(method), route=route, status=response.status_code, seconds=seconds)
            if route not in QUIET:
                facts = {"method": method, "route": route, "status": response.status_code}
                facts |= {"milliseconds": round(1000 * seconds), "user": _user(request)}
                logger.info("%(method)s %(route)s %(status)s in %(milliseconds)s ms, user %(user)s", facts, extra=facts)
            response["X-Request-ID"] = number
            return response
        finally:
            request_id.reset(token)


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def _user(request: HttpRequest) -> int | None:
    """Return the person's number; without a query where nobody asked who it is."""
    known = request.__dict__.get("_cached_user") or request.__dict__.get("user")
    return getattr(known, "pk", None)


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

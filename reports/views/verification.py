"""The public page: is this certificate good? No account, few facts, the same answer for every unknown code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from accounts.access import public
from reports.selectors import certificate_check

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_PER_MINUTE = 60


@public
def verify_form(request: HttpRequest) -> HttpResponse:
    """Let somebody type the code."""
    with translation.override(_language(request)):
        code = request.GET.get("code", "").replace(" ", "").strip()[:80]
        if code and "/" not in code:
            return redirect("verify", code)
        return _page(request, {}, status=200)


@public
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether a certificate is good, and since when it is what it is."""
    with translation.override(_language(request)):
        if _too_many(request):
            return _page(request, {"throttled": True}, status=429)
        check = certificate_check(code, language=translation.get_language(), today=timezone.now().date())
        if check is None:
            return _page(request, {"unknown": True}, status=404)
        return _page(request, {"check": check}, status=200)


def _page(request: HttpRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    languages = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
    response = render(request, "reports/verify.html", {**context, "languages": languages}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _language(request: HttpRequest) -> str:
    """Return the language asked for in the address, else the one that the browser prefers."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def _too_many(request: HttpRequest) -> bool:
    """Count look-ups per address and minute, so that nobody tries codes in bulk."""
    key = f"verify:{request.META.get('REMOTE_ADDR', '')}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > MOST_PER_MINUTE
    except ValueError:  # it expired between the two
        return False

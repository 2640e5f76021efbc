"""The public page: is this certificate good? No account, few facts, the same answer for every unknown code.

For machines the same as signed JSON, and the certificate as a verifiable credential.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from accounts.access import public
from accounts.countries import country_words
from reports.public_status import CACHE, MEDIA_TYPE, credential, status_document
from reports.selectors import certificate_check, verify_url
from reports.signing.jose import as_json, compact, jws
from reports.signing.keys import key_of
from reports.signing.source import KeySourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from reports.public_status import CertificateCheck
    from reports.signing.keys import Key

logger = logging.getLogger(__name__)
MOST_PER_MINUTE = 60
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]


@public
def verify_form(request: HttpRequest) -> HttpResponse:
    """Let somebody type the code."""
    with translation.override(language_of(request)):
        code = request.GET.get("code", "").replace(" ", "").strip()[:80]
        if code and "/" not in code:
            return redirect("verify", code)
        return _page(request, {}, status=200)


@public
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether a certificate is good, and since when it is what it is."""
    with translation.override(language_of(request)):
        if too_many(request, "verify", MOST_PER_MINUTE):
            return _page(request, {"throttled": True}, status=429)
        check = certificate_check(code, language=translation.get_language(), today=timezone.now().date())
        if check is None:
            return _page(request, {"unknown": True}, status=404)
        context = {
            "check": check,
            "country": country_words(check.country),
            "site_country": country_words(check.site_country),
            "sites": [(each, country_words(each.country)) for each in check.sites],
        }
        return _page(request, context, status=200)


@public
def verify_json(request: HttpRequest, code: str) -> HttpResponse:
    """Give the status of a certificate as signed JSON, with the time until which it may be kept."""

    def signed(check: CertificateCheck, key: Key) -> HttpResponse:
        document = status_document(check, url=verify_url(check.code), at=timezone.now())
        response = HttpResponse(as_json(document, key), content_type="application/json")
        response["Cache-Control"] = f"public, max-age={int(CACHE.total_seconds())}"
        return response

    return _for_machines(request, code, signed)


@public
def verify_credential(request: HttpRequest, code: str) -> HttpResponse:
    """Give an active certificate as a verifiable credential; none that may not be relied on is handed out."""

    def signed(check: CertificateCheck, key: Key) -> HttpResponse:
        if check.state != "active":
            return JsonResponse({"error": "not active", "status": check.state}, status=410)
        url = verify_url(check.code)
        kid = f"{settings.PUBLIC_URL}/verify/key.json#{key.fingerprint}"
        badge = credential(check, url=url, issuer=settings.PUBLIC_URL)
        return HttpResponse(compact(jws(badge, key, typ="vc+jwt", kid=kid)), content_type=MEDIA_TYPE)

    return _for_machines(request, code, signed)


def _for_machines(
    request: HttpRequest, code: str, answer: Callable[[CertificateCheck, Key], HttpResponse]
) -> HttpResponse:
    """Answer a machine: throttled and without a word more for unknown codes, as the page is."""
    if too_many(request, "verify", MOST_PER_MINUTE):
        return JsonResponse({"error": "too many look-ups"}, status=429)
    language = language_of(request)
    check = certificate_check(code, language=language, today=timezone.now().date())
    if check is None:
        response: HttpResponse = JsonResponse({"error": "unknown"}, status=404)
    else:
        try:
            response = answer(check, key_of(settings.SIGNING))
        except KeySourceError:
            logger.exception("The signing key cannot be used")
            response = JsonResponse({"error": "cannot be signed now"}, status=503)
    response.setdefault("Cache-Control", "no-store")
    response["Access-Control-Allow-Origin"] = "*"  # public facts, for any page that wants to show them
    response["Vary"] = "Accept-Language"
    return response


def _page(request: HttpRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    response = render(request, "reports/verify.html", {**context, "languages": LANGUAGES}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language asked for in the address, else the one that the browser prefers."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def too_many(request: HttpRequest, what: str, most: int) -> bool:
    """Count look-ups per address and minute, so that nobody tries codes, or files, in bulk."""
    key = f"{what}:{request.META.get('REMOTE_ADDR', '')}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > most
    except ValueError:  # it expired between the two
        return False

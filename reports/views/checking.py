"""The public page that checks a file, and the certificate and key by which others check without it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.access import public
from reports.checking import UnusableError
from reports.checking.apart import check_apart
from reports.forms import CheckFileForm
from reports.signing.jose import certificates_pem, jwk
from reports.signing.keys import key_of
from reports.signing.source import KeySourceError
from reports.views.verification import LANGUAGES, language_of, too_many

if TYPE_CHECKING:
    from django.http import HttpRequest

    from reports.signing.keys import Key

logger = logging.getLogger(__name__)
MOST_PER_MINUTE = 10
STYLES = {"good": "is-good", "bad": "is-bad", "open": "is-open"}


@public(methods=("GET", "POST"))
def check_file(request: HttpRequest) -> HttpResponse:
    """Let anybody send a file, say what it is worth, and keep nothing of it."""
    with translation.override(language_of(request)):
        form = CheckFileForm(request.POST or None, request.FILES or None)
        if request.method != "POST":
            return _page(request, {"form": form}, status=200)
        if too_many(request, "file", MOST_PER_MINUTE):
            return _page(request, {"form": form, "throttled": True}, status=429)
        if not form.is_valid():
            return _page(request, {"form": form}, status=422)
        return _checked(request, form)


def _checked(request: HttpRequest, form: CheckFileForm) -> HttpResponse:
    file = form.cleaned_data["file"]
    try:
        verdict = check_apart(file.read(), trust=certificates_pem(key_of(settings.SIGNING)))
    except UnusableError as error:
        context = {"form": form, "unusable": error.words(translation.gettext), "name": file.name}
        return _page(request, context, status=422)
    except KeySourceError:
        return _without_key(request)
    words = {"good": _("Holds"), "bad": _("Does not hold"), "open": _("Cannot be said")}
    rows = [
        (each.title(translation.gettext), each.words(translation.gettext), STYLES[each.state], words[each.state])
        for each in verdict.rows
    ]
    context = {"form": CheckFileForm(), "verdict": verdict, "rows": rows, "name": file.name}
    return _page(request, context, status=200)


@public
def issuer_certificate(request: HttpRequest) -> HttpResponse:
    """Give out the certificate that this installation signs with, for ``--trust`` and for PDF readers."""
    key = _key()
    if key is None:
        return _without_key(request)
    response = HttpResponse(certificates_pem(key), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="issuer.pem"'
    return response


@public
def issuer_key(request: HttpRequest) -> HttpResponse:
    """Give out the public key as JWK (RFC 7517)."""
    key = _key()
    return _without_key(request) if key is None else JsonResponse(jwk(key))


def _key() -> Key | None:
    try:
        return key_of(settings.SIGNING)
    except KeySourceError:
        logger.exception("The signing key cannot be used")
        return None


def _without_key(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=503)


def _page(request: HttpRequest, context: dict[str, object], *, status: int) -> HttpResponse:
    key = _key()
    context |= {"languages": LANGUAGES, "now": timezone.now(), "fingerprint": key.fingerprint if key else ""}
    context["own"] = key is not None and key.own
    response = render(request, "reports/check_file.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response

"""What leaves the awards room: the certificate of a winner, and frozen results with their signature."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.access import may, permission, require, signed_in
from awards.selectors.results import proof_of, winners_of
from awards.views.fetching import entry_of, programme_of
from reports.pdf import MissingGlyphError, SettingFailedError
from reports.renderers.award import AwardCertificate, render_award
from reports.signing.jose import as_json
from reports.signing.keys import key_of
from reports.signing.pades import signed
from reports.signing.source import KeySourceError
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)
CHAIR = "awards.chair_programme"


@signed_in
def award_certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the certificate of an entry that won something; 404 before the results are public."""
    entry = entry_of(request, code)
    programme = entry.programme
    chairs = may(request.user, "awards.chair_entry", entry)
    won = next((each for each in winners_of(programme) if each.entry["code"] == entry.code), None)
    if won is None or not (chairs or programme.is_public(timezone.now())):
        raise Http404
    document = AwardCertificate(
        language=(get_language() or "en").lower(),
        organiser=programme.organiser.name,
        programme=programme.name,
        year=programme.year,
        award=text(won.award),
        category=text(won.category),
        organisation=won.entry["organisation"],
        centre=won.entry["centre"],
        nominee=won.entry["nominee"],
        title=won.entry["title"],
        joint=won.joint,
        announced_at=programme.announced_at or programme.result.frozen_at,
        sha256=programme.result.sha256,
        url=f"{settings.PUBLIC_URL}{reverse('awards:gallery', args=[programme.code])}",
    )
    try:
        data = signed(render_award(document), key_of(settings.SIGNING))
    except (MissingGlyphError, KeySourceError) as error:
        messages.error(request, gettext("The certificate cannot be printed: %(why)s") % {"why": error})
        return redirect("awards:entry", entry.code)
    except SettingFailedError:
        logger.exception("The certificate of entry %s could not be set", entry.pk)
        messages.error(request, gettext("The pages could not be set. The operator finds the cause in the log."))
        return redirect("awards:entry", entry.code)
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="award-{programme.year}-{entry.code[:8]}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@permission(CHAIR)
def results_signed(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out frozen results with a signature beside them: a JWS whose payload is exactly what was hashed."""
    programme = programme_of(request, code)
    require(request.user, CHAIR, programme)
    proof = proof_of(programme)
    if proof is None:
        raise Http404
    try:
        text = as_json(json.loads(proof.result.content), key_of(settings.SIGNING))
    except KeySourceError as error:
        messages.error(request, gettext("The results cannot be signed now: %(why)s") % {"why": error})
        return redirect("awards:results", programme.code)
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="results-{proof.result.sha256[:12]}.signed.json"'
    return response

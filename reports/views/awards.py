"""What leaves the awards room: the certificate of a winner, and frozen results with their signature."""

from __future__ import annotations

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
from reports.selectors.awards import signed_file
from reports.services import results_sign
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
    return _printed(request, code, plaque=False)


@signed_in
def award_plaque(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the plaque of an entry that won something, as the engraver wants it; 404 as for the certificate."""
    return _printed(request, code, plaque=True)


def _printed(request: HttpRequest, code: str, *, plaque: bool) -> HttpResponse:
    entry = entry_of(request, code)
    programme = entry.programme
    chairs = may(request.user, "awards.chair_entry", entry)
    given = [each for each in winners_of(programme) if each.entry["code"] == entry.code]
    chosen = request.GET.get("award", "")
    won = next((each for each in given if each.code == chosen), given[0] if given and not chosen else None)
    if won is None or not (chairs or programme.is_public(timezone.now())):
        raise Http404
    document = AwardCertificate(
        language=(get_language() or "en").lower(),
        organiser=programme.organiser.name,
        programme=programme.name,
        year=programme.year,
        award=text(won.award),
        category=" · ".join(each for each in (text(won.category), won.division) if each),
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
        data = signed(render_award(document, plaque=plaque), key_of(settings.SIGNING))
    except (MissingGlyphError, KeySourceError) as error:
        messages.error(request, gettext("The certificate cannot be printed: %(why)s") % {"why": error})
        return redirect("awards:entry", entry.code)
    except SettingFailedError:
        logger.exception("The certificate of entry %s could not be set", entry.pk)
        messages.error(request, gettext("The pages could not be set. The operator finds the cause in the log."))
        return redirect("awards:entry", entry.code)
    form = "plaque" if plaque else "award"
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{form}-{programme.year}-{entry.code[:8]}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@permission(CHAIR)
def results_signed(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out frozen results with the signatures that were made over them: whoever has the file can check it."""
    programme = programme_of(request, code)
    require(request.user, CHAIR, programme)
    proof = proof_of(programme)
    if proof is None:
        raise Http404
    if proof.unsigned and not _sign(request, proof.result.pk):
        return redirect("awards:results", programme.code)
    response = HttpResponse(signed_file(proof.result), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="results-{proof.result.sha256[:12]}.signed.json"'
    return response


@permission(CHAIR, methods=("POST",))
def results_sign_now(request: HttpRequest, code: str) -> HttpResponse:
    """Sign what is not signed yet, where the background work could not."""
    programme = programme_of(request, code)
    require(request.user, CHAIR, programme)
    proof = proof_of(programme)
    if proof is None:
        raise Http404
    if _sign(request, proof.result.pk):
        messages.success(request, gettext("The results are signed."))
    return redirect("awards:results", programme.code)


def _sign(request: HttpRequest, result_id: int) -> bool:
    try:
        results_sign(result_id=result_id, at=timezone.now())
    except KeySourceError as error:
        messages.error(request, gettext("The results cannot be signed now: %(why)s") % {"why": error})
        return False
    return True

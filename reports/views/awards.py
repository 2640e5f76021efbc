"""The certificate of an award, for its winner and the chairs, once the results are public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.access import may, signed_in
from awards.selectors.results import winners_of
from awards.views.fetching import entry_of
from reports.pdf import MissingGlyphError
from reports.renderers.award import AwardCertificate, render_award
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from django.http import HttpRequest


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
        data = render_award(document)
    except MissingGlyphError as error:
        messages.error(request, gettext("The certificate cannot be printed: %(why)s") % {"why": error})
        return redirect("awards:entry", entry.code)
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="award-{programme.year}-{entry.code[:8]}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

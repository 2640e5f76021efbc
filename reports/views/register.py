"""The public register of certificates, its charts, and the organisation's own word about being in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext

from accounts.access import permission, public, require
from accounts.models import Industry
from accounts.views.profiles import person
from audits.life import REMAINING
from audits.selectors.findings import bucket_words
from audits.views.narrowing import code_of
from audits.views.registers.shared import key_of, query_of
from reports.models import Listing
from reports.renderers.register import register_charts
from reports.selectors.dashboard import organisations_for
from reports.selectors.register import RegisterWanted, listed, register_counts, tier_titles, unlisted_count
from reports.services import listing_set
from reports.views.dashboards import TYPES, as_file
from reports.views.verification import LANGUAGES, language_of, too_many
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from audits.models import Certificate

PAGE = 50
MOST_PER_MINUTE, MOST_FILES = 60, 20


def _wanted(request: HttpRequest) -> RegisterWanted:
    industry = request.GET.get("industry", "")
    return RegisterWanted(
        text=query_of(request),
        tier=code_of(request, "tier"),
        country=code_of(request, "country").upper()[:2],
        industry=industry if industry in Industry.values else "",
        ends=key_of(request, "ends"),
    )


@public
def register(request: HttpRequest) -> HttpResponse:
    """Anybody sees the active certificates of who wants to be listed, and how many there are of which kind."""
    with translation.override(language_of(request)):
        if too_many(request, "register", MOST_PER_MINUTE):
            return render(request, "reports/register.html", {"throttled": True, "languages": LANGUAGES}, status=429)
        wanted, today = _wanted(request), timezone.localdate()
        tiers = tier_titles()
        counts = register_counts(RegisterWanted(), today=today)
        page = Paginator(listed(wanted, today=today), PAGE).get_page(request.GET.get("page"))
        context = {
            "page": page,
            "rows": [(each, _tier(each, tiers)) for each in page],
            "charts": register_charts(counts, tiers=tiers, language=get_language()) if counts["tier"] else [],
            "unlisted": unlisted_count(today=today),
            "wanted": wanted,
            "narrowed": bool(wanted.asked()),
            "tiers": [(code, text(tiers[code]) if code in tiers else code) for code in counts["tier"]],
            "countries": sorted(counts["country"]),
            "industries": [(code, words) for code, words in Industry.choices if code in counts["industry"]],
            "spans": [(first, bucket_words(first, last)) for first, last in REMAINING],
            "languages": LANGUAGES,
            "files": "register_file",
            "query": f"lang={get_language()}",
        }
        return render(request, "reports/register.html", context)


def _tier(certificate: Certificate, tiers: Mapping[str, Mapping[str, str]]) -> str:
    return text(tiers[certificate.tier]) if certificate.tier in tiers else certificate.tier


@public
def register_file(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """One chart of the register as a file."""
    with translation.override(language_of(request)):
        if kind not in TYPES:
            raise Http404
        if too_many(request, "register-file", MOST_FILES):
            return HttpResponse(status=429)
        counts = register_counts(RegisterWanted(), today=timezone.localdate())
        charts = register_charts(counts, tiers=tier_titles(), language=get_language())
        found = next((each for each in charts if each.code == chart), None)
        if found is None:
            raise Http404
        return as_file(found, kind)


@permission("reports.list_certificates", methods=("GET", "POST"))
def listing(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """An organisation says whether its certificates stand in the public register."""
    organisation = get_object_or_404(organisations_for(person(request.user)).distinct(), pk=organisation_id)
    require(request.user, "reports.list_certificates", organisation)
    if request.method == "POST":
        wants = request.POST.get("listed") == "yes"
        listing_set(organisation=organisation, listed=wants, by=person(request.user), at=timezone.now())
        said = gettext("Your active certificates stand in the public register.")
        messages.success(request, said if wants else gettext("Your certificates are out of the public register."))
        return redirect("reports:listing", organisation.pk)
    known = Listing.objects.filter(organisation=organisation).select_related("by").first()
    return render(request, "reports/listing.html", {"organisation": organisation, "listing": known})

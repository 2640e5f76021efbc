"""Page: the market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext

from accounts.access import may, signed_in
from benchmarks.kpis.registry import KPIS
from benchmarks.models import MarketRelease
from benchmarks.selectors import market_figures, release_now
from benchmarks.terms import term

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = 100


@signed_in
def market(request: HttpRequest) -> HttpResponse:
    """Show the figures of a release, searched, filtered and sorted."""
    releases = list(
        MarketRelease.objects.visible_to(request.user, drafts=may(request.user, "benchmarks.publish_release"))
    )
    asked_for = next((each for each in releases if each.code == request.GET.get("release")), None)
    release = asked_for or release_now() or next(iter(releases), None)
    asked = {name: request.GET.get(name, "")[:60] for name in ("text", "kpi", "region", "industry", "sort")}
    context: dict[str, Any] = {"releases": releases, "release": release, "asked": asked}
    if release:
        figures = market_figures(release, **{name: value.replace("\0", "") for name, value in asked.items()})
        page = Paginator(figures, PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": [(figure, gettext(KPIS[figure.kpi].name)) for figure in page]}
        context |= _choices(release)
    return render(request, "benchmarks/market.html", context)


def _choices(release: MarketRelease) -> dict[str, list[tuple[str, str]]]:
    """Return what the filters offer, from the release itself."""
    seen = list(release.figures.order_by().values_list("kpi", "region", "industry").distinct())
    kpis = sorted({kpi for kpi, _, _ in seen})
    return {
        "kpis": [(code, gettext(KPIS[code].name)) for code in kpis],
        "regions": _named("region", {region for _, region, _ in seen}),
        "industries": _named("industry", {industry for _, _, industry in seen}),
    }


def _named(family: str, codes: set[str]) -> list[tuple[str, str]]:
    """Return (code, words) in the order of the words."""
    return sorted(((code, term(family, code, gettext)) for code in codes), key=lambda pair: pair[1])

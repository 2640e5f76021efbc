"""Pages: where a centre stands for who has two minutes, everything for the analyst, an organisation's centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext

from accounts.access import may, signed_in
from accounts.models import Centre
from benchmarks.models import MeasurementRun
from benchmarks.renderers.pictures import (
    Happened,
    heat_picture,
    overview_picture,
    site_pictures,
    standing_picture,
    time_picture,
)
from benchmarks.renderers.summary import bar_verdicts, summary
from benchmarks.renderers.words import key_words, kpi_name, verdict_words
from benchmarks.selectors import compared, release_now
from benchmarks.selectors.standing import by_month, centre_standing, releases_between, site_kpis, sites, standing_runs
from benchmarks.standing import VERDICTS, key_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from benchmarks.standing import CentreStanding, Key

# What a manager reads is the newest run and the one before it; more are looked at only to find that one.
FEW_RUNS = 12


@signed_in
def centre(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Say in three sentences and one picture where a centre stands."""
    found = _centre(request, centre_id)
    release = release_now()
    runs = standing_runs(found, most=FEW_RUNS)
    standing = centre_standing(found, runs, release)
    only = request.GET.get("verdict", "")
    only = only if only in VERDICTS else ""
    context = {
        "centre": found,
        "newest": standing.newest,
        "release": release,
        "summary": summary(standing) if standing.newest else None,
        "picture": overview_picture(standing, only=only) if standing.newest else None,
        "narrowed": [("verdict", gettext("Verdict"), verdict_words(only))] if only else [],
        "may_measure": may(request.user, "benchmarks.add_measurementrun", found),
    }
    return render(request, "benchmarks/centre.html", context)


@signed_in
def analysis(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Show everything that was measured of a centre; ``of`` names the KPI, variant and channel that is drawn."""
    found = _centre(request, centre_id)
    release = release_now()
    runs = standing_runs(found)
    standing = centre_standing(found, runs, release)
    key = _chosen(standing, request.GET.get("of", ""))
    newest = get_object_or_404(MeasurementRun.objects.select_related("centre"), pk=runs[0].pk) if runs else None
    pictures = []
    if key:
        releases = list(releases_between(runs[-1].period_from, runs[0].period_to))
        happened = [Happened(each.published_at.date(), each.code) for each in releases if each.published_at]
        finer = by_month(runs, standing, key)
        pictures = [standing_picture(standing, key), time_picture(finer, key, happened), heat_picture(finer, key)]
    context = {
        "centre": found,
        "runs": runs,
        "newest": newest,
        "release": release,
        "key": key,
        "choices": [(str(each), key_words(each)) for each in standing.measured_keys()],
        "chosen": str(key) if key else "",
        "bars": bar_verdicts(standing, key) if key else [],
        "pictures": [each for each in pictures if each.svg],
        "rows": compared(newest, release) if newest else [],
        "may_measure": may(request.user, "benchmarks.add_measurementrun", found),
    }
    return render(request, "benchmarks/analysis.html", context)


@signed_in
def organisation_sites(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Show the centres of an organisation side by side on one scale; ``kpi`` says which KPI."""
    some = Centre.objects.visible_to(request.user).filter(organisation=organisation_id).select_related("organisation")
    first = some.order_by("name").first()
    if first is None:
        raise Http404
    codes = site_kpis(request.user, organisation_id)  # type: ignore[arg-type] # signed in, as the decorator demands
    asked = request.GET.get("kpi", "")
    kpi = asked if asked in codes else next(iter(codes), "")
    key, unit, found = sites(request.user, organisation_id, kpi, release_now())  # type: ignore[arg-type] # the same
    drawn = site_pictures(key, unit, found) if key else []
    context = {
        "organisation": first.organisation,
        "kpi": kpi,
        "key": key_words(key) if key else "",
        "choices": [(code, kpi_name(code)) for code in codes],
        "sites": list(zip(found, drawn, strict=True)) if key else [],
    }
    return render(request, "benchmarks/sites.html", context)


def _centre(request: HttpRequest, centre_id: int) -> Centre:
    return get_object_or_404(Centre.objects.visible_to(request.user).select_related("organisation"), pk=centre_id)


def _chosen(standing: CentreStanding, asked: str) -> Key | None:
    """Return what is asked for where it was measured, or else the first KPI as it is judged."""
    key = key_of(asked)
    if key in standing.series:
        return key
    wanted = key.kpi if key else next((each.kpi for each in standing.measured_keys()), "")
    return standing.judged(wanted) or next(iter(standing.measured_keys()), None)

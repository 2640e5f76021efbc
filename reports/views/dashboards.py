"""Dashboards: one organisation with all of its centres for its managers, everything that somebody may see for others.

Each chart by itself is a file too: SVG, PNG, CSV, with the filters of the page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from accounts.access import may, signed_in
from accounts.views.profiles import person
from audits.selectors.certificates import Ending, held
from audits.selectors.findings import Wanted, ages, findings_found
from audits.selectors.programmes import LinesWanted, programmes_counted
from audits.views.narrowing import code_of, narrowed_of
from reports.renderers import charts as files
from reports.renderers import dashboard as draw
from reports.selectors import dashboard as read

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.http import HttpRequest

    from accounts.models import User
    from audits.selectors.certificates import Held
    from audits.selectors.narrowing import Narrowed
    from reports.dashboard import SiteScore
    from reports.renderers.charts import Chart


@dataclass(frozen=True)
class Asked:
    """Who looks, and what the dashboard is narrowed to; what several charts show is read once."""

    user: User
    wanted: Narrowed
    block: str
    today: date

    @cached_property
    def choices(self) -> read.Choices:
        """Return what the form offers."""
        return read.choices_for(self.user, self.wanted.organisation)

    @cached_property
    def scores(self) -> list[SiteScore]:
        """Return the frozen results of all years."""
        return read.scores(self.user, self.wanted)

    @property
    def certificates(self) -> dict[str, object]:
        """Return what narrows certificates: those of all years."""
        names = ("tier", "organisation", "centre", "programme")
        return {name: value for name in names if (value := getattr(self.wanted, name))}

    @cached_property
    def held(self) -> list[Held]:
        """Return the certificates."""
        return held(self.user, Ending(**self.certificates), today=self.today)  # type: ignore[arg-type] # as named there


def _programme(asked: Asked) -> Chart:
    wanted = asked.wanted
    found = programmes_counted(
        asked.user,
        LinesWanted(organisation=wanted.organisation, centre=wanted.centre),
        year=wanted.year,
        programme=wanted.programme,
        today=asked.today,
    )
    return draw.programme_chart(found, wanted)


def _findings(asked: Asked) -> Chart:
    wanted = Wanted(block=asked.block, audits=asked.wanted)
    counted = ages(findings_found(asked.user, wanted, today=asked.today), today=asked.today)
    return draw.findings_chart(counted, asked.wanted, asked.block)


CHARTS: dict[str, Callable[[Asked], Chart]] = {
    "audits": lambda a: draw.status_chart(read.statuses_counted(a.user, a.wanted), a.wanted),
    "organisations": lambda a: draw.organisation_chart(read.stages_counted(a.user, a.wanted), a.wanted),
    "programme": _programme,
    "scores": lambda a: draw.heat_chart(a.scores, a.choices.blocks, year=a.wanted.year, block=a.block),
    "trend": lambda a: draw.trend_chart(a.scores, a.wanted, a.choices.blocks, a.block),
    "findings": _findings,
    "market": lambda a: draw.position_chart(*read.positions(a.user, a.wanted)),
    "expiring": lambda a: draw.ending_chart(a.held, a.certificates),
    "certificates": lambda a: draw.tier_chart(a.held, a.certificates, a.choices.tiers),
}
OF_ONE = tuple(code for code in CHARTS if code != "organisations")
TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}


@signed_in
def dashboard(request: HttpRequest) -> HttpResponse:
    """One organisation and all of its centres."""
    return _page(request, _of_one(request), OF_ONE, "reports:dashboard")


@signed_in
def scheme(request: HttpRequest) -> HttpResponse:
    """Everything that the reader may see, organisation by organisation."""
    return _page(request, _asked(request), tuple(CHARTS), "reports:scheme")


@signed_in
def dashboard_file(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """One chart of an organisation's dashboard as a file."""
    return _file(_of_one(request), chart if chart in OF_ONE else "", kind)


@signed_in
def scheme_file(request: HttpRequest, chart: str, kind: str) -> HttpResponse:
    """One chart of the dashboard over everything as a file."""
    return _file(_asked(request), chart, kind)


def _asked(request: HttpRequest) -> Asked:
    wanted = replace(narrowed_of(request), stage="", scored=False)
    return Asked(person(request.user), wanted, code_of(request, "block"), timezone.localdate())


def _of_one(request: HttpRequest) -> Asked:
    """Return what is asked of one organisation: the one that is named, else the reader's own, else the first."""
    asked = _asked(request)
    if asked.wanted.organisation is None:
        there = [each.pk for each in asked.choices.organisations]
        own = asked.user.organisations_as()
        first = next((key for key in there if key in own), next(iter(there), None))
        return replace(asked, wanted=replace(asked.wanted, organisation=first))
    return asked


def _page(request: HttpRequest, asked: Asked, codes: tuple[str, ...], name: str) -> HttpResponse:
    given = asked.wanted.asked() | ({"block": asked.block} if asked.block else {})
    choices = asked.choices
    organisation = next((each for each in choices.organisations if each.pk == asked.wanted.organisation), None)
    of_one, there = name == "reports:dashboard", bool(choices.organisations)
    own = [] if of_one and there else read.own_editions(asked.user, get_language() or "en", asked.today)
    nothing = bool(own) and not there
    context = {
        "own": own,
        # Whoever owns a standard and sees no audits is told why, instead of what to do for charts to fill.
        "nothing": nothing,
        "charts": [] if nothing else [CHARTS[code](asked) for code in codes],
        "choices": choices,
        "organisation": organisation,
        "may_list": organisation is not None and may(request.user, "reports.list_certificates", organisation),
        "wanted": asked.wanted,
        "block": asked.block,
        "query": urlencode(given),
        "files": name + "_file",
        "of_one": of_one,
        "narrowed": bool(given.keys() - {"organisation"}),
    }
    return render(request, "reports/dashboard.html", context)


def _file(asked: Asked, code: str, kind: str) -> HttpResponse:
    if code not in CHARTS or kind not in TYPES:
        raise Http404
    return as_file(CHARTS[code](asked), kind)


def as_file(chart: Chart, kind: str) -> HttpResponse:
    """Return a chart as a file to keep; 404 for the picture of nothing."""
    content: str | bytes
    if kind == "csv":
        content = files.csv_file(chart)
    else:
        content = files.svg_file(chart) if kind == "svg" else files.png_file(chart)
    if not content:
        raise Http404
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="touchstone-{chart.code}.{kind}"'
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response

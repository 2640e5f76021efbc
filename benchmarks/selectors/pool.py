"""What the peer pool reads: contributions for a release, a person's own centres in it, a centre's own place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from accounts.models import Centre
from benchmarks.comparable import CentreProfile
from benchmarks.kpis.registry import KPIS
from benchmarks.market import CHANNELS
from benchmarks.models import (
    MarketFigure,
    MarketRelease,
    Measurement,
    MeasurementRun,
    PoolCell,
    PoolMembership,
    ReleaseKind,
)
from benchmarks.pool import Cell, Contribution, Pooled, period_days, place, pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from django.db.models import QuerySet

    from accounts.models import User

# An error needs two clusters; a figure without one may rest on a single odd day.
_LEAST_CLUSTERS = 2


def pooled(period: str, *, url: str) -> Pooled:
    """Work out what a release of the pool for this period would hold, if it were made now (four queries).

    A centre that takes part contributes its newest run that lies within the period: values with an error of their own.
    """
    return pool(_contributions(period), _published(), period=period, url=url)


def _contributions(period: str) -> list[Contribution]:
    days = period_days(period)
    if days is None:
        return []
    active = PoolMembership.objects.filter(left_at=None).values("centre")
    runs: dict[int, MeasurementRun] = {}
    found = MeasurementRun.objects.filter(centre__in=active, period_from__gte=days[0], period_to__lte=days[1])
    newest = found.select_related("centre").only(
        "centre", "centre__organisation", "centre__country", "centre__industry"
    )
    for run in newest.order_by("period_to", "created_at", "pk"):
        runs[run.centre_id] = run
    by_run = {run.pk: run.centre for run in runs.values()}
    measured = Measurement.objects.filter(run__in=by_run, standard_error__isnull=False, clusters__gte=_LEAST_CLUSTERS)
    return [
        Contribution(
            centre=by_run[each.run_id].pk,
            organisation=by_run[each.run_id].organisation_id,
            country=by_run[each.run_id].country,
            industry=by_run[each.run_id].industry,
            kpi=each.kpi,
            variant=each.variant,
            unit=each.unit,
            channel=each.channel,
            value=each.value,
        )
        for each in measured.order_by("pk")
        if _fits(each)
    ]


def _fits(each: Measurement) -> bool:
    """Say whether a market release could hold such a figure."""
    kpi = KPIS.get(each.kpi)
    known = kpi is not None and each.unit in kpi.units and kpi.variant(each.variant) is not None
    return known and each.channel in CHANNELS


def _published() -> list[Cell]:
    """Return every segment that was ever published, whatever became of its release since: who read it, knows it."""
    return [
        Cell(
            (each.kpi, each.variant, each.unit, each.channel),
            each.industry,
            each.region,
            frozenset((centre, organisation) for centre, organisation in each.members),
        )
        for each in PoolCell.objects.order_by("pk")
    ]


def pool_centres(user: User, organisations: Iterable[int]) -> QuerySet[Centre]:
    """Return the centres of these organisations that the person may see, each with whether it takes part."""
    active = PoolMembership.objects.filter(centre=OuterRef("pk"), left_at=None)
    own = Centre.objects.visible_to(user).filter(organisation__in=list(organisations))
    return own.select_related("organisation").annotate(takes_part=Exists(active)).order_by("organisation__name", "name")


@dataclass(frozen=True)
class Place:
    """A centre's own value beside what the pool published for its closest segment; ``code`` is of ``terms`` place."""

    measurement: Measurement
    name: str
    industry: str
    region: str
    n: str
    figures: dict[str, Decimal]
    code: str

    @property
    def columns(self) -> list[Decimal | None]:
        """The figures as the page lists them; None for what so few centres do not allow."""
        return [self.figures.get(name) for name in ("median", "upper quartile", "top decile")]

    @property
    def centres(self) -> int:
        """How many centres stand behind the figures."""
        return int(self.n)


def pool_places(centre: Centre, run: MeasurementRun | None, release: MarketRelease | None) -> list[Place]:
    """Put a centre's newest measurements beside a release of the pool (two queries)."""
    if run is None or release is None or release.kind != ReleaseKind.POOL:
        return []
    profile = CentreProfile(centre.country, centre.industry, tuple(centre.channels))
    figures = list(MarketFigure.objects.filter(release=release).order_by("line"))
    found = (_place(each, figures, profile) for each in run.measurements.all())
    return [each for each in found if each is not None]


def _place(each: Measurement, figures: Sequence[MarketFigure], profile: CentreProfile) -> Place | None:
    """Find the closest segment: own industry before all, the nearest region first."""
    like = (each.kpi, each.variant, each.unit, each.channel)
    regions = profile.regions()
    fit = [
        figure
        for figure in figures
        if (figure.kpi, figure.variant, figure.unit, figure.channel) == like
        and figure.region in regions
        and figure.industry in {"all", profile.industry}
    ]
    if not fit:
        return None
    closest = min(fit, key=lambda figure: (figure.industry == "all", regions.index(figure.region)))
    segment = (closest.industry, closest.region)
    values = {figure.statistic: figure.value for figure in fit if (figure.industry, figure.region) == segment}
    kpi = KPIS[each.kpi]
    code = "" if kpi.direction == "target" else place(kpi, each.value, values)
    return Place(each, kpi.name, *segment, closest.n, values, code)

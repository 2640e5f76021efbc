"""Routes: what was measured at a centre, and the market that it is compared with."""

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema

from accounts.access import may
from accounts.api.access import Token, caller
from accounts.api.pages import Asked, Key, Page, Text, page_of
from accounts.api.problems import gives
from accounts.models import Centre, Scope
from benchmarks.models import MarketFigure, MarketRelease, Measurement, ReleaseKind, ReleaseStatus
from benchmarks.models.market import MarketReleaseQuerySet
from benchmarks.selectors import measurements_of

router = Router(tags=["measurements and market"])


class MeasurementOut(Schema):
    """A KPI in one variant over the period of a run, with what it rests on.

    `value` and `standard_error` are in `unit`; `low` and `high` are the 95 % interval where it does not follow from
    the standard error. `cluster` is what the error is clustered by, `records_sha256` the hash of the records.
    """

    id: int
    run: int
    kpi: str
    variant: str
    channel: str
    value: float
    unit: str
    numerator: float | None
    denominator: float | None
    n: int
    standard_error: float | None
    low: float | None
    high: float | None
    cluster: str
    clusters: int | None
    design_effect: float | None
    period_from: date
    period_to: date
    measured_at: datetime
    records_sha256: str


class MeasurementsAsked(Asked):
    """Filters of the measurements of a centre."""

    kpi: Text = ""
    channel: Text = ""
    run: Key | None = None


class ReleaseOut(Schema):
    """A market release; `sha256` is that of its canonical content."""

    code: str
    title: str
    kind: str
    status: str
    sha256: str
    published_at: datetime | None


class ReleasesAsked(Asked):
    """Filters of the list of market releases."""

    status: ReleaseStatus | None = None
    kind: ReleaseKind | None = None


class FigureOut(Schema):
    """A market figure: what, for whom, when, and who says so. `value` is a decimal as text."""

    id: int
    kpi: str
    variant: str
    value: str
    unit: str
    statistic: str
    industry: str
    region: str
    channel: str
    year: int
    n: str
    spread: str
    source: str
    url: str
    grade: str
    note: str


class FiguresAsked(Asked):
    """Filters of the figures of a release."""

    kpi: Text = ""
    region: Text = ""
    industry: Text = ""


@router.get(
    "/centres/{int:centre_id}/measurements",
    auth=Token(Scope.CENTRES),
    response=gives(Page[MeasurementOut], 404, 422),
    url_name="measurements",
    summary="Measurements of a centre",
)
def measurement_list(request: HttpRequest, centre_id: int, asked: Query[MeasurementsAsked]) -> Page[MeasurementOut]:
    """Return what was measured at a centre, run by run."""
    centre = Centre.objects.visible_to(caller(request)).get(pk=centre_id)
    found = measurements_of(centre, kpi=asked.kpi, channel=asked.channel, run=asked.run)
    return page_of(found, asked, measurement_out)


@router.get(
    "/releases",
    auth=Token(Scope.MARKET),
    response=gives(Page[ReleaseOut], 422),
    url_name="releases",
    summary="Market releases",
)
def release_list(request: HttpRequest, asked: Query[ReleasesAsked]) -> Page[ReleaseOut]:
    """Return the market releases; drafts for those who publish."""
    found = _releases(request)
    found = found.filter(status=asked.status.value) if asked.status else found
    found = found.filter(kind=asked.kind.value) if asked.kind else found
    return page_of(found, asked, release_out)


@router.get(
    "/releases/{slug:code}",
    auth=Token(Scope.MARKET),
    response=gives(ReleaseOut, 404),
    url_name="release",
    summary="A market release",
)
def release_one(request: HttpRequest, code: str) -> ReleaseOut:
    """Return one release."""
    return release_out(_releases(request).get(code=code))


@router.get(
    "/releases/{slug:code}/figures",
    auth=Token(Scope.MARKET),
    response=gives(Page[FigureOut], 404, 422),
    url_name="figures",
    summary="Figures of a market release",
)
def figure_list(request: HttpRequest, code: str, asked: Query[FiguresAsked]) -> Page[FigureOut]:
    """Return the figures of a release."""
    wanted = {name: value for name in ("kpi", "region", "industry") if (value := getattr(asked, name))}
    return page_of(MarketFigure.objects.filter(release=_releases(request).get(code=code), **wanted), asked, figure_out)


def _releases(request: HttpRequest) -> MarketReleaseQuerySet:
    user = caller(request)
    return MarketRelease.objects.visible_to(user, drafts=may(user, "benchmarks.publish_release"))


def measurement_out(row: Measurement) -> MeasurementOut:
    """Show a measurement; its run must be loaded."""
    return MeasurementOut(
        id=row.pk,
        run=row.run_id,
        kpi=row.kpi,
        variant=row.variant,
        channel=row.channel,
        value=row.value,
        unit=row.unit,
        numerator=row.numerator,
        denominator=row.denominator,
        n=row.n,
        standard_error=row.standard_error,
        low=row.low,
        high=row.high,
        cluster=row.cluster,
        clusters=row.clusters,
        design_effect=row.design_effect,
        period_from=row.run.period_from,
        period_to=row.run.period_to,
        measured_at=row.run.created_at,
        records_sha256=row.run.records_sha256,
    )


def release_out(row: MarketRelease) -> ReleaseOut:
    """Show a release."""
    return ReleaseOut(
        code=row.code,
        title=row.title,
        kind=row.kind,
        status=row.status,
        sha256=row.sha256,
        published_at=row.published_at,
    )


def figure_out(row: MarketFigure) -> FigureOut:
    """Show a figure."""
    return FigureOut(
        id=row.pk,
        kpi=row.kpi,
        variant=row.variant,
        value=row.plain_value,
        unit=row.unit,
        statistic=row.statistic,
        industry=row.industry,
        region=row.region,
        channel=row.channel,
        year=row.year,
        n=row.n,
        spread=row.spread,
        source=row.source,
        url=row.url,
        grade=row.grade,
        note=row.note,
    )

"""A centre's measurements beside the market, and the verdicts, each in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from scipy import stats

from benchmarks.comparable import CENTRE, CentreProfile, Figure, Measured, choose
from benchmarks.kpis.registry import KPIS
from benchmarks.models import MarketFigure, MarketRelease, Measurement, MeasurementRun, MonthMeasurement
from benchmarks.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.db.models import QuerySet

    from accounts.models import Centre

MAX_AGE_MONTHS = 24
# What the table of figures may be sorted by: nothing else from the address ever reaches the database.
SORTS = {
    "kpi": ("kpi", "region", "-year", "line"),
    "year": ("-year", "kpi", "line"),
    "region": ("region", "kpi", "-year", "line"),
    "value": ("value", "kpi", "line"),
}


def market_figures(
    release: MarketRelease, *, text: str = "", kpi: str = "", region: str = "", industry: str = "", sort: str = "kpi"
) -> QuerySet[MarketFigure]:
    """Find figures of a release; blank filters keep all, an unknown sort is by KPI."""
    found = MarketFigure.objects.filter(release=release)
    for name, value in (("kpi", kpi), ("region", region), ("industry", industry)):
        if value:
            found = found.filter(**{name: value})
    if text:
        codes = [code for code, each in KPIS.items() if text.lower() in each.name.lower()]
        found = found.filter(
            Q(source__icontains=text) | Q(note__icontains=text) | Q(kpi__icontains=text) | Q(kpi__in=codes)
        )
    return found.order_by(*SORTS.get(sort, SORTS["kpi"]))


def run_measurements(run: MeasurementRun) -> list[Measurement]:
    """Return the measurements of a run in the order they were made (one query)."""
    return list(run.measurements.all())


def centre_runs(centre: Centre) -> QuerySet[MeasurementRun]:
    """Return the runs of a centre, newest first, without their mapping and reports."""
    return centre.measurement_runs.select_related("created_by").defer("mapping", "quality", "rejected", "not_measured")


def interval(measurement: Measurement | MonthMeasurement) -> tuple[float, float] | None:
    """Return the two-sided 95 % interval, from the clustered error and Student's t; None without an error.

    Of few answers a measurement brings its own.
    """
    if measurement.low is not None and measurement.high is not None:
        return measurement.low, measurement.high
    error, clusters = measurement.standard_error, measurement.clusters
    if error is None or clusters is None or clusters < 2:  # noqa: PLR2004 - one cluster has no spread
        return None
    half = float(stats.t.isf(0.025, clusters - 1)) * error
    low, high = measurement.value - half, measurement.value + half
    return KPIS[measurement.kpi].within(low, high, measurement.unit) if measurement.kpi in KPIS else (low, high)


@dataclass(frozen=True)
class Compared:
    """A measurement with its interval and the market figure that it may be compared with, or why there is none."""

    measurement: Measurement
    name: str
    interval: tuple[float, float] | None
    figure: Figure | None
    refusals: tuple[str, ...]


def compared(run: MeasurementRun, release: MarketRelease | None) -> list[Compared]:
    """Put each measurement of a run beside its like market figure, without judging (two queries)."""
    figures = _figures(release)
    profile = _profile(run.centre)
    return [_compared(each, figures, profile) for each in run_measurements(run)]


def _compared(measurement: Measurement, figures: list[Figure], profile: CentreProfile) -> Compared:
    kpi = KPIS[measurement.kpi]
    theirs = [figure for figure in figures if figure.kpi == kpi.code]
    pair, refusals = choose(kpi, [plain_measured(measurement)], theirs, profile)
    figure = pair[1] if pair and pair[0] else None
    return Compared(measurement, kpi.name, interval(measurement), figure, tuple(r.words for r in refusals))


def verdicts(
    *,
    kpis: Sequence[str],
    centre: Centre,
    run: MeasurementRun | None,
    release: MarketRelease | None,
    waived: Collection[str] = frozenset(),
    max_age_months: int | None = None,
    bar: str = CENTRE,
) -> dict[str, dict[str, Any]]:
    """Judge a centre's run against a release at a bar: KPI code -> verdict as JSON.

    Two queries; see ``verdict.judge``.
    """
    if release is None:
        return {}
    found = judge(
        kpis=kpis,
        measurements=[plain_measured(each) for each in run_measurements(run)] if run else [],
        figures=_figures(release),
        centre=_profile(centre),
        period_to=run.period_to if run else None,
        waived=waived,
        max_age_months=MAX_AGE_MONTHS if max_age_months is None else max_age_months,
        bar=bar,
    )
    return {code: verdict.as_json() for code, verdict in found.items()}


def _profile(centre: Centre) -> CentreProfile:
    return CentreProfile(centre.country, centre.industry, tuple(centre.channels))


def plain_measured(each: Measurement) -> Measured:
    """Return of a stored measurement what a verdict needs; quantiles, which have no numerator, with their interval."""
    quantile = each.numerator is None
    return Measured(
        kpi=each.kpi,
        variant=each.variant,
        channel=each.channel,
        value=each.value,
        se=each.standard_error,
        clusters=each.clusters,
        unit=each.unit,
        n=each.n,
        cluster=each.cluster,
        low=each.low if quantile else None,
        high=each.high if quantile else None,
    )


_NAMES = tuple(Figure.__dataclass_fields__)


def _figures(release: MarketRelease | None) -> list[Figure]:
    if release is None:
        return []
    return [Figure(**row) for row in MarketFigure.objects.filter(release=release).order_by("line").values(*_NAMES)]

"""What the pages on where a centre stands read, in a constant number of queries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from accounts.models import Centre
from benchmarks.comparable import BARS, CENTRE, CentreProfile, Figure, Measured
from benchmarks.kpis.registry import KPIS
from benchmarks.models import MarketFigure, MarketRelease, Measurement, MeasurementRun, MonthMeasurement, ReleaseStatus
from benchmarks.selectors.comparing import MAX_AGE_MONTHS, interval, plain_measured
from benchmarks.standing import (
    VERDICTS,
    CentreStanding,
    Change,
    Key,
    Period,
    Reading,
    Site,
    changes,
    in_order,
    key_rank,
)
from benchmarks.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import User
    from benchmarks.verdict import Verdict

MOST_RUNS = 60
_HEAVY = ("mapping", "quality", "rejected", "not_measured", "warnings")
_NAMES = tuple(Figure.__dataclass_fields__)


def standing_runs(centre: Centre, *, most: int = MOST_RUNS) -> list[MeasurementRun]:
    """Return the runs of a centre, the latest period first, without their mappings and reports (one query)."""
    found = centre.measurement_runs.select_related("created_by").defer(*_HEAVY)
    runs = list(found.order_by("-period_to", "-created_at", "-pk")[:most])
    for run in runs:
        run.centre = centre
    return runs


def centre_standing(centre: Centre, runs: Sequence[MeasurementRun], release: MarketRelease | None) -> CentreStanding:
    """Say where a centre stands from its runs, the latest first, and a release (two queries)."""
    by_run = {run.pk: (place, run) for place, run in enumerate(runs)}
    rows = sorted(Measurement.objects.filter(run__in=list(by_run)), key=lambda each: (by_run[each.run_id][0], each.pk))
    series = _series((each, by_run[each.run_id][1].period_from, by_run[each.run_id][1].period_to) for each in rows)
    newest = runs[0] if runs else None
    previous = next((run for run in runs if newest and run.period_to < newest.period_from), None)
    figures = [] if release is None else _figures(release)
    profile = _profile(centre)
    measured = tuple(plain_measured(each) for each in rows if newest and each.run_id == newest.pk)
    return CentreStanding(
        name=str(centre),
        newest=_period(newest),
        previous=_period(previous),
        measured=measured,
        figures=tuple(figures),
        profile=profile,
        series={key: in_order(readings) for key, readings in series.items()},
        verdicts=_verdicts(measured, figures, profile, newest.period_to) if newest and release else {},
        changes=_changes(series, newest, previous) if newest and previous else [],
    )


def verdicts_counted(centres: Sequence[Centre], release: MarketRelease | None) -> dict[int, dict[str, int]]:
    """Count, per centre that was measured, its newest run's verdicts at the market's centre; three queries.

    The same verdicts as on the page of the centre.
    """
    newest: dict[int, MeasurementRun] = {}
    runs = MeasurementRun.objects.filter(centre__in=[each.pk for each in centres]).defer(*_HEAVY)
    for run in runs.order_by("period_to", "created_at", "pk"):
        newest[run.centre_id] = run
    measured: dict[int, list[Measured]] = {run.pk: [] for run in newest.values()}
    for each in Measurement.objects.filter(run__in=list(measured)).order_by("pk"):
        measured[each.run_id].append(plain_measured(each))
    figures = _figures(release) if release else []
    found = {}
    for centre in centres:
        own = newest.get(centre.pk)
        if own is None or release is None:
            continue
        verdicts = _verdicts(measured[own.pk], figures, _profile(centre), own.period_to, bars=(CENTRE,))[CENTRE]
        states = [each.state for each in verdicts.values()]
        found[centre.pk] = {state: states.count(state) for state in VERDICTS}
    return found


def by_month(runs: Sequence[MeasurementRun], standing: CentreStanding, key: Key) -> CentreStanding:
    """Return the standing with the readings of a KPI and variant by month, in every channel (one query).

    A run that stored no months, because it is one or is older than they are, keeps its one reading.
    """
    found: dict[Key, dict[int, list[Reading]]] = {}
    rows = MonthMeasurement.objects.filter(run__in=[run.pk for run in runs], kpi=key.kpi, variant=key.variant)
    for each in rows.order_by("first", "pk"):
        own = found.setdefault(Key(each.kpi, each.variant, each.channel), {})
        own.setdefault(each.run_id, []).append(_reading(each, each.first, each.last))
    series = dict(standing.series)
    for each_key, months in found.items():
        whole = {reading.run: [reading] for reading in standing.series.get(each_key, [])}
        given = {**whole, **months}
        series[each_key] = in_order(reading for run in runs for reading in given.get(run.pk, []))
    return replace(standing, series=series)


def run_months(run: MeasurementRun) -> list[Key]:
    """Return what a run found by month, each in its widest channel, in the order of the registry (one query)."""
    rows = run.months.order_by().values_list("kpi", "variant", "channel").distinct()
    found: dict[tuple[str, str], Key] = {}
    for key in sorted((Key(*row) for row in rows if row[0] in KPIS), key=key_rank):
        found.setdefault((key.kpi, key.variant), key)
    return list(found.values())


def _period(run: MeasurementRun | None) -> Period | None:
    return None if run is None else Period(run.pk, run.period_from, run.period_to)


def _verdicts(
    measured: Sequence[Measured],
    figures: Sequence[Figure],
    profile: CentreProfile,
    period_to: date,
    *,
    bars: Iterable[str] = tuple(BARS),
) -> dict[str, dict[str, Verdict]]:
    """Judge all KPIs that have a better direction; at each bar they are one family of tests."""
    kpis = [code for code, kpi in KPIS.items() if kpi.direction != "target"]
    return {
        bar: judge(
            kpis=kpis,
            measurements=measured,
            figures=figures,
            centre=profile,
            period_to=period_to,
            max_age_months=MAX_AGE_MONTHS,
            bar=bar,
        )
        for bar in bars
    }


def _changes(series: dict[Key, list[Reading]], newest: MeasurementRun, previous: MeasurementRun) -> list[Change]:
    """Compare two runs, one variant of each KPI in its widest channel, so that nothing is counted twice."""
    pairs: dict[str, tuple[Key, Reading, Reading]] = {}
    for key in sorted(series, key=key_rank):
        by_run = {each.run: each for each in series[key]}
        if key.kpi not in pairs and {newest.pk, previous.pk} <= by_run.keys():
            pairs[key.kpi] = (key, by_run[previous.pk], by_run[newest.pk])
    return changes({key: (before, now) for key, before, now in pairs.values()})


def releases_between(first: date, last: date) -> QuerySet[MarketRelease]:
    """Return the releases published in a time, whatever became of them since."""
    published = MarketRelease.objects.exclude(status=ReleaseStatus.DRAFT).filter(published_at__isnull=False)
    return published.filter(published_at__date__range=(first, last)).order_by("published_at", "pk")


def site_kpis(user: User, organisation_id: int) -> list[str]:
    """Return the codes of the KPIs that any centre of an organisation has measured, as the registry orders them."""
    centres = Centre.objects.visible_to(user).filter(organisation=organisation_id)
    found = set(Measurement.objects.filter(run__centre__in=centres).order_by().values_list("kpi", flat=True).distinct())
    return [code for code in KPIS if code in found]


def sites(
    user: User, organisation_id: int, kpi: str, release: MarketRelease | None
) -> tuple[Key | None, str, list[Site]]:
    """Put the centres of an organisation side by side in the key that most of them have measured (three queries).

    Returns the key, its unit, and every centre that the person may see, those that have not measured it too.
    """
    centres = list(Centre.objects.visible_to(user).filter(organisation=organisation_id).order_by("name", "pk"))
    rows = list(
        Measurement.objects.filter(run__centre__in=centres, kpi=kpi)
        .order_by("-run__period_to", "-run__created_at", "-run_id")
        .select_related("run")
        .defer(*(f"run__{name}" for name in _HEAVY))
    )
    by_centre = {
        centre.pk: _series((e, e.run.period_from, e.run.period_to) for e in rows if e.run.centre_id == centre.pk)
        for centre in centres
    }
    counts: dict[Key, int] = {}
    for series in by_centre.values():
        for key in series:
            counts[key] = counts.get(key, 0) + 1
    if not counts:
        return None, "", [Site(centre.pk, str(centre), [], None) for centre in centres]
    key = min(counts, key=lambda each: (-counts[each], key_rank(each)))
    unit = next(each.unit for each in rows if Key(each.kpi, each.variant, each.channel) == key)
    figures = _figures(release, kpi=kpi) if release else []
    return key, unit, [_site(centre, by_centre[centre.pk], key, unit, figures) for centre in centres]


def _site(centre: Centre, series: dict[Key, list[Reading]], key: Key, unit: str, figures: Sequence[Figure]) -> Site:
    readings = [each for each in in_order(series.get(key, [])) if each.unit == unit]
    if not readings:
        return Site(centre.pk, str(centre), [], None)
    newest = readings[-1]
    same_run = [
        Measured(
            kpi=other.kpi,
            variant=other.variant,
            channel=other.channel,
            value=each.value,
            se=each.se,
            clusters=each.clusters,
            unit=each.unit,
        )
        for other, found in series.items()
        for each in found
        if each.run == newest.run
    ]
    verdict = judge(
        kpis=[key.kpi], measurements=same_run, figures=figures, centre=_profile(centre), period_to=newest.last
    )[key.kpi]
    like = verdict.figure is not None and (verdict.variant, verdict.channel) == (key.variant, key.channel)
    return Site(centre.pk, str(centre), readings, float(verdict.figure["value"]) if like and verdict.figure else None)


def _series(rows: Iterable[tuple[Measurement, date, date]]) -> dict[Key, list[Reading]]:
    """Put measurements by key, in the order given."""
    found: dict[Key, list[Reading]] = {}
    for each, first, last in rows:
        if each.kpi in KPIS:
            found.setdefault(Key(each.kpi, each.variant, each.channel), []).append(_reading(each, first, last))
    return found


def _reading(each: Measurement | MonthMeasurement, first: date, last: date) -> Reading:
    around = (each.low, each.high) if each.low is not None and each.high is not None else interval(each)
    return Reading(
        run=each.run_id,
        first=first,
        last=last,
        value=each.value,
        se=each.standard_error,
        clusters=each.clusters,
        n=each.n,
        unit=each.unit,
        low=around[0] if around else None,
        high=around[1] if around else None,
    )


def _profile(centre: Centre) -> CentreProfile:
    return CentreProfile(centre.country, centre.industry, tuple(centre.channels))


def _figures(release: MarketRelease, **only: str) -> list[Figure]:
    found = MarketFigure.objects.filter(release=release, **only).order_by("line").values(*_NAMES)
    return [Figure(**row) for row in found]

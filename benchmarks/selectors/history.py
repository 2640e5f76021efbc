"""What a centre's runs say over the quarters, in two queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from benchmarks.models import Measurement, MonthMeasurement
from benchmarks.trend import Piece, by_quarter, quarter_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from accounts.models import Centre
    from benchmarks.trend import Point


@dataclass(frozen=True, slots=True)
class Series:
    """What is compared over time: one KPI in one variant, for one channel or ``all``, in one unit."""

    kpi: str
    variant: str
    channel: str
    unit: str


def quarterly(
    centre: Centre, kpis: Collection[str], *, until: date | None = None, known_at: datetime | None = None
) -> dict[Series, list[Point]]:
    """Return the quarterly points of a centre's runs, oldest first; see ``trend.by_quarter``. Two queries.

    ``until`` leaves out periods that end later, ``known_at`` runs that were made later. Where runs cover the same days
    the newest counts. A run over more than a quarter counts with its months.
    """
    kept = Q(run__centre=centre, kpi__in=kpis)
    if until is not None:
        kept &= Q(run__period_to__lte=until)
    if known_at is not None:
        kept &= Q(run__created_at__lte=known_at)
    whole = Measurement.objects.filter(kept).select_related("run").only(*_FIELDS)
    months = MonthMeasurement.objects.filter(kept).select_related("run").only(*_FIELDS, "first", "last")
    rows: list[Measurement | MonthMeasurement] = [
        *(each for each in whole if quarter_of(each.run.period_from, each.run.period_to)),
        *(each for each in months if not quarter_of(each.run.period_from, each.run.period_to)),
    ]
    pieces: dict[Series, list[Piece]] = {}
    for each in sorted(rows, key=lambda row: (row.run.created_at, row.run_id, -row.pk), reverse=True):
        piece = _piece(each)
        if piece is not None:
            pieces.setdefault(Series(each.kpi, each.variant, each.channel, each.unit), []).append(piece)
    return {series: by_quarter(given) for series, given in pieces.items()}


_FIELDS = (
    *("kpi", "variant", "channel", "unit", "value", "standard_error", "clusters", "denominator", "n"),
    *("run__period_from", "run__period_to", "run__created_at"),
)


def _piece(each: Measurement | MonthMeasurement) -> Piece | None:
    if each.standard_error is None or each.clusters is None or each.clusters < 2:  # noqa: PLR2004 - no spread
        return None
    return Piece(
        first=each.first if isinstance(each, MonthMeasurement) else each.run.period_from,
        last=each.last if isinstance(each, MonthMeasurement) else each.run.period_to,
        value=each.value,
        se=each.standard_error,
        clusters=each.clusters,
        weight=float(each.denominator or each.n),
    )

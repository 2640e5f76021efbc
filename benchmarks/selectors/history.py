"""What a centre's runs say over the quarters, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.models import Measurement
from benchmarks.trend import Piece, by_quarter

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
    """Return the quarterly points of a centre's runs, oldest first; see ``trend.by_quarter``. One query.

    ``until`` leaves out periods that end later, ``known_at`` runs that were made later. Where runs cover the same days
    the newest counts.
    """
    found = Measurement.objects.filter(run__centre=centre, kpi__in=kpis)
    if until is not None:
        found = found.filter(run__period_to__lte=until)
    if known_at is not None:
        found = found.filter(run__created_at__lte=known_at)
    pieces: dict[Series, list[Piece]] = {}
    for each in found.select_related("run").only(*_FIELDS).order_by("-run__created_at", "-run_id", "pk"):
        piece = _piece(each)
        if piece is not None:
            pieces.setdefault(Series(each.kpi, each.variant, each.channel, each.unit), []).append(piece)
    return {series: by_quarter(given) for series, given in pieces.items()}


_FIELDS = (
    *("kpi", "variant", "channel", "unit", "value", "standard_error", "clusters", "denominator", "n"),
    *("run__period_from", "run__period_to", "run__created_at"),
)


def _piece(each: Measurement) -> Piece | None:
    if each.standard_error is None or each.clusters is None or each.clusters < 2:  # noqa: PLR2004 - no spread
        return None
    return Piece(
        first=each.run.period_from,
        last=each.run.period_to,
        value=each.value,
        se=each.standard_error,
        clusters=each.clusters,
        weight=float(each.denominator or each.n),
    )

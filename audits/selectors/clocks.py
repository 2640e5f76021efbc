"""A centre's service clock: what it promises, and what its latest measurements say about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import Centre
from audits.finding_words import WARNINGS
from audits.followup import ServiceClock
from audits.warning import shortfall_level
from benchmarks.kpis.measure import variant_at
from benchmarks.models import Measurement, MeasurementRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from accounts.models import User

DAY = 86_400  # seconds
TICKETS, COMPLAINTS, SECOND = "ticket_closed_in_time", "complaint_closed_in_time", "same_issue_second_call"
USUAL = {TICKETS: 5, COMPLAINTS: 3}  # days of the plain variant


@dataclass(frozen=True)
class ClockRow:
    """One promise against what was measured; ``level`` is None where nothing comparable was measured."""

    promise: str
    target: str
    measured: Decimal | None
    n: int | None
    level: int | None
    words: str
    style: str


@dataclass(frozen=True)
class CentreClock:
    """A centre with its promises and its latest run."""

    centre: Centre
    clock: ServiceClock
    run: MeasurementRun | None
    rows: tuple[ClockRow, ...]


def clocks_for(user: User, centres: QuerySet[Centre] | None = None) -> list[CentreClock]:
    """Return the clocks of the visible centres, by name; four queries, however many centres."""
    visible = Centre.objects.visible_to(user) if centres is None else centres
    newest = (
        MeasurementRun.objects.filter(centre=OuterRef("pk")).order_by("-period_to", "-created_at", "-pk").values("pk")
    )
    rows = list(visible.select_related("organisation").annotate(newest_run=Subquery(newest[:1])).order_by("name", "pk"))
    runs = MeasurementRun.objects.filter(pk__in=[row.newest_run for row in rows if row.newest_run])
    by_pk = {run.pk: run for run in runs.only("pk", "centre", "period_from", "period_to", "records_name")}
    clocks = {clock.centre_id: clock for clock in ServiceClock.objects.filter(centre__in=[row.pk for row in rows])}
    measured: dict[int, list[Measurement]] = defaultdict(list)
    found = Measurement.objects.filter(run__in=by_pk, kpi__in=[TICKETS, COMPLAINTS, SECOND], channel="all")
    for each in found.order_by("pk"):
        measured[each.run_id].append(each)
    made = []
    for row in rows:
        clock, run = clocks.get(row.pk) or ServiceClock(centre=row), by_pk.get(row.newest_run)
        made.append(CentreClock(row, clock, run, clock_rows(clock, measured[run.pk] if run else ())))
    return made


def clock_rows(clock: ServiceClock, measured: Sequence[Measurement]) -> tuple[ClockRow, ...]:
    """Compare the three promises with the measurements of one run; like only with like."""
    days = _("%(share)s %% within %(days)s days")
    ticket = days % {"share": _plain(clock.ticket_share), "days": clock.ticket_days}
    complaint = days % {"share": _plain(clock.complaint_share), "days": clock.complaint_days}
    second = _("at most %(share)s %%") % {"share": _plain(clock.second_calls)}
    return (
        _row(clock, measured, TICKETS, _("Tickets closed in time"), ticket, clock.ticket_share, clock.ticket_days),
        _row(
            clock,
            measured,
            COMPLAINTS,
            _("Complaints closed in time"),
            complaint,
            clock.complaint_share,
            clock.complaint_days,
        ),
        _row(clock, measured, SECOND, _("Second calls on the same issue"), second, clock.second_calls, None),
    )


def _row(
    clock: ServiceClock,
    measured: Sequence[Measurement],
    kpi: str,
    promise: str,
    target: str,
    wanted: Decimal,
    days: int | None,
) -> ClockRow:
    variant = "standard" if days is None else variant_at("standard", days * DAY, USUAL[kpi] * DAY)
    found = next((each for each in measured if (each.kpi, each.variant) == (kpi, variant)), None)
    if found is None:
        others = any(each.kpi == kpi for each in measured)
        words = (
            _("Measured with another time limit; it cannot be compared with this promise.")
            if others
            else _("Not measured. Upload tickets with their opening and closing times.")
        )
        return ClockRow(promise, target, None, None, None, words, "is-open")
    value = Decimal(str(found.value)).quantize(Decimal("0.01"))
    short = value - wanted if kpi == SECOND else wanted - value
    level = shortfall_level(short, near=clock.near, far=clock.far)
    words = [_("Kept"), _("Just short"), _("Missed"), _("Missed by far")][level]
    return ClockRow(promise, target, value, found.n, level, words, WARNINGS[level][1])


def _plain(value: Decimal) -> str:
    """Write 100 for 100.00."""
    return format(Decimal(value).normalize(), "f")

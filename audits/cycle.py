"""The dates of a certification cycle: how long it lasts, when surveillance is due. Pure: no Django, no clock.

The numbers are those that certification bodies publish for ISO/IEC 17021-1 (see ``docs/life-of-an-engagement.md``).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Cycle:
    """The periods of a cycle, in years and months."""

    years: int = 3
    first_surveillance_months: int = 12
    suspension_months: int = 6
    restoring_months: int = 6
    verifying_majors_months: int = 6


CYCLE = Cycle()


@dataclass(frozen=True)
class Due:
    """What has to be done to keep a certificate, and by when. ``number`` counts the surveillances from 1."""

    what: str
    number: int
    by: date


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later; the last day of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid_until(start: date, cycle: Cycle = CYCLE) -> date:
    """Return the last day of a cycle: the day before its anniversary; a cycle from 29 February ends on 28 February."""
    try:
        anniversary = start.replace(year=start.year + cycle.years)
    except ValueError:  # 29 February
        anniversary = date(start.year + cycle.years, 3, 1)
    return anniversary - timedelta(days=1)


def dues(cycle_from: date, until: date, cycle: Cycle = CYCLE) -> tuple[Due, ...]:
    """Return what is due in a cycle, in order.

    The first surveillance at most twelve months after the decision, then one in each calendar year, but not in the
    year of recertification; recertification before the certificate ends.
    """
    years = range(cycle_from.year + 1, until.year)
    ends = [add_months(cycle_from, cycle.first_surveillance_months), *(date(year, 12, 31) for year in years[1:])]
    surveillance = [Due("surveillance", number, day) for number, day in enumerate(ends[: len(years)], start=1)]
    return (*surveillance, Due("recertification", 1, until))


def next_due(cycle_from: date, until: date, surveillances_done: int, cycle: Cycle = CYCLE) -> Due:
    """Return what is due next when so many surveillances of the cycle are done."""
    planned = dues(cycle_from, until, cycle)
    return planned[min(surveillances_done, len(planned) - 1)]


def restorable_until(until: date, cycle: Cycle = CYCLE) -> date:
    """Return the last day on which an expired certificate can be restored."""
    return add_months(until, cycle.restoring_months)


def cycle_after(until: date, decided: date, cycle: Cycle = CYCLE) -> date | None:
    """Return the last day of a certificate that is renewed by a decision of that day; None when it is too late.

    Renewed in time it counts from the decision. Restored after it had ended it keeps the old cycle: effective from the
    decision, until the day on which it would have ended had it been renewed without a gap.
    """
    if decided <= until:
        return valid_until(decided, cycle)
    if decided > restorable_until(until, cycle):
        return None
    return valid_until(until + timedelta(days=1), cycle)

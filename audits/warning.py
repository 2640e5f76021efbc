"""Three levels of early warning, for findings and for a centre's service clock. Pure: no Django, no clock.

0 nothing; 1 due soon; 2 overdue; 3 overdue and escalated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal

NONE, SOON, OVERDUE, ESCALATED = range(4)
LEVELS = (SOON, OVERDUE, ESCALATED)


def level_of(due: date | None, today: date, *, soon_days: int, escalate_days: int) -> int:
    """Return the level on a day: soon from ``soon_days`` before the due day, escalated ``escalate_days`` after it."""
    if due is None:
        return NONE
    left = (due - today).days
    if left < 0:
        return ESCALATED if -left >= escalate_days else OVERDUE
    return SOON if left <= soon_days else NONE


def shortfall_level(short: Decimal, *, near: Decimal, far: Decimal) -> int:
    """Return the level of a share that falls short of its target by percentage points; what meets it is no warning."""
    if short <= 0:
        return NONE
    return SOON if short <= near else OVERDUE if short <= far else ESCALATED


@dataclass(frozen=True)
class Acted:
    """How many warnings of a level were acted upon in the time of the level, of those for which that is known."""

    level: int
    in_time: int
    known: int

    @property
    def percent(self) -> float | None:
        """Return the share in per cent; None where nothing is known yet."""
        return 100 * self.in_time / self.known if self.known else None


def compliance(warnings: Iterable[tuple[int, date, datetime | None]], today: date) -> tuple[Acted, ...]:
    """Count (level, act by, acted at): in time when acted by that day; one still waiting counts once its time is up."""
    counts = {level: [0, 0] for level in LEVELS}
    for level, act_by, acted_at in warnings:
        if acted_at is None and today <= act_by:
            continue
        counts[level][0] += acted_at is not None and acted_at.date() <= act_by
        counts[level][1] += 1
    return tuple(Acted(level, *counts[level]) for level in LEVELS)

"""The ticket family: closing in time, cycle time, waiting, backlog, reopening, escalating, warnings, complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from benchmarks.kpis.measure import Quotient, Survival, Thresholds, count_if, sum_if, variant_at
from benchmarks.kpis.views import DAY_SECONDS

if TYPE_CHECKING:
    import ibis.expr.types as ir

OLD_DAYS = 5
LEVELS = (1, 2, 3)
_TWICE = 2


def quotients(at: Thresholds) -> tuple[Quotient, ...]:
    """Give the family's quotients. Variants at other times than 72 and 120 hours carry theirs in their name."""
    return (
        _in_time("ticket_closed_in_time", at.ticket, 432_000, complaints=False),
        _in_time("complaint_closed_in_time", at.complaint, 259_200, complaints=True),
        *_OTHERS,
        *(_warned(level) for level in (0, *LEVELS)),
    )


def _in_time(kpi: str, limit: int, usual: int, *, complaints: bool) -> Quotient:
    """A ticket that is open beyond its time has failed; one that still has time does not count yet."""

    def among(t: ir.Table) -> ir.BooleanValue:
        return t.complaint if complaints else ibis.literal(True)

    return Quotient(
        view="tickets",
        kpi=kpi,
        variant=variant_at("standard", limit, usual),
        needs=frozenset({"complaint"}) if complaints else frozenset(),
        top=lambda t, _: count_if(among(t) & t.closed & (t.seconds <= limit)),
        bottom=lambda t, _: count_if(among(t) & (t.closed | (t.seconds > limit))),
    )


def _warned(level: int) -> Quotient:
    def of_level(t: ir.Table) -> ir.BooleanValue:
        return t.level == level if level else t.in_time.notnull()

    return Quotient(
        view="warnings",
        kpi="early_warning_compliance",
        variant=f"level_{level}" if level else "standard",
        needs=frozenset({"level"}) if level else frozenset(),
        top=lambda t, _: count_if(of_level(t) & t.in_time),
        bottom=lambda t, _: count_if(of_level(t)),
    )


_OTHERS = (
    Quotient(
        view="contacts",
        kpi="complaint_rate",
        variant="per_contacts",
        needs=frozenset({"complaint"}),
        top=lambda t, _: count_if(t.complaint),
        bottom=lambda t, _: count_if(t.complaint.notnull()),
        scale=1000.0,
        unit="per 1,000",
    ),
    Quotient(
        view="customers",
        kpi="complaint_rate",
        variant="per_customers",
        cluster="customer",
        needs=frozenset({"complaint"}),
        top=lambda t, _: t.complaints,
        bottom=lambda t, _: count_if(t.complaints.notnull()),
        scale=1000.0,
        unit="per 1,000",
    ),
    Quotient(
        view="steps",
        kpi="stacking_share",
        top=lambda t, _: t.seconds - t.worked,
        bottom=lambda t, _: t.seconds,
    ),
    Quotient(
        view="tickets",
        kpi="stacking_share",
        needs=frozenset({"waiting_seconds"}),
        # Engines take the lesser of nothing and something for something: who did not say counts in neither sum.
        top=lambda t, _: sum_if(t.closed & t.waiting_seconds.notnull(), ibis.least(t.waiting_seconds, t.seconds)),
        bottom=lambda t, _: sum_if(t.closed & t.waiting_seconds.notnull(), t.seconds),
    ),
    Quotient(
        view="tickets",
        kpi="backlog_age",
        variant="mean_age",
        top=lambda t, _: sum_if(~t.closed, t.seconds),
        bottom=lambda t, _: count_if(~t.closed),
        scale=1 / 3600,
        unit="h",
    ),
    Quotient(
        view="tickets",
        kpi="backlog_age",
        variant="share_over_5d",
        top=lambda t, _: count_if(~t.closed & (t.seconds > OLD_DAYS * DAY_SECONDS)),
        bottom=lambda t, _: count_if(~t.closed),
    ),
    Quotient(
        view="tickets",
        kpi="reopen_rate",
        needs=frozenset({"followed", "reopened"}),
        top=lambda t, _: count_if(t.followed & t.reopened),
        bottom=lambda t, _: count_if(t.followed),
    ),
    Quotient(
        view="tickets",
        kpi="escalation_rate",
        variant="tickets",
        needs=frozenset({"escalated"}),
        top=lambda t, _: count_if(t.escalated),
        bottom=lambda t, _: count_if(t.escalated.notnull()),
    ),
    Quotient(
        view="tickets",
        kpi="same_issue_second_call",
        needs=frozenset({"contact_count"}),
        top=lambda t, _: count_if(t.contact_count >= _TWICE),
        bottom=lambda t, _: count_if(t.contact_count.notnull()),
    ),
    Quotient(
        view="issues",
        kpi="same_issue_second_call",
        top=lambda t, _: count_if(t.most >= _TWICE),
        bottom=lambda t, _: count_if(t.most >= 1),
    ),
    Quotient(
        view="complaints",
        kpi="complaint_rate",
        variant="per_contacts",
        needs=frozenset({"complaint"}),
        top=lambda t, _: t.complaint,
        bottom=lambda t, _: t.contact,
        scale=1000.0,
        unit="per 1,000",
    ),
)

SURVIVALS = (
    Survival(
        view="tickets",
        kpi="cycle_time",
        variant="median",
        column="seconds",
        event="closed",
        level=0.5,
        unit="h",
        scale=1 / 3600,
    ),
    Survival(
        view="tickets",
        kpi="cycle_time",
        variant="p90",
        column="seconds",
        event="closed",
        level=0.9,
        unit="h",
        scale=1 / 3600,
    ),
)

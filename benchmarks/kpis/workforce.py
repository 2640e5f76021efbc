"""The workforce family: how people's time is spent, whether it was forecast, and whether they stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from benchmarks.codes import PRODUCTIVE, UNPLANNED_AWAY
from benchmarks.kpis.measure import Quotient, count_if, sum_if

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    Flag = Callable[[ir.Table], ir.BooleanValue]

_WORKING = (*PRODUCTIVE, "work")


def _time(
    kpi: str, among: Flag, within: Flag, *, variant: str = "standard", needs: frozenset[str] = frozenset()
) -> Quotient:
    """Give time in some states over time in more of them, by agent."""
    return Quotient(
        view="states",
        kpi=kpi,
        variant=variant,
        cluster="agent",
        needs=needs,
        top=lambda t, _: sum_if(within(t) & among(t), t.seconds),
        bottom=lambda t, _: sum_if(within(t), t.seconds),
    )


def _people(variant: str, among: Flag, needs: frozenset[str] = frozenset()) -> Quotient:
    """Leavers per year that somebody was on the staff: the average headcount x the length of the period in years."""
    return Quotient(
        view="people",
        kpi="attrition",
        variant=variant,
        cluster="person",
        needs=needs,
        top=lambda t, _: sum_if(t.left & among(t), t.weight),
        bottom=lambda t, _: t.years,
        unit="%/y",
    )


def _paid(t: ir.Table) -> ir.BooleanValue:
    return t.is_paid


_HANDLING = frozenset({"handling"})
_PLANNED = frozenset({"planned"})
_FORECAST = frozenset({"forecast", "actual"})


def _both(t: ir.Table) -> ir.BooleanValue:
    return t.forecast.notnull() & t.actual.notnull()


def _wape(view: str, variant: str) -> Quotient:
    return Quotient(
        view=view,
        kpi="forecast_accuracy",
        variant=variant,
        needs=_FORECAST,
        top=lambda t, _: sum_if(_both(t), (t.actual - t.forecast).abs()),
        bottom=lambda t, _: sum_if(_both(t), t.actual),
    )


QUOTIENTS = (
    _time("occupancy", lambda t: t.handling, lambda t: t.state.isin(PRODUCTIVE), needs=_HANDLING),
    _time("utilisation", lambda t: t.handling, _paid, needs=_HANDLING),
    _time("shrinkage", lambda t: t.state.notin(_WORKING), _paid, variant="total"),
    _time("shrinkage", lambda t: t.state.isin(UNPLANNED_AWAY), _paid, variant="unplanned"),
    _time("schedule_adherence", lambda t: t.as_planned, lambda t: t.is_planned, needs=_PLANNED),
    _time("absence", lambda t: t.state == "absent", lambda t: t.hours_planned, needs=_PLANNED),
    Quotient(
        view="plan",
        kpi="schedule_adherence",
        cluster="agent",
        # States of a careless log may overlap: nobody keeps more of a plan than there is.
        top=lambda t, _: ibis.least(t.kept.fill_null(0.0), t.seconds),
        bottom=lambda t, _: t.seconds,
    ),
    Quotient(
        view="plan",
        kpi="absence",
        cluster="agent",
        top=lambda t, _: sum_if(t.state != "leave", ibis.least(t.absent.fill_null(0.0), t.seconds)),
        bottom=lambda t, _: sum_if(t.state != "leave", t.seconds),
    ),
    _wape("intervals", "wape_interval"),
    _wape("forecast_days", "wape_day"),
    Quotient(
        view="intervals",
        kpi="forecast_accuracy",
        variant="mape_interval",
        needs=_FORECAST,
        top=lambda t, _: sum_if(_both(t) & (t.actual > 0), (t.actual - t.forecast).abs() / t.actual.nullif(0.0)),
        bottom=lambda t, _: count_if(_both(t) & (t.actual > 0)),
    ),
    Quotient(
        view="intervals",
        kpi="forecast_bias",
        needs=_FORECAST,
        top=lambda t, _: sum_if(_both(t), t.forecast - t.actual),
        bottom=lambda t, _: sum_if(_both(t), t.actual),
    ),
    _people("standard", lambda t: t.left),
    _people("external", lambda t: ~t.internal.fill_null(False), frozenset({"internal"})),
    _people("under_90d", lambda t: t.soon),
    _people("over_90d", lambda t: ~t.soon),
    Quotient(
        view="people",
        kpi="time_to_competence",
        cluster="person",
        needs=frozenset({"learnt", "weeks"}),
        top=lambda t, _: sum_if(t.learnt, t.weeks),
        bottom=lambda t, _: count_if(t.learnt),
        scale=1.0,
        unit="weeks",
    ),
)

"""The handling family: handling time, after-contact work, transfers, first contact resolution without repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from benchmarks.kpis.measure import Part, Quantile, Quotient, Ratio, count_if, sum_if

if TYPE_CHECKING:
    import ibis.expr.types as ir

FCR_DAYS = (1, 5, 7, 30)
_TIME = frozenset({"answered", "handle_seconds"})
_WRAP = frozenset({"answered", "wrap_seconds"})
_TRANSFER = frozenset({"answered", "transferred"})
FCR_NEEDS = frozenset({"answered", "customer", "reason"})


def _handled(t: ir.Table) -> ir.BooleanValue:
    return t.answered & t.handle_seconds.notnull()


def _wrapped(t: ir.Table) -> ir.BooleanValue:
    return t.answered & t.wrap_seconds.notnull()


def _transferable(t: ir.Table) -> ir.BooleanValue:
    return t.answered & t.transferred.notnull()


PARTS: dict[str, Part] = {
    "handled": Part(_TIME, lambda t, _: count_if(_handled(t))),
    "handling": Part(_TIME, lambda t, _: sum_if(_handled(t), t.handle_seconds)),
    "handling_squared": Part(_TIME, lambda t, _: sum_if(_handled(t), t.handle_seconds * t.handle_seconds)),
    "wrapped": Part(_WRAP, lambda t, _: count_if(_wrapped(t))),
    "wrapping": Part(_WRAP, lambda t, _: sum_if(_wrapped(t), t.wrap_seconds)),
    "wrapping_squared": Part(_WRAP, lambda t, _: sum_if(_wrapped(t), t.wrap_seconds * t.wrap_seconds)),
    "transferable": Part(_TRANSFER, lambda t, _: count_if(_transferable(t))),
    "transferred": Part(_TRANSFER, lambda t, _: count_if(_transferable(t) & t.transferred)),
}

RATIOS = (
    Ratio("aht", "standard", "agent", {"handling": 1}, {"handled": 1}, 1.0, "s", squares="handling_squared"),
    Ratio("acw", "standard", "agent", {"wrapping": 1}, {"wrapped": 1}, 1.0, "s", squares="wrapping_squared"),
    Ratio("transfer_rate", "standard", "agent", {"transferred": 1}, {"transferable": 1}, 100.0, "%"),
)


def _first_reply(t: ir.Table) -> ir.BooleanValue:
    return t.first_response_seconds.notnull()


QUOTIENTS = (
    Quotient(
        view="contacts",
        kpi="escalation_rate",
        cluster="agent",
        needs=frozenset({"answered", "escalated"}),
        top=lambda t, _: count_if(t.answered & t.escalated),
        bottom=lambda t, _: count_if(t.answered & t.escalated.notnull()),
    ),
    Quotient(
        view="contacts",
        kpi="first_response_time",
        variant="mean",
        needs=frozenset({"first_response_seconds"}),
        top=lambda t, _: sum_if(_first_reply(t), t.first_response_seconds),
        bottom=lambda t, _: count_if(_first_reply(t)),
        scale=1 / 60,
        unit="min",
    ),
    Quotient(
        view="contacts",
        kpi="conversion_rate",
        cluster="agent",
        needs=frozenset({"answered", "sale"}),
        top=lambda t, _: count_if(t.answered & t.sale),
        bottom=lambda t, _: count_if(t.answered & t.sale.notnull()),
    ),
)
QUANTILES = (
    Quantile("first_response_time", "median", "day", "first_response_seconds", "all", 0.5, "min", scale=1 / 60),
)


def _fcr_parts(days: int) -> dict[str, Part]:
    seen, again = f"seen_{days}", f"again_{days}"
    return {
        f"followed_up_{days}": Part(FCR_NEEDS, lambda t, _: count_if(t[seen])),
        f"resolved_{days}": Part(FCR_NEEDS, lambda t, _: count_if(t[seen] & ~t[again])),
    }


# First contact resolution is computed on a table of its own: see ``with_repeats``.
FCR_PARTS: dict[str, Part] = {name: part for days in FCR_DAYS for name, part in _fcr_parts(days).items()}
FCR_RATIOS = tuple(
    Ratio("fcr", f"no_repeat_{n}d", "customer", {f"resolved_{n}": 1}, {f"followed_up_{n}": 1}, 100.0, "%")
    for n in FCR_DAYS
)


def with_repeats(contacts: ir.Table, last: ir.TimestampScalar) -> ir.Table:
    """Add for each contact of a known customer and reason whether N days after it were seen, and held a repeat.

    ``last`` is the last arrival in the records: a contact whose N days end later is not counted (right-censoring). The
    denominator holds answered contacts only; a repeat is any contact, answered or not, in any channel.
    """
    known = contacts.filter(contacts.customer.notnull() & contacts.reason.notnull())
    order = [known.arrived_at, known["row"]]
    following = known.arrived_at.lead().over(group_by=[known.customer, known.reason], order_by=order)
    ahead = known.mutate(following=following)
    flags: dict[str, ir.BooleanValue] = {}
    for days in FCR_DAYS:
        span = ibis.interval(days=days)
        flags[f"seen_{days}"] = ahead.answered & (ahead.arrived_at <= last - span)
        flags[f"again_{days}"] = ahead.following.notnull() & (ahead.following <= ahead.arrived_at + span)
    return ahead.mutate(**flags)


def repeats_of(contacts: ir.Table) -> ir.Table:
    """Return of all contacts what first contact resolution takes: those followed up, with the columns to split by.

    Where it is measured for the whole, by channel and by month, contacts are sorted by customer for it once only.
    """
    last = ibis.timestamp(contacts.arrived_at.max().execute())
    ahead = with_repeats(contacts, last)
    flags = [f"{name}_{days}" for days in FCR_DAYS for name in ("seen", "again")]
    splits = [name for name in ("channel", "queue", "agent", "skill") if name in contacts.columns]
    # Whoever is not followed for the shortest time is not followed for any.
    return ahead.filter(ahead[f"seen_{min(FCR_DAYS)}"]).select("customer", "day", *splits, *flags)

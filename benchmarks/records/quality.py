"""What to know about the records before believing any figure made from them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from benchmarks.records.mapping import Mapping
    from benchmarks.records.prepare import Records, Refused

_GAPS_SHOWN = 31
_OPTIONAL = ("handle_seconds", "wrap_seconds", "transferred", "agent", "customer", "reason")


def quality_report(contacts: Records, mapping: Mapping) -> dict[str, Any]:
    """Describe the records as JSON-able values; shares are from 0 to 1, None where the field is not mapped.

    ``missing`` counts answered contacts (all contacts where nothing is known about answering) without that field.
    ``repeat_within_7d_of_identified`` is the share of contacts of known customers that the same customer follows with
    another one within 7 days, for whatever reason: it tells how far customers can be followed, and is not FCR.
    """
    table = contacts.table
    row = _sums(table, contacts.fields)
    used, first, last = int(row["used"]), row["first"].date(), row["last"].date()
    gaps = _gaps(table, first, last)
    return {
        "rows_read": contacts.rows_read,
        "rows_used": used,
        "rows_rejected": sum(each.rows for each in contacts.rejected.values()),
        "rows_left_out": sum(each.rows for each in contacts.left_out.values()),
        "left_out": counted(contacts.left_out),
        "duplicates": contacts.rejected["duplicate"].rows if "duplicate" in contacts.rejected else 0,
        "period_from": first.isoformat(),
        "period_to": last.isoformat(),
        "days_covered": int(row["days"]),
        "days_without_contacts": len(gaps),
        "gaps": [day.isoformat() for day in gaps[:_GAPS_SHOWN]],
        "not_queued": _count(row, "not_queued"),
        "neither_answered_nor_abandoned": _count(row, "neither"),
        "missing": {name: int(row[f"no_{name}"]) for name in _OPTIONAL if name in contacts.fields},
        "identified_share": int(row["identified"]) / used if "customer" in contacts.fields else None,
        "repeat_within_7d_of_identified": _repeat_share(table) if "customer" in contacts.fields else None,
        "channels": sorted(str(name) for name in table.select("channel").distinct()["channel"].execute()),
        "time_zone": mapping.time_zone,
        "service_level_seconds": mapping.service_level_seconds,
        "short_abandon_seconds": mapping.short_abandon_seconds,
    }


def counted(refused: dict[str, Refused]) -> dict[str, Any]:
    """Give refused rows as JSON-able values: reason -> rows and first lines."""
    return {why: {"rows": each.rows, "lines": list(each.lines)} for why, each in refused.items()}


def _sums(table: ir.Table, fields: frozenset[str]) -> dict[Any, Any]:
    sums: dict[str, ir.Value] = {
        "used": table.count(),
        "first": table.arrived_at.min(),
        "last": table.arrived_at.max(),
        "days": table.day.nunique(),
    }
    if "answered" in fields:
        sums["not_queued"] = (~table.queued).sum()
        sums["neither"] = (table.queued & ~table.answered & ~table.abandoned).sum()
    if "customer" in fields:
        sums["identified"] = table.customer.count()
    handled = table.answered if "answered" in fields else ibis.literal(True)
    for name in _OPTIONAL:
        if name in fields:
            sums[f"no_{name}"] = (handled & table[name].isnull()).sum()
    return dict(table.agg(**sums).execute().to_dict("records")[0])


def _count(row: dict[Any, Any], name: str) -> int | None:
    return int(row[name]) if name in row else None


def _gaps(table: ir.Table, first: dt.date, last: dt.date) -> list[dt.date]:
    if (last - first).days > 36_600:  # noqa: PLR2004 - a century of days: a wrong date, and no list to walk through
        return []
    seen = {value.date() for value in table.select("day").distinct()["day"].execute()}
    every = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if day not in seen]


def _repeat_share(table: ir.Table) -> float | None:
    known = table.filter(table.customer.notnull())
    order = [known.arrived_at, known["row"]]
    following = known.arrived_at.lead().over(group_by=known.customer, order_by=order)
    again = following.notnull() & (following <= known.arrived_at + ibis.interval(days=7))
    share = known.select(again=ibis.cases((again, 1.0), else_=0.0)).again.mean().execute()
    return None if share is None or share != share else float(share)  # noqa: PLR0124 - NaN: nobody is known

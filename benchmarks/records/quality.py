"""What to know about the records before believing any figure made from them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import ibis

from benchmarks.message import marked as _
from benchmarks.records.arrivals import arrival_profile
from benchmarks.records.files import RecordsError
from benchmarks.records.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from benchmarks.records.mapping import Mapping
    from benchmarks.records.prepare import Records, Refused

_GAPS_SHOWN = 31
_OPTIONAL = ("handle_seconds", "wrap_seconds", "transferred", "agent", "customer", "reason")


def quality_report(records: Records, mapping: Mapping) -> dict[str, Any]:
    """Describe the records as JSON-able values; shares are from 0 to 1, None where the field is not mapped.

    ``missing`` counts answered contacts (all rows where nothing is known about answering) without that field.
    ``repeat_within_7d_of_identified`` is the share of contacts of known customers that the same customer follows with
    another one within 7 days, for whatever reason: it tells how far customers can be followed, and is not FCR. The
    period is None for kinds that have none of their own, and that state none.
    """
    table, fields = records.table, records.fields
    row = _sums(table, fields)
    used = int(row["used"])
    dated = KINDS[mapping.kind].dated and bool(KINDS[mapping.kind].moment)
    first, last = (row["first"].date(), row["last"].date()) if dated else _stated(mapping)
    gaps = _gaps(table, first, last) if dated and first and last else []
    contacts = mapping.kind == "contacts"
    return {
        "kind": mapping.kind,
        "rows_read": records.rows_read,
        "rows_used": used,
        "rows_rejected": sum(each.rows for each in records.rejected.values()),
        "rows_left_out": sum(each.rows for each in records.left_out.values()),
        "left_out": counted(records.left_out),
        "duplicates": records.rejected["duplicate"].rows if "duplicate" in records.rejected else 0,
        "period_from": first.isoformat() if first else None,
        "period_to": last.isoformat() if last else None,
        "days_covered": int(row["days"]),
        "days_without_contacts": len(gaps),
        "gaps": [day.isoformat() for day in gaps[:_GAPS_SHOWN]],
        "not_queued": _count(row, "not_queued"),
        "neither_answered_nor_abandoned": _count(row, "neither"),
        "missing": {name: int(row[f"no_{name}"]) for name in _OPTIONAL if name in fields},
        "identified_share": int(row["identified"]) / used if "customer" in fields else None,
        "repeat_within_7d_of_identified": _repeat_share(table) if contacts and "customer" in fields else None,
        "channels": sorted(str(name) for name in table.select("channel").distinct()["channel"].execute())
        if "channel" in fields
        else [],
        "arrivals": arrival_profile(table, fields) if contacts else None,
        "time_zone": mapping.time_zone,
        "service_level_seconds": mapping.service_level_seconds,
        "short_abandon_seconds": mapping.short_abandon_seconds,
    }


def _stated(mapping: Mapping) -> tuple[dt.date | None, dt.date | None]:
    """Give the period that a mapping states: the end is the last day that is wholly or partly in it."""
    last = (mapping.as_of - dt.timedelta(microseconds=1)).date() if mapping.as_of else None
    return (mapping.period_from.date() if mapping.period_from else last), last


def whole_quality(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Describe several files together: the first file of contacts speaks for its kind, rows and days are of all.

    RecordsError where no file tells the period.
    """
    main = next((report for report in reports if report["kind"] == "contacts"), reports[0])
    dated = [report for report in reports if report["period_from"] and report["period_to"]]
    if not dated:
        raise RecordsError(_("These records do not say which period they are about: state as_of in the mapping."))
    # Contacts say which period is measured; tickets may have been opened long before.
    telling = [report for report in dated if report["kind"] == "contacts"] or dated
    return {
        **main,
        **{name: sum(each[name] for each in reports) for name in _ADDED},
        "left_out": main["left_out"] if len(reports) == 1 else _left_out(reports),
        "period_from": min(each["period_from"] for each in telling),
        "period_to": max(each["period_to"] for each in telling),
        "channels": sorted({name for each in reports for name in each["channels"]}),
    }


_ADDED = ("rows_read", "rows_used", "rows_rejected", "rows_left_out", "duplicates")


def _left_out(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for report in reports:
        for why, each in report["left_out"].items():
            found[why] = {"rows": each["rows"] + (found[why]["rows"] if why in found else 0), "lines": []}
    return found


def counted(refused: dict[str, Refused]) -> dict[str, Any]:
    """Give refused rows as JSON-able values: reason -> rows and first lines."""
    return {why: {"rows": each.rows, "lines": list(each.lines)} for why, each in refused.items()}


def _sums(table: ir.Table, fields: frozenset[str]) -> dict[Any, Any]:
    sums: dict[str, ir.Value] = {
        "used": table.count(),
        "first": table.day.cast("timestamp").min(),
        "last": table.day.cast("timestamp").max(),
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

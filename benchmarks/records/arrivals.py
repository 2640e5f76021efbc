"""When contacts arrive: how many per half hour and weekday, and how long they are handled and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

INTERVAL = 1800
SLOTS = 86_400 // INTERVAL
MOST_CHANNELS = 40


def arrival_profile(table: ir.Table, fields: frozenset[str]) -> dict[str, Any]:
    """Describe the arrivals of clean contacts as JSON-able values, by local time of the centre; two queries.

    ``days`` are the days with contacts per weekday, Monday first; per channel ``calls`` has the sums per half hour of
    each weekday that has any, under its number as text. ``handled`` and ``handled_seconds`` are of contacts whose
    handling time is known, ``abandoned`` and ``waited_seconds`` (of all who queued, answered or not) are None where
    the records do not tell. Contacts that never asked for a person are left out.
    """
    asked = table.filter(table.queued) if "queued" in fields else table
    parts = asked.mutate(
        weekday=asked.arrived_at.day_of_week.index().cast("int64"),
        slot=(asked.arrived_at.hour().cast("int64") * 3600 + asked.arrived_at.minute().cast("int64") * 60) // INTERVAL,
    )
    counted = parts.group_by("channel", "weekday", "slot").agg(calls=parts.count()).execute()
    sums: dict[str, ir.Value] = {"all": parts.count()}
    if "handle_seconds" in fields:
        taken = parts.answered if "answered" in fields else ibis.literal(True)
        sums["handled"] = (taken & parts.handle_seconds.notnull()).sum()
        sums["handled_seconds"] = ibis.cases((taken, parts.handle_seconds), else_=0).sum()
    if {"abandoned", "wait_seconds"} <= fields:
        sums["abandoned"] = parts.abandoned.sum()
        sums["waited_seconds"] = parts.wait_seconds.sum()
    totals = {str(row["channel"]): row for row in parts.group_by("channel").agg(**sums).execute().to_dict("records")}
    days = parts.select("weekday", "day").distinct().group_by("weekday").agg(days=lambda t: t.count()).execute()
    per_weekday = dict(zip(days["weekday"], days["days"], strict=True))
    channels: dict[str, dict[str, Any]] = {}
    for name in sorted(totals, key=lambda each: -int(totals[each]["all"]))[:MOST_CHANNELS]:
        known = {key: _number(totals[name].get(key)) for key in _SUMS}
        channels[name] = {"calls": {}, **known}
    for channel, weekday, slot, calls in zip(*(counted[key] for key in _KEYS), strict=True):
        if str(channel) in channels:
            found = channels[str(channel)]["calls"].setdefault(str(int(weekday)), [0] * SLOTS)
            found[int(slot)] = int(calls)
    return {
        "interval_seconds": INTERVAL,
        "days": [int(per_weekday.get(weekday, 0)) for weekday in range(7)],
        "channels": channels,
    }


_SUMS = ("handled", "handled_seconds", "abandoned", "waited_seconds")
_KEYS = ("channel", "weekday", "slot", "calls")


def _number(value: Any) -> float | None:
    """Return a number for JSON; None for what is not there or is not a number."""
    return None if value is None or value != value else float(value)  # noqa: PLR0124 - NaN

"""What in a quality report should make somebody stop before any figure, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable

_REFUSED, _NIGHT, _KNOWN = 0.05, 0.35, 0.5
_NIGHT_SLOTS = range(12)  # half hours from midnight to six


def doubts(quality: dict[str, Any], rejected: dict[str, Any]) -> list[Message]:
    """Return what to look at in the records of one file; empty where nothing is strange."""
    found = []
    read = max(quality["rows_read"], 1)
    refused = quality["rows_rejected"] / read
    if refused > _REFUSED:
        words = _("{share} % of the rows cannot be used. See the reasons below, and correct the mapping.")
        found.append(Message(words, {"share": round(refused * 100)}))
    negative = sum(each["rows"] for why, each in rejected.items() if why.endswith(": negative") or ": before " in why)
    if negative:
        words = _("{rows} rows have a negative duration: the clocks of two systems differ, or columns are swapped.")
        found.append(Message(words, {"rows": negative}))
    if quality["duplicates"]:
        found.append(Message(_("{rows} rows are there twice."), {"rows": quality["duplicates"]}))
    if quality["days_without_contacts"]:
        found.append(Message(_("{days} days have no rows at all."), {"days": quality["days_without_contacts"]}))
    known = quality["identified_share"]
    if known is not None and known < _KNOWN:
        words = _("Only {share} % of the rows name a customer: repeats cannot be followed.")
        found.append(Message(words, {"share": round(known * 100)}))
    night = _night(quality["arrivals"])
    if night > _NIGHT:
        words = _("{share} % of the contacts arrive between midnight and six: is {zone} the right time zone?")
        found.append(Message(words, {"share": round(night * 100), "zone": quality["time_zone"]}))
    return found


def _night(arrivals: dict[str, Any] | None) -> float:
    if not arrivals:
        return 0.0
    slots: Iterable[list[int]] = [day for each in arrivals["channels"].values() for day in each["calls"].values()]
    every = night = 0
    for day in slots:
        every += sum(day)
        night += sum(day[slot] for slot in _NIGHT_SLOTS)
    return night / every if every else 0.0

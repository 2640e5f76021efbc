"""Invented contact records of a voice centre, with days that differ as real days do."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

OPEN, SHUT = 8, 20  # hours of the day
WEEKEND = 5
REASONS = ("billing", "delivery", "account", "complaint", "technical", "advice")
COLUMNS = (
    "contact_id",
    "arrived_at",
    "line",
    "channel",
    "outcome",
    "wait_seconds",
    "handle_seconds",
    "agent",
    "customer",
    "reason",
    "transferred",
    "satisfaction",
)


@dataclass(frozen=True)
class Traffic:
    """How a centre's days look. Times in seconds; shares between 0 and 1.

    A caller who must wait does so for an exponential time, longer on bad days, and gives up when an exponential
    patience runs out first.
    """

    per_day: int
    mean_wait: float
    no_wait: float
    patience: float = 900.0
    handle: float = 290.0
    agents: int = 30
    transferred: float = 0.11
    day_spread: float = 0.22
    chats: int = 0


def write_contacts(path: Path, traffic: Traffic, *, first: date, days: int, seed: int) -> None:
    """Write one CSV row per contact for every day from ``first`` on, Sundays left out."""
    random = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(COLUMNS)
        number = 0
        for offset in range(days):
            day = first + timedelta(days=offset)
            if day.weekday() > WEEKEND:
                continue
            for row in _day(random, traffic, day):
                number += 1
                rows.writerow([f"C{number:07d}", *row])


def _day(random: np.random.Generator, traffic: Traffic, day: date) -> list[list[object]]:
    """Return the contacts of one day in order of arrival."""
    share = 0.55 if day.weekday() == WEEKEND else 1.0
    calls = _contacts(random, traffic, day, "voice", int(random.poisson(traffic.per_day * share)))
    chats = _contacts(random, traffic, day, "chat", int(random.poisson(traffic.chats * share)))
    return sorted([*calls, *chats], key=lambda row: str(row[0]))


def _contacts(random: np.random.Generator, traffic: Traffic, day: date, channel: str, count: int) -> list[list[object]]:
    mood = float(np.exp(random.normal(0.0, traffic.day_spread)))
    arrivals = random.uniform(OPEN * 3600, SHUT * 3600, count).astype(int)
    waits = np.where(random.random(count) < traffic.no_wait, 0.0, random.exponential(traffic.mean_wait * mood, count))
    patience = random.exponential(traffic.patience, count)
    answered = waits <= patience
    handled = np.maximum(20, random.lognormal(np.log(traffic.handle) - 0.18, 0.6, count)).astype(int)
    picks = random.random((count, 5))
    return [
        [
            (datetime.combine(day, time()) + timedelta(seconds=int(arrivals[i]))).strftime("%Y-%m-%d %H:%M:%S"),
            "TEST" if picks[i, 0] < 0.002 else "MAIN",  # noqa: PLR2004 - two test calls in a thousand
            channel,
            "answered" if answered[i] else "abandoned",
            int(min(waits[i], patience[i])),
            int(handled[i]) if answered[i] else "",
            f"agent-{int(picks[i, 1] * traffic.agents) + 1:03d}" if answered[i] else "",
            f"K{int(picks[i, 2] * traffic.per_day * 40):06d}" if picks[i, 0] < 0.8 else "",  # noqa: PLR2004
            REASONS[int(picks[i, 3] * len(REASONS))],
            ("yes" if picks[i, 4] < traffic.transferred else "no") if answered[i] else "",
            _satisfaction(picks[i, 3]) if answered[i] and picks[i, 4] > 0.82 else "",  # noqa: PLR2004
        ]
        for i in range(count)
    ]


def _satisfaction(pick: float) -> int:
    """Return a score from 1 to 5 as surveys after a call show them: most are content, some are not."""
    return int(np.searchsorted([0.05, 0.09, 0.19, 0.52], (pick * 97) % 1.0)) + 1

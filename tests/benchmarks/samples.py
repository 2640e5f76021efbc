"""Generated contact records and a mapping for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """kind: contacts
format: {type: csv, delimiter: ";", encoding: utf-8}
time_zone: Asia/Hong_Kong
fields:
  contact_id: {column: id}
  arrived_at: {column: arrived}
  wait_seconds: {column: wait}
  answered: {column: outcome, equals: answered}
  abandoned: {column: outcome, equals: abandoned}
  handle_seconds: {column: handle}
  agent: {column: agent}
  customer: {column: customer, none: ["0"]}
  reason: {column: reason}
  channel: {column: channel}
  transferred: {column: transferred}
  survey_invited: {column: invited}
  survey_resolved: {column: resolved}
  score_csat: {column: csat}
  score_nps: {column: nps}
"""
HEADER = "id;arrived;wait;outcome;handle;agent;customer;reason;channel;transferred;invited;resolved;csat;nps"


def write_csv(path: Path, rows: list[str], *, header: str = HEADER, encoding: str = "utf-8") -> Path:
    """Write lines below a header."""
    path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return path


def make_contacts(count: int = 3000, days: int = 30, seed: int = 7) -> pd.DataFrame:
    """Make contacts whose waits share a day's load, in the columns of ``MAPPING``."""
    random = np.random.default_rng(seed)
    day = random.integers(0, days, count)
    load = random.normal(0, 1, days)[day]
    wait = np.maximum(0, np.round(random.exponential(20, count) * np.exp(load) - 5))
    answered = random.random(count) < 1 / (1 + np.exp(wait / 40 - 2.2))
    invited = answered & (random.random(count) < 0.5)
    replied = invited & (random.random(count) < 0.4)
    arrived = pd.Timestamp("2026-03-01 08:00:00") + pd.to_timedelta(day * 86400 + random.integers(0, 36000, count), "s")

    def where(mask: np.ndarray, values: np.ndarray) -> pd.Series:
        return pd.Series(values, dtype="object").where(mask)

    frame = {
        "id": np.arange(count),
        "arrived": arrived.strftime("%Y-%m-%d %H:%M:%S"),
        "wait": wait.astype(int),
        "outcome": np.where(answered, "answered", "abandoned"),
        "handle": where(answered, random.integers(30, 900, count)),
        "agent": where(answered, np.char.add("agent", random.integers(0, 12, count).astype(str))),
        "customer": np.where(random.random(count) < 0.7, random.integers(1, 400, count), 0),
        "reason": np.char.add("r", random.integers(0, 3, count).astype(str)),
        "channel": np.where(random.random(count) < 0.8, "voice", "chat"),
        "transferred": where(answered, np.where(random.random(count) < 0.1, "yes", "no")),
        "invited": np.where(invited, "1", "0"),
        "resolved": where(replied, np.where(random.random(count) < 0.7, "Y", "N")),
        "csat": where(replied, random.integers(1, 6, count)),
        "nps": where(replied, random.integers(0, 11, count)),
    }
    return pd.DataFrame(frame)

"""Levels of warning by day and by share, and how many were acted upon in time: by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.warning import Acted, compliance, level_of, shortfall_level

DUE = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("left", "level"),
    [(15, 0), (14, 1), (1, 1), (0, 1), (-1, 2), (-6, 2), (-7, 3), (-400, 3)],
)
def test_levels_change_on_their_day(left: int, level: int) -> None:
    assert level_of(DUE, DUE - timedelta(days=left), soon_days=14, escalate_days=7) == level


def test_without_a_day_nothing_is_due() -> None:
    assert level_of(None, DUE, soon_days=14, escalate_days=7) == 0


@given(st.integers(-1000, 1000), st.integers(1, 120), st.integers(1, 120))
def test_a_level_never_falls_as_days_go_by(left: int, soon: int, late: int) -> None:
    today, after = DUE - timedelta(days=left), DUE - timedelta(days=left - 1)
    first, second = (level_of(DUE, day, soon_days=soon, escalate_days=late) for day in (today, after))
    assert first <= second


@pytest.mark.parametrize(
    ("short", "level"), [("-3", 0), ("0", 0), ("0.01", 1), ("2", 1), ("2.01", 2), ("10", 2), ("10.01", 3)]
)
def test_a_share_is_warned_about_by_how_much_is_missing(short: str, level: int) -> None:
    assert shortfall_level(Decimal(short), near=Decimal(2), far=Decimal(10)) == level


def at(day: int) -> datetime:
    return datetime(2026, 10, day, 12, tzinfo=UTC)


def test_acted_in_time_counts_what_is_known() -> None:
    today = date(2026, 10, 10)
    rows = [
        (1, date(2026, 10, 8), at(8)),  # on the last day: in time
        (1, date(2026, 10, 8), at(9)),  # a day late
        (1, date(2026, 10, 9), None),  # its time is up
        (1, date(2026, 10, 10), None),  # still has today
        (3, date(2026, 10, 12), at(10)),
    ]
    assert compliance(rows, today) == (Acted(1, 1, 3), Acted(2, 0, 0), Acted(3, 1, 1))
    assert [row.percent for row in compliance(rows, today)] == [100 / 3, None, 100.0]

"""Dates of a certification cycle, worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from audits.cycle import Due, add_months, cycle_after, dues, next_due, restorable_until
from audits.life import suspended_too_long


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 9, 14), 12, date(2027, 9, 14)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_end_with_the_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("decided", "until", "expected"),
    [
        (
            date(2026, 9, 14),
            date(2029, 9, 13),
            [("surveillance", date(2027, 9, 14)), ("surveillance", date(2028, 12, 31))],
        ),
        (
            date(2028, 2, 29),
            date(2031, 2, 28),
            [("surveillance", date(2029, 2, 28)), ("surveillance", date(2030, 12, 31))],
        ),
        # The cycle ends with its third calendar year: the year of recertification has no surveillance.
        (date(2026, 1, 1), date(2028, 12, 31), [("surveillance", date(2027, 1, 1))]),
    ],
)
def test_surveillance_is_due_within_twelve_months_and_then_each_calendar_year(
    decided: date, until: date, expected: list[tuple[str, date]]
) -> None:
    found = [(due.what, due.by) for due in dues(decided, until)]
    assert found == [*expected, ("recertification", until)]


def test_what_is_due_next_follows_from_what_is_done() -> None:
    decided, until = date(2026, 9, 14), date(2029, 9, 13)
    assert next_due(decided, until, 0) == Due("surveillance", 1, date(2027, 9, 14))
    assert next_due(decided, until, 1) == Due("surveillance", 2, date(2028, 12, 31))
    assert next_due(decided, until, 2) == next_due(decided, until, 9) == Due("recertification", 1, until)


@pytest.mark.parametrize(
    ("decided", "renewed"),
    [
        (date(2029, 9, 13), date(2032, 9, 12)),  # on the last day: counted from the decision
        (date(2029, 9, 14), date(2032, 9, 13)),  # a day late: the old cycle goes on
        (date(2030, 3, 13), date(2032, 9, 13)),  # the last day on which it can be restored
        (date(2030, 3, 14), None),
    ],
)
def test_renewal_counts_from_the_decision_and_restoring_keeps_the_cycle(decided: date, renewed: date | None) -> None:
    until = date(2029, 9, 13)
    assert restorable_until(until) == date(2030, 3, 13)
    assert cycle_after(until, decided) == renewed


def test_suspension_is_too_long_after_six_months() -> None:
    assert not suspended_too_long(date(2026, 8, 31), date(2027, 2, 28))
    assert suspended_too_long(date(2026, 8, 31), date(2027, 3, 1))

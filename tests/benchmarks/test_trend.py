"""Trends over quarters: which quarter a run belongs to, and the line against other ways to compute it."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from scipy import stats

from benchmarks.trend import FALLING, NOT_SHOWN, RISING, Piece, Point, Quarter, by_quarter, quarter_of, recent, trend


def points(values: list[float], se: float = 1.0, clusters: int = 60, skip: int = 0) -> list[Point]:
    """Make points in a row from the first quarter of 2024; ``skip`` leaves out the quarter of that place."""
    quarters = [Quarter(2024 + place // 4, place % 4 + 1) for place in range(len(values) + 1)]
    if skip:
        del quarters[skip]
    return [Point(quarter, value, se, clusters) for quarter, value in zip(quarters, values, strict=False)]


@pytest.mark.parametrize(
    ("first", "last", "quarter"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), "2026-Q1"),
        (date(2026, 2, 1), date(2026, 2, 28), "2026-Q1"),
        (date(2025, 12, 29), date(2026, 3, 31), "2026-Q1"),
        (date(2026, 10, 1), date(2026, 12, 31), "2026-Q4"),
        (date(2024, 2, 29), date(2024, 2, 29), "2024-Q1"),
        (date(2026, 3, 16), date(2026, 4, 14), None),  # half in each
        (date(2026, 1, 1), date(2026, 12, 31), None),
        (date(2026, 2, 2), date(2026, 2, 1), None),
    ],
)
def test_the_quarter_of_a_period(first: date, last: date, quarter: str | None) -> None:
    found = quarter_of(first, last)
    assert (str(found) if found else None) == quarter


def month(number: int, value: float, se: float = 1.0, weight: float = 100.0) -> Piece:
    """Make the figure of a month of 2026."""
    return Piece(date(2026, number, 1), date(2026, number, 28), value, se, 28, weight)


def test_months_of_a_quarter_are_averaged_by_weight() -> None:
    (found,) = by_quarter([month(1, 80, weight=100), month(2, 90, weight=300)])
    assert (str(found.quarter), found.value, found.clusters) == ("2026-Q1", 87.5, 56)
    assert found.se == pytest.approx(math.sqrt(100**2 + 300**2) / 400)


def test_of_runs_over_the_same_days_the_first_given_counts() -> None:
    newest, older = month(1, 80), month(1, 10)
    assert [point.value for point in by_quarter([newest, older])] == [80]


@pytest.mark.parametrize(
    "bad", [month(1, math.nan), month(1, 80, se=0), month(1, 80, se=math.inf), month(1, 80, weight=0)]
)
def test_figures_without_an_error_do_not_count(bad: Piece) -> None:
    assert [point.value for point in by_quarter([bad, month(5, 70)])] == [70]


def test_three_quarters_are_no_trend() -> None:
    assert trend(points([1, 2, 3])) is None
    assert trend([]) is None


def test_the_line_is_that_of_the_normal_equations() -> None:
    random = np.random.default_rng(3)
    quarters = [Quarter(2023 + place // 4, place % 4 + 1) for place in (0, 1, 3, 4, 7, 9)]
    given = [Point(each, random.normal(70, 4), random.uniform(0.5, 3), 60) for each in quarters]
    design = np.array([[1.0, each.index] for each in quarters])
    weights = np.diag([point.se**-2 for point in given])
    values = np.array([point.value for point in given])
    cover = np.linalg.inv(design.T @ weights @ design)
    expected = cover @ design.T @ weights @ values
    residuals = values - design @ expected
    scatter = float(residuals @ weights @ residuals) / 4
    found = trend(given)
    assert found is not None
    assert found.slope == pytest.approx(expected[1], rel=1e-6)
    known, scattered = math.sqrt(cover[1, 1]), math.sqrt(cover[1, 1] * scatter)
    half = max(stats.t.isf(0.025, 6 * 59) * known, stats.t.isf(0.025, 4) * scattered)
    assert found.high - found.slope == pytest.approx(half, rel=1e-6)
    assert found.slope - found.low == pytest.approx(half, rel=1e-6)
    assert not found.unbroken


def test_signs() -> None:
    rising, falling, level = (
        trend(points([60, 65, 70, 75])),
        trend(points([75, 70, 65, 60])),
        trend(points([70, 71, 70, 71])),
    )
    assert rising
    assert falling
    assert level
    assert (rising.sign, falling.sign, level.sign) == (RISING, FALLING, NOT_SHOWN)
    assert rising.unbroken
    # A perfect line with large errors shows nothing: the errors of the quarters count, not only the scatter.
    unsure = trend(points([60, 65, 70, 75], se=30))
    assert unsure is not None
    assert unsure.sign == NOT_SHOWN
    # Nor do small errors make a season a trend.
    season = trend(points([70, 80, 72, 82], se=0.01))
    assert season is not None
    assert season.sign == NOT_SHOWN


def test_a_level_series_is_called_a_trend_in_one_case_of_twenty_at_most() -> None:
    random = np.random.default_rng(11)
    called = sum(
        found.sign != NOT_SHOWN
        for found in (trend(points(list(random.normal(70, 1, 8)))) for _ in range(1000))
        if found is not None
    )
    assert 0 < called <= 65


def test_recent_counts_quarters_not_points() -> None:
    given = points([1, 2, 3, 4, 5], skip=4)
    assert [point.value for point in recent(given, 4)] == [3, 4, 5]

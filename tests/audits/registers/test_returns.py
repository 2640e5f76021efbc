"""ROI, payback and NPV against tables worked by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.returns import (
    COST,
    CUSTOMER,
    INVESTMENT,
    REVENUE,
    Flow,
    by_kind,
    lower_bound,
    net_by_year,
    npv,
    only_cuts_cost,
    payback,
    returns,
    running_total,
)


def invest(year: int, amount: str) -> Flow:
    return Flow(INVESTMENT, year, Decimal(amount), Decimal(amount), Decimal(amount))


def gain(kind: str, year: int, low: str, expected: str, high: str) -> Flow:
    return Flow(kind, year, Decimal(low), Decimal(expected), Decimal(high))


PLAN = (
    invest(0, "1000"),
    invest(1, "200"),
    gain(CUSTOMER, 1, "300", "500", "600"),
    gain(REVENUE, 2, "400", "600", "900"),
    gain(COST, 2, "100", "100", "100"),
    gain(CUSTOMER, 3, "200", "400", "500"),
)


def test_figures_of_a_plan_worked_by_hand() -> None:
    found = returns(PLAN, Fraction(8, 100))
    # expected: years -1000, +300, +700, +400; invested 1200, gained 1600
    expected = found["expected"]
    assert (expected.invested, expected.gained, expected.net) == (1200, 1600, 400)
    assert expected.roi == Fraction(1, 3)
    assert expected.payback == 2  # -1000, -700, 0, 400
    # 300/1.08 + 700/1.1664 + 400/1.259712 - 1000 = 277.7778 + 600.1372 + 317.5329 - 1000
    assert round(float(expected.npv), 4) == 195.4478
    # low: -1000, +100, +500, +200 = -200
    low = found["low"]
    assert (low.net, low.roi, low.payback) == (-200, Fraction(-1, 6), None)
    # high: -1000, +400, +1000, +500: after year 1 -600, after year 2 +400
    assert found["high"].payback == Fraction(8, 5)


@pytest.mark.parametrize(
    ("net", "rate", "value"),
    [
        # The example of numpy-financial's documentation, whose answer is 3065.22267.
        ((-40000, 5000, 8000, 12000, 30000), "0.08", 3065.22267),
        ((-100, 110), "0.1", 0),
        ((-100, 50, 50), "0", 0),
        ((0,), "0.5", 0),
        ((-1, 2), "1", 0),
    ],
)
def test_present_value(net: tuple[int, ...], rate: str, value: float) -> None:
    assert float(npv([Fraction(each) for each in net], Fraction(rate))) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("rate", [-1, -2])
def test_present_value_needs_a_rate_above_minus_one(rate: int) -> None:
    with pytest.raises(ValueError, match="above -100"):
        npv([Fraction(1)], Fraction(rate))


@pytest.mark.parametrize(
    ("net", "years"),
    [
        ((-100, 50, 50), Fraction(2)),
        ((-100, 40, 80), Fraction(7, 4)),
        ((-100, 50), None),
        ((100, 50), Fraction(0)),
        ((0,), Fraction(0)),
        # Paid back after year 1, and again below zero after year 2: only the last time counts.
        ((-100, 150, -100, 100), Fraction(5, 2)),
        ((-100, 150, -60), None),
        ((50, -100, 100), Fraction(3, 2)),
    ],
)
def test_payback_is_for_good(net: tuple[int, ...], years: Fraction | None) -> None:
    assert payback([Fraction(each) for each in net]) == years


def test_roi_without_an_investment_is_not_known() -> None:
    found = returns((gain(REVENUE, 1, "1", "2", "3"),), Fraction(0))
    assert (found["expected"].roi, found["expected"].net) == (None, 2)


def test_no_flows_are_nothing() -> None:
    found = returns((), Fraction(1, 10))["low"]
    assert (found.net, found.roi, found.payback, found.npv) == (0, None, 0, 0)


AMOUNTS = st.lists(st.integers(0, 10**6), min_size=3, max_size=3).map(sorted)
FLOWS = st.lists(
    st.builds(
        lambda kind, year, amounts: Flow(kind, year, *map(Decimal, amounts)),
        st.sampled_from([CUSTOMER, REVENUE, COST]),
        st.integers(0, 30),
        AMOUNTS,
    )
)


@given(FLOWS, st.integers(1, 10**6))
def test_low_is_never_better_than_high(flows: list[Flow], outlay: int) -> None:
    found = returns((*flows, invest(0, str(outlay))), Fraction(7, 100))
    assert found["low"].net <= found["expected"].net <= found["high"].net
    assert found["low"].npv <= found["expected"].npv <= found["high"].npv
    if found["low"].payback is not None:
        assert found["high"].payback is not None
        assert found["high"].payback <= found["low"].payback
    # At a rate of nothing the present value is the sum.
    assert npv(net_by_year(flows, "low"), Fraction(0)) == sum(by_kind(flows, "low").values())


def test_running_total_ends_at_the_net_return() -> None:
    assert running_total(net_by_year(PLAN, "expected")) == (-1000, -700, 0, 400)


@pytest.mark.parametrize(
    ("flows", "stated", "only"),
    [
        ((invest(0, "1"), gain(COST, 1, "1", "2", "3")), False, True),
        ((invest(0, "1"), gain(COST, 1, "1", "2", "3")), True, False),
        ((gain(COST, 1, "1", "2", "3"), gain(REVENUE, 1, "0", "1", "1")), False, False),
        ((gain(COST, 1, "1", "2", "3"), gain(CUSTOMER, 1, "0", "0", "0")), False, True),
        ((), False, True),
    ],
)
def test_what_only_cuts_cost(flows: tuple[Flow, ...], stated: bool, only: bool) -> None:
    assert only_cuts_cost(flows, customer_value_stated=stated) is only


def test_lower_bound_adds_all_projects_at_their_low_values() -> None:
    assert lower_bound([PLAN, (invest(0, "10"), gain(REVENUE, 1, "500", "600", "700"))]) == -200 + 490
    assert lower_bound([]) == 0

"""What an improvement project gives back: return on investment, payback, net present value. Standard library only.

Conventions, which every page and report states beside the figures:

- Years are counted from the start of the project. Year 0 is the start itself; what belongs to year 1, 2 … counts at the
  end of that year.
- ROI = (benefits - investment) / investment, not discounted.
- Payback is the moment from which the running total stays at or above zero to the end, not discounted; within a year
  the year's net flow arrives evenly. A project that ends below zero never pays back.
- NPV = sum of net flow in year t / (1 + rate)^t.

Amounts are ``Decimal`` and become ``Fraction`` here, so that nothing is rounded before it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

INVESTMENT, CUSTOMER, REVENUE, COST = "investment", "customer", "revenue", "cost"
BENEFITS = (CUSTOMER, REVENUE, COST)
LAST_YEAR = 30
CASES: tuple[Case, ...] = ("low", "expected", "high")
Case: TypeAlias = Literal["low", "expected", "high"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Money of one kind in one year: what is expected, and the range it lies in (low <= expected <= high)."""

    kind: str
    year: int
    low: Decimal
    expected: Decimal
    high: Decimal

    def amount(self, case: Case) -> Fraction:
        """Return the amount in one case."""
        return Fraction(getattr(self, case))


@dataclass(frozen=True, slots=True)
class Returns:
    """The figures of one case. ``roi`` is None without an investment, ``payback`` (years) None when it never comes."""

    invested: Fraction
    gained: Fraction
    net: Fraction
    roi: Fraction | None
    payback: Fraction | None
    npv: Fraction


def net_by_year(flows: Iterable[Flow], case: Case) -> tuple[Fraction, ...]:
    """Return benefits less investment per year, from year 0 to the last year that has a flow."""
    net: dict[int, Fraction] = {}
    for flow in flows:
        sign = -1 if flow.kind == INVESTMENT else 1
        net[flow.year] = net.get(flow.year, Fraction(0)) + sign * flow.amount(case)
    return tuple(net.get(year, Fraction(0)) for year in range(max(net, default=0) + 1))


def running_total(net: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return the sum up to and including each year."""
    totals: list[Fraction] = []
    for amount in net:
        totals.append((totals[-1] if totals else Fraction(0)) + amount)
    return tuple(totals)


def payback(net: Sequence[Fraction]) -> Fraction | None:
    """Return the years until the running total stays at or above zero, None when it ends below."""
    totals = running_total(net)
    below = [year for year, total in enumerate(totals) if total < 0]
    if not below:
        return Fraction(0)
    last = below[-1]
    if last == len(totals) - 1:
        return None
    return last + -totals[last] / (totals[last + 1] - totals[last])


def npv(net: Sequence[Fraction], rate: Fraction) -> Fraction:
    """Return the net present value; ``rate`` is 0.08 for 8 % a year. ValueError at or below -100 %."""
    if rate <= -1:
        raise ValueError("A discount rate must be above -100 %.")
    return sum((amount / (1 + rate) ** year for year, amount in enumerate(net)), Fraction(0))


def returns(flows: Sequence[Flow], rate: Fraction) -> Mapping[Case, Returns]:
    """Return all figures for the low, the expected and the high case of the benefits."""
    return {case: _returns(flows, rate, case) for case in CASES}


def _returns(flows: Sequence[Flow], rate: Fraction, case: Case) -> Returns:
    invested = sum((flow.amount(case) for flow in flows if flow.kind == INVESTMENT), Fraction(0))
    gained = sum((flow.amount(case) for flow in flows if flow.kind != INVESTMENT), Fraction(0))
    net = net_by_year(flows, case)
    return Returns(
        invested=invested,
        gained=gained,
        net=gained - invested,
        roi=(gained - invested) / invested if invested else None,
        payback=payback(net),
        npv=npv(net, rate),
    )


def by_kind(flows: Iterable[Flow], case: Case) -> Mapping[str, Fraction]:
    """Return the sum of each kind over all years; kinds without a flow are 0."""
    sums = dict.fromkeys((INVESTMENT, *BENEFITS), Fraction(0))
    for flow in flows:
        sums[flow.kind] += flow.amount(case)
    return sums


def only_cuts_cost(flows: Iterable[Flow], *, customer_value_stated: bool) -> bool:
    """Say whether a project only cuts cost: no customer value is stated, and no customer or revenue benefit expected.

    Cutting alone makes a centre cheaper and its service worse; such a project counts to no gate.
    """
    sums = by_kind(flows, "expected")
    return not customer_value_stated and sums[CUSTOMER] == 0 and sums[REVENUE] == 0


def lower_bound(reviewed: Iterable[Sequence[Flow]]) -> Fraction:
    """Return the net return of all reviewed projects together, each at its low values."""
    return sum((sum(net_by_year(flows, "low"), Fraction(0)) for flows in reviewed), Fraction(0))

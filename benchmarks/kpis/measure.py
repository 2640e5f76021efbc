"""What a KPI needs in order to be measured, and what a measurement is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import ibis

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir

Cluster = Literal["day", "agent", "customer", "person", "article", "project", "period", "contact"]
Terms = dict[str, int]


@dataclass(frozen=True)
class Thresholds:
    """Seconds within which an answer is in time, and below which giving up does not count; and the same for tickets.

    ``warning`` is the time for acting on a warning that names no time itself, None where nobody said one.
    """

    service_level: int = 20
    short_abandon: int = 5
    complaint: int = 259_200
    ticket: int = 432_000
    warning: int | None = None


@dataclass(frozen=True)
class Part:
    """Something that is summed over contacts: ``value`` gives a number per contact, 0 where it does not apply."""

    needs: frozenset[str]
    value: Callable[[ir.Table, Thresholds], ir.NumericValue]


@dataclass(frozen=True)
class Ratio:
    """A KPI that is one sum over another: the value is ``scale`` x (sum of numerator terms) / (denominator terms).

    Terms are names of parts with +1 or -1. ``squares`` is the part that sums the squares of the numerator per contact;
    for rates, whose numerator per contact is 0 or 1, it is the numerator itself and left None. Where the denominator
    per row is not 0 or 1, ``products`` are the parts that sum numerator x denominator and denominator squared, and
    ``count`` the one that counts the rows. ``interval`` gives the 95 % interval of few answers from the sums of
    numerator, its squares and denominator, and the design effect; None where they are many.
    """

    kpi: str
    variant: str
    cluster: Cluster
    numerator: Terms
    denominator: Terms
    scale: float
    unit: str
    squares: str | None = None
    products: tuple[str, str] | None = None
    count: str | None = None
    interval: Callable[[float, float, float, float | None], tuple[float, float] | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Quotient:
    """A KPI that is one sum over another in a table of ``views.VIEWS``: ``top`` and ``bottom`` give numbers per row.

    Both give 0 where a row does not count. ``needs`` are columns of the view. ``counts`` says what n is: the rows
    with a denominator, or the denominator itself.
    """

    view: str
    kpi: str
    variant: str = "standard"
    cluster: Cluster = "day"
    needs: frozenset[str] = frozenset()
    top: Callable[[ir.Table, Thresholds], ir.NumericValue]
    bottom: Callable[[ir.Table, Thresholds], ir.NumericValue]
    scale: float = 100.0
    unit: str = "%"
    counts: Literal["rows", "sum"] = "rows"

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the view without which it cannot be measured."""
        return self.needs


@dataclass(frozen=True, kw_only=True)
class Survival:
    """A quantile of ``column`` after Kaplan and Meier: where the flag ``event`` does not hold, the end was not seen."""

    view: str
    kpi: str
    variant: str
    column: str
    event: str
    level: float
    unit: str
    scale: float = 1.0
    among: str = ""
    cluster: Cluster = "day"

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the view without which it cannot be measured."""
        return frozenset({self.column, self.event, self.among}) - {""}


@dataclass(frozen=True)
class Quantile:
    """A KPI that is a quantile of ``column`` over the rows of ``view`` for which the flag ``among`` holds.

    The value is ``scale`` x the quantile.
    """

    kpi: str
    variant: str
    cluster: Cluster
    column: str
    among: str
    level: float
    unit: str
    view: str = "contacts"
    scale: float = 1.0

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the view without which it cannot be measured."""
        return frozenset({self.column, self.among})


@dataclass(frozen=True)
class Measurement:
    """One KPI in one variant, in ``unit``. ``n`` contacts (or rows) are in the denominator, in ``clusters`` clusters.

    ``se`` is the cluster-robust standard error, None with fewer than two clusters. ``design_effect`` is its square
    over the variance that independent contacts would have. ``group`` says of which part of the records this is.
    ``low`` and ``high`` are the 95 % interval where it does not follow from ``se``.
    """

    kpi: str
    variant: str
    value: float
    numerator: float | None
    denominator: float | None
    n: int
    se: float | None
    cluster: str
    clusters: int
    design_effect: float | None
    unit: str
    group: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None


def count_if(condition: ir.BooleanValue) -> ir.NumericValue:
    """Give 1 where the condition holds and 0 where it does not or is not known.

    Both branches are numbers because PostgreSQL does not cast a boolean to a double.
    """
    return ibis.cases((condition, 1.0), else_=0.0)


def sum_if(condition: ir.BooleanValue, value: ir.NumericValue) -> ir.NumericValue:
    """Give the value where the condition holds and 0 where it does not or is not known."""
    return ibis.cases((condition & value.notnull(), value), else_=0.0)


def group_of(row: dict[Any, Any], by: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Name the part of the records that a result row is about; days as ISO dates, months without a day."""
    return tuple((name, _label(row[name])[:_MONTH] if name == "month" else _label(row[name])) for name in by)


_MONTH = len("2026-03")


def _label(value: Any) -> str:
    if isinstance(value, dt.datetime):  # pandas gives days as moments
        return value.date().isoformat()
    return "unknown" if value is None or value != value else str(value)  # noqa: PLR0124 - NaN is pandas' null


def variant_at(variant: str, seconds: int, usual: int) -> str:
    """Name a variant that depends on a threshold: the plain code at the usual one, else with the seconds."""
    return variant if seconds == usual else f"{variant}_{seconds}s"

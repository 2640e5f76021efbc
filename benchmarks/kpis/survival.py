"""Quantiles after Kaplan and Meier (1958, J. Am. Stat. Assoc. 53), where the end of some rows was not seen.

A caller who gave up would have waited longer, a ticket that is open will take longer: counted as ended they flatter,
left out they flatter too. The standard error of the survival function at the quantile is clustered by day: per row its
influence is (ended at u <= t) / Y(u) - sum of dN(u) / Y(u)^2 up to the lesser of its own end and t, with Y rows at risk
and N ends. Quantiles t such errors below and above the level bound a 95 % interval, as in ``quantiles``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ibis
import numpy as np

from benchmarks.kpis.distribution import distributions, with_numbers
from benchmarks.kpis.measure import Measurement, Survival, count_if, group_of
from benchmarks.kpis.quantiles import interval_of, reach_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from benchmarks.kpis.distribution import Distribution

_FLAT = 1e-9  # two shares nearer than this are equal


def measure_survival(table: ir.Table, wanted: Sequence[Survival], by: Sequence[str] = ()) -> list[Measurement]:
    """Measure quantiles of the same column in two queries: counts per length, and sums of influence per cluster.

    A quantile that the curve does not reach, because too many ends were not seen, is left out.
    """
    first = wanted[0]
    rows = table.filter(table[first.column].notnull())
    if first.among:
        rows = rows.filter(rows[first.among])
    parts = distributions(rows, first.column, rows[first.event], by)
    if not parts:
        return []
    curves = [Curve(each) for each in parts]
    values = [[curve.quantile(each.level) for each in wanted] for curve in curves]
    spreads = _spreads(rows, first, parts, curves, values, by)
    found = []
    for part, curve, reached, (clusters, squares) in zip(parts, curves, values, spreads, strict=True):
        group = group_of(dict(zip(by, part.key, strict=True)), by)
        for each, value, square in zip(wanted, reached, squares, strict=True):
            if value is not None:
                found.append(_measurement(each, curve, value, clusters, square, group))
    return found


def _spreads(
    rows: ir.Table,
    first: Survival,
    parts: list[Distribution],
    curves: list[Curve],
    values: list[list[float | None]],
    by: Sequence[str],
) -> list[tuple[int, list[float]]]:
    """Count the clusters of each part, and sum over them the squared influence on each of its quantiles."""
    numbers: dict[str, list[float]] = {}
    for index in range(len(values[0])):
        ends = [reached[index] for reached in values]
        numbers[f"end{index}"] = [-1.0 if end is None else end for end in ends]
        numbers[f"most{index}"] = [
            0.0 if end is None else curve.hazard_at(end) for curve, end in zip(curves, ends, strict=True)
        ]
    joined = with_numbers(_with_steps(rows, first, by), parts, numbers, by)
    ended = count_if(joined[first.event])
    influence = {
        f"e{index}": (
            ibis.cases((joined[first.column] <= joined[f"end{index}"], ended * joined.share), else_=0.0)
            - ibis.least(joined.hazard, joined[f"most{index}"])
        ).sum()
        for index in range(len(values[0]))
    }
    inner = joined.group_by(list(dict.fromkeys([*by, first.cluster]))).agg(**influence)
    outer = {"clusters": inner.count(), **{name: (inner[name] * inner[name]).sum() for name in influence}}
    result = (inner.group_by(list(by)).agg(**outer) if by else inner.agg(**outer)).to_pyarrow().to_pylist()
    per = {tuple(row[name] for name in by): (row["clusters"], [row[name] for name in influence]) for row in result}
    return [per[part.key] for part in parts]


def _with_steps(rows: ir.Table, first: Survival, by: Sequence[str]) -> ir.Table:
    """Add to each row 1 / Y at its length, ``share``, and the sum of dN / Y squared up to it, ``hazard``."""
    names = [*by, first.column]
    counts = rows.group_by(names).agg(number=rows.count(), ended=ibis.cases((rows[first.event], 1), else_=0).sum())
    falling = ibis.window(group_by=list(by), order_by=ibis.desc(first.column), rows=(None, 0))
    counts = counts.mutate(at_risk=counts.number.sum().over(falling).cast("float64"))
    rising = ibis.window(group_by=list(by), order_by=first.column, rows=(None, 0))
    hazard = (counts.ended / counts.at_risk / counts.at_risk).sum().over(rising)
    steps = counts.select(**{f"at_{name}": counts[name] for name in names}, share=1 / counts.at_risk, hazard=hazard)
    return rows.inner_join(steps, [rows[name] == steps[f"at_{name}"] for name in names])


class Curve:
    """The survival curve of a distribution."""

    def __init__(self, part: Distribution) -> None:
        """Take the lengths with how many rows of each there are, and how many of them were seen to end."""
        self.times, self.ends, self.number = part.length, part.ended, part.number
        self.at_risk = self.number[::-1].cumsum()[::-1]
        self.survival = np.cumprod(1 - self.ends / self.at_risk)
        self.hazard = np.cumsum(self.ends / self.at_risk**2)

    def quantile(self, level: float) -> float | None:
        """Return the first length by which the share ``level`` has ended; None where the curve does not get there."""
        reached = np.nonzero(self.survival <= 1 - level + _FLAT)[0]
        return float(self.times[reached[0]]) if len(reached) else None

    def hazard_at(self, time: float) -> float:
        """Return the sum of dN / Y squared up to one of the lengths."""
        return float(self.hazard[np.searchsorted(self.times, time)])

    def survival_at(self, time: float) -> float:
        """Return the survival at one of the lengths."""
        return float(self.survival[np.searchsorted(self.times, time)])

    def simple_square(self, time: float) -> float:
        """Sum the squared influences of rows, as if each were on its own."""
        hazard = np.minimum(self.hazard, self.hazard_at(time))
        own = (self.times <= time) / self.at_risk - hazard
        return float((self.ends * own**2 + (self.number - self.ends) * hazard**2).sum())


def _measurement(
    wanted: Survival, curve: Curve, value: float, clusters: int, square: float, group: tuple[tuple[str, str], ...]
) -> Measurement:
    simple = curve.simple_square(value)
    # One cluster has no spread.
    factor = clusters / (clusters - 1) if clusters > 1 else 0.0
    times = reach_of(clusters)
    reach = times * curve.survival_at(value) * math.sqrt(factor * square)
    ends = [curve.quantile(each) if 0 <= each <= 1 else None for each in (wanted.level - reach, wanted.level + reach)]
    low, high = (None if end is None else wanted.scale * end for end in ends)
    interval = interval_of(low, high, times)
    return Measurement(
        kpi=wanted.kpi,
        variant=wanted.variant,
        value=wanted.scale * value,
        numerator=None,
        denominator=None,
        n=int(curve.number.sum()),
        cluster=wanted.cluster,
        clusters=clusters,
        design_effect=factor * square / simple if factor and simple > 0 and interval.se else None,
        unit=wanted.unit,
        group=group,
        low=interval.low,
        high=interval.high,
        se=interval.se,
    )

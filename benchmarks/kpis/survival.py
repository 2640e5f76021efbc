"""Quantiles after Kaplan and Meier (1958, J. Am. Stat. Assoc. 53), where the end of some rows was not seen.

A caller who gave up would have waited longer, a ticket that is open will take longer: counted as ended they flatter,
left out they flatter too. The standard error of the survival function at the quantile is clustered by day: per row its
influence is (ended at u <= t) / Y(u) - sum of dN(u) / Y(u)^2 up to the lesser of its own end and t, with Y rows at risk
and N ends. Quantiles 1.96 such errors below and above the level bound a 95 % interval, as in ``quantiles``.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.kpis.measure import Measurement, Survival, count_if, group_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

_Z = NormalDist().inv_cdf(0.975)
_FLAT = 1e-9  # two shares nearer than this are equal


def measure_survival(table: ir.Table, wanted: Sequence[Survival], by: Sequence[str] = ()) -> list[Measurement]:
    """Measure quantiles of the same column in one query of counts per cluster and length.

    A quantile that the curve does not reach, because too many ends were not seen, is left out.
    """
    first = wanted[0]
    rows = table.filter(table[first.column].notnull())
    if first.among:
        rows = rows.filter(rows[first.among])
    names = list(dict.fromkeys([*by, first.cluster, first.column]))
    ended = count_if(rows[first.event])
    counts = rows.group_by(names).agg(ended=ended.sum(), number=rows.count()).order_by(names).execute()
    if counts.empty:
        return []
    groups = counts.groupby(list(by), sort=True, dropna=False) if by else [((), counts)]
    found = []
    for _key, part in groups:
        group = group_of(part.iloc[0].to_dict(), by)
        curve = Curve(part[first.column].to_numpy(float), part["ended"].to_numpy(float), part["number"].to_numpy(float))
        clusters = part[first.cluster].astype(str).to_numpy()
        found += [m for each in wanted if (m := _measurement(each, curve, clusters, group))]
    return found


class Curve:
    """The survival curve of rows given as counts per length: ``ended`` of the ``number`` of rows were seen to end."""

    def __init__(self, length: Any, ended: Any, number: Any) -> None:
        """Take arrays of one length; lengths may repeat."""
        self.length, self.ended, self.number = length, ended, number
        self.times, place = np.unique(length, return_inverse=True)
        self.place = place
        self.ends = np.bincount(place, ended, len(self.times))
        leaving = np.bincount(place, number, len(self.times))
        self.at_risk = leaving[::-1].cumsum()[::-1]
        self.survival = np.cumprod(1 - self.ends / self.at_risk)

    def quantile(self, level: float) -> float | None:
        """Return the first length by which the share ``level`` has ended; None where the curve does not get there."""
        reached = np.nonzero(self.survival <= 1 - level + _FLAT)[0]
        return float(self.times[reached[0]]) if len(reached) else None

    def error_at(self, time: float, clusters: Any) -> tuple[float, float] | None:
        """Return the clustered and the simple standard error of the survival at a time; None with one cluster."""
        _names, place = np.unique(clusters, return_inverse=True)
        count = int(place.max()) + 1
        until = self.times <= time
        survival = float(self.survival[until][-1]) if until.any() else 1.0
        hazard = np.cumsum(np.where(until, self.ends / self.at_risk**2, 0.0))
        seen = self.ended * (until / self.at_risk)[self.place]
        influence = seen - self.number * hazard[self.place]
        # Of a count of rows that ended and rows that did not, each row on its own.
        own = (until / self.at_risk)[self.place] - hazard[self.place]
        squares = (self.ended * own**2 + (self.number - self.ended) * hazard[self.place] ** 2).sum()
        if count < 2:  # noqa: PLR2004 - one cluster has no spread
            return None
        per_cluster = np.bincount(place, influence, count)
        clustered = survival * math.sqrt(count / (count - 1) * float((per_cluster**2).sum()))
        return clustered, survival * math.sqrt(float(squares))


def _measurement(
    wanted: Survival, curve: Curve, clusters: Any, group: tuple[tuple[str, str], ...]
) -> Measurement | None:
    value = curve.quantile(wanted.level)
    if value is None:
        return None
    errors = curve.error_at(value, clusters)
    reach = _Z * errors[0] if errors else 0.0
    low, high = curve.quantile(max(wanted.level - reach, 0.0)), curve.quantile(min(wanted.level + reach, 1.0))
    width = wanted.scale * (high - low) if high is not None and low is not None else 0.0
    return Measurement(
        kpi=wanted.kpi,
        variant=wanted.variant,
        value=wanted.scale * value,
        numerator=None,
        denominator=None,
        n=int(curve.number.sum()),
        se=width / (2 * _Z) if width > 0 else None,
        cluster=wanted.cluster,
        clusters=len(set(clusters)),
        design_effect=(errors[0] / errors[1]) ** 2 if errors and errors[1] > 0 and width > 0 else None,
        unit=wanted.unit,
        group=group,
    )

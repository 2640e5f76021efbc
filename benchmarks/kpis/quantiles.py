"""Quantiles with a cluster-robust 95 % interval after Woodruff (1952, J. Am. Stat. Assoc. 47).

The share of contacts at or below the quantile is a ratio, so its standard error comes from sums over clusters; the
quantiles t such errors below and above the level bound the interval, with t of Student's distribution with one degree
of freedom less than there are clusters, and its width over 2 t is the standard error. No random numbers are involved:
the same records give the same figure on every engine. It covers better than a bootstrap of the clusters
(docs/decisions/0018).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from benchmarks.kpis.clusters import measure_ratios
from benchmarks.kpis.distribution import distributions, with_numbers
from benchmarks.kpis.measure import Measurement, Part, Quantile, Ratio, Thresholds, count_if, group_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from benchmarks.kpis.distribution import Distribution

_TAIL = 0.025


def measure_quantiles(table: ir.Table, quantiles: Sequence[Quantile], by: Sequence[str] = ()) -> list[Measurement]:
    """Measure quantiles (linear interpolation between neighbours) of the same column, contacts and clusters.

    Two queries: counts per length, and the shares at or below the quantiles with their errors from sums over clusters.
    """
    first = quantiles[0]
    among = table.filter(table[first.among] & table[first.column].notnull())
    parts = distributions(among, first.column, among[first.column].notnull(), by)
    if not parts:
        return []
    reading = [_Reader(part) for part in parts]
    values = {f"q{index}": [read(each.level) for read in reading] for index, each in enumerate(quantiles)}
    shares = {
        (share.variant, share.group): share
        for share in measure_ratios(
            with_numbers(among, parts, values, by), *_shares(first, len(quantiles)), Thresholds(), by
        )
    }
    found = []
    for place, (part, read) in enumerate(zip(parts, reading, strict=True)):
        group = group_of(dict(zip(by, part.key, strict=True)), by)
        for index, each in enumerate(quantiles):
            share = shares[f"below{index}", group]
            found.append(_with_interval(_measurement(each, share, values[f"q{index}"][place]), each, share, read))
    return found


def reach_of(clusters: int) -> float:
    """Return how many standard errors a 95 % interval reaches to each side: Student's t; 0 for a single cluster."""
    return float(stats.t.isf(_TAIL, clusters - 1)) if clusters > 1 else 0.0


class Interval(NamedTuple):
    """A 95 % interval with the standard error that its width gives; all None where nothing is known about the error."""

    low: float | None = None
    high: float | None = None
    se: float | None = None


def interval_of(low: float | None, high: float | None, reach: float) -> Interval:
    """Make an interval of its ends; an empty one where it has no width or one end is not known.

    Whole seconds and many zeros can make both ends equal: then nothing is known about the error.
    """
    if low is None or high is None or not reach or not math.isfinite(high - low) or high <= low:
        return Interval()
    return Interval(low, high, (high - low) / (2 * reach))


class _Reader:
    """Reads quantiles off a distribution."""

    def __init__(self, part: Distribution) -> None:
        self.length, self.until = part.length, part.number.cumsum()

    def __call__(self, level: float) -> float:
        """Interpolate between the two rows around the place that the level has among all rows."""
        place = level * (self.until[-1] - 1)
        low, high = (
            float(self.length[np.searchsorted(self.until, row, side="right")])
            for row in (math.floor(place), math.ceil(place))
        )
        return float(low + (high - low) * (place - math.floor(place)))


def _measurement(quantile: Quantile, share: Measurement, value: float) -> Measurement:
    return Measurement(
        kpi=quantile.kpi,
        variant=quantile.variant,
        value=quantile.scale * value,
        numerator=None,
        denominator=None,
        n=share.n,
        se=None,
        cluster=quantile.cluster,
        clusters=share.clusters,
        design_effect=None,
        unit=quantile.unit,
        group=share.group,
    )


def _shares(quantile: Quantile, number: int) -> tuple[list[Ratio], dict[str, Part]]:
    """Give the shares of rows at or below each quantile."""
    parts = {f"below{index}": _below(quantile.column, f"q{index}") for index in range(number)}
    ratios = [Ratio("share", name, quantile.cluster, {name: 1}, {"rows": 1}, 1.0, "") for name in parts]
    return ratios, {**parts, "rows": Part(frozenset(), lambda t, _: count_if(t[quantile.column].notnull()))}


def _below(column: str, value: str) -> Part:
    return Part(frozenset(), lambda t, _: count_if(t[column] <= t[value]))


def _with_interval(found: Measurement, quantile: Quantile, share: Measurement, read: _Reader) -> Measurement:
    if not share.se:
        return found
    reach = reach_of(share.clusters)
    low, high = quantile.level - reach * share.se, quantile.level + reach * share.se
    # Beyond the shortest or the longest of the lengths nothing was seen: with so few clusters an end is not known.
    ends = [quantile.scale * read(each) if 0 <= each <= 1 else None for each in (low, high)]
    around = interval_of(ends[0], ends[1], reach)
    return replace(found, low=around.low, high=around.high, se=around.se, design_effect=share.design_effect)

"""Quantiles with a cluster-robust standard error after Woodruff (1952, J. Am. Stat. Assoc. 47).

The share of contacts at or below the quantile is a ratio, so its standard error comes from sums over clusters; the
quantiles that far below and above the level give the interval, and a quarter of a 95 % interval's width (exactly:
width / 2z) is the standard error. No random numbers are involved: the same records give the same figure.
"""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist
from typing import TYPE_CHECKING

from benchmarks.kpis.clusters import measure_ratios
from benchmarks.kpis.measure import Measurement, Part, Quantile, Ratio, Thresholds, count_if, group_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

_Z = NormalDist().inv_cdf(0.975)


def measure_quantile(table: ir.Table, quantile: Quantile, by: Sequence[str] = ()) -> list[Measurement]:
    """Measure a quantile (linear interpolation between neighbours). With ``by``, the standard error is not given."""
    among = table.filter(table[quantile.among] & table[quantile.column].notnull())
    column = among[quantile.column]
    sums = {"q": column.quantile(quantile.level), "n": among.count(), "g": among[quantile.cluster].nunique()}
    rows = (among.group_by(list(by)).agg(**sums).order_by(list(by)) if by else among.agg(**sums)).execute()
    found = [_measurement(quantile, row, by) for row in rows.to_dict("records") if row["n"]]
    return found if by else [_with_error(among, quantile, each) for each in found]


def _measurement(quantile: Quantile, row: dict[str, float], by: Sequence[str]) -> Measurement:
    return Measurement(
        kpi=quantile.kpi,
        variant=quantile.variant,
        value=float(row["q"]),
        numerator=None,
        denominator=None,
        n=int(row["n"]),
        se=None,
        cluster=quantile.cluster,
        clusters=int(row["g"]),
        design_effect=None,
        unit=quantile.unit,
        group=group_of(row, by),
    )


def _with_error(among: ir.Table, quantile: Quantile, found: Measurement) -> Measurement:
    parts = {
        "below": Part(frozenset(), lambda t, _: count_if(t[quantile.column] <= found.value)),
        "all": Part(frozenset(), lambda t, _: count_if(t[quantile.column].notnull())),
    }
    ratio = Ratio("share", "below", quantile.cluster, {"below": 1}, {"all": 1}, 1.0, "")
    share = measure_ratios(among, [ratio], parts, Thresholds())[0]
    if not share.se:
        return found
    low, high = max(quantile.level - _Z * share.se, 0.0), min(quantile.level + _Z * share.se, 1.0)
    column = among[quantile.column]
    ends = among.agg(low=column.quantile(low), high=column.quantile(high)).execute().iloc[0]
    width = float(ends["high"] - ends["low"])
    # Whole seconds and many zeros can make both ends equal: then nothing is known about the error.
    error = width / (2 * _Z) if width > 0 and math.isfinite(width) else None
    return replace(found, se=error, design_effect=share.design_effect)

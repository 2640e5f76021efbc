"""Quantiles with a cluster-robust standard error after Woodruff (1952, J. Am. Stat. Assoc. 47).

The share of contacts at or below the quantile is a ratio, so its standard error comes from sums over clusters; the
quantiles 1.96 such errors below and above the level bound a 95 % interval, whose width over 2 x 1.96 is the standard
error. No random numbers are involved: the same records give the same figure.
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


def measure_quantiles(table: ir.Table, quantiles: Sequence[Quantile], by: Sequence[str] = ()) -> list[Measurement]:
    """Measure quantiles (linear interpolation between neighbours) of the same column, contacts and clusters.

    Three queries; with ``by`` one, and then the standard errors are not given.
    """
    first = quantiles[0]
    among = table.filter(table[first.among] & table[first.column].notnull())
    column = among[first.column]
    sums = {"n": among.count(), "g": among[first.cluster].nunique()}
    sums |= {f"q{index}": column.quantile(each.level) for index, each in enumerate(quantiles)}
    result = (among.group_by(list(by)).agg(**sums).order_by(list(by)) if by else among.agg(**sums)).execute()
    rows = [row for row in result.to_dict("records") if row["n"]]
    found = [_measurement(each, row, row[f"q{i}"], by) for row in rows for i, each in enumerate(quantiles)]
    return found if by or not found else _with_errors(among, quantiles, found)


def _measurement(quantile: Quantile, row: dict[str, float], value: float, by: Sequence[str]) -> Measurement:
    return Measurement(
        kpi=quantile.kpi,
        variant=quantile.variant,
        value=quantile.scale * float(value),
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


def _with_errors(among: ir.Table, quantiles: Sequence[Quantile], found: list[Measurement]) -> list[Measurement]:
    shares = _shares(among, quantiles, found)
    column = among[quantiles[0].column]
    ends = {}
    for index, (quantile, share) in enumerate(zip(quantiles, shares, strict=True)):
        reach = _Z * (share.se or 0.0)
        ends[f"low{index}"] = column.quantile(max(quantile.level - reach, 0.0))
        ends[f"high{index}"] = column.quantile(min(quantile.level + reach, 1.0))
    row = among.agg(**ends).execute().to_dict("records")[0]
    widths = [each.scale * float(row[f"high{i}"] - row[f"low{i}"]) for i, each in enumerate(quantiles)]
    return [_with_error(*each) for each in zip(found, shares, widths, strict=True)]


def _shares(among: ir.Table, quantiles: Sequence[Quantile], found: list[Measurement]) -> list[Measurement]:
    """Measure the share of rows at or below each quantile."""
    quantile = quantiles[0]
    parts = {
        f"below{index}": _below(quantile.column, each.value / of.scale)
        for index, (of, each) in enumerate(zip(quantiles, found, strict=True))
    }
    parts["all"] = Part(frozenset(), lambda t, _: count_if(t[quantile.column].notnull()))
    ratios = [
        Ratio("share", f"below{index}", quantile.cluster, {f"below{index}": 1}, {"all": 1}, 1.0, "")
        for index in range(len(found))
    ]
    return measure_ratios(among, ratios, parts, Thresholds())


def _below(column: str, value: float) -> Part:
    return Part(frozenset(), lambda t, _: count_if(t[column] <= value))


def _with_error(found: Measurement, share: Measurement, width: float) -> Measurement:
    if not share.se:
        return found
    # Whole seconds and many zeros can make both ends equal: then nothing is known about the error.
    error = width / (2 * _Z) if width > 0 and math.isfinite(width) else None
    return replace(found, se=error, design_effect=share.design_effect)

"""Ratios and their cluster-robust standard errors from sums over clusters, on any engine that Ibis speaks to.

With cluster sums y_i (numerator) and x_i (denominator), r = sum y / sum x and residuals e_i = y_i - r x_i, the
linearised variance is G/(G-1) x sum e_i^2 / (sum x)^2 (Cochran, Sampling Techniques, ratio estimator; clusters as
units). Contacts of a day share its queue, contacts of an agent the agent: as independent contacts they would look
several times as certain as they are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ibis

from benchmarks.kpis.measure import Measurement, Part, Quotient, Ratio, Thresholds, count_if, group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import ibis.expr.types as ir

    from benchmarks.kpis.measure import Cluster


def measure_ratios(
    table: ir.Table, ratios: Sequence[Ratio], parts: dict[str, Part], at: Thresholds, by: Sequence[str] = ()
) -> list[Measurement]:
    """Measure ratios that share a cluster in one query: sums per cluster, then moments over the clusters.

    A ratio whose denominator is 0 is left out: there is nothing to say.
    """
    if not ratios:
        return []
    used = sorted({name for ratio in ratios for name in _parts_of(ratio)})
    if ratios[0].cluster == "customer" and "stranger" in table.columns:
        table = _counting(table, ratios, parts, at)
    inner = _per_cluster(table, ratios[0].cluster, used, parts, at, by)
    moments: dict[str, ir.Value] = {}
    for index, ratio in enumerate(ratios):
        moments |= _moments(inner, index, ratio)
    outer = inner.group_by(list(by)).agg(**moments) if by else inner.agg(**moments)
    found = []
    for row in outer.order_by(list(by)).execute().to_dict("records") if by else outer.execute().to_dict("records"):
        group = group_of(row, by)
        found += [each for i, ratio in enumerate(ratios) if (each := _measurement(row, i, ratio, group))]
    return found


def measure_quotients(
    table: ir.Table, quotients: Sequence[Quotient], at: Thresholds, by: Sequence[str] = ()
) -> list[Measurement]:
    """Measure quotients of one view, one query per kind of cluster; days stand in for clusters the view has not."""
    found = []
    for cluster in dict.fromkeys(_cluster_of(each, table) for each in quotients):
        same = [each for each in quotients if _cluster_of(each, table) == cluster]
        parts: dict[str, Part] = {}
        ratios = [_as_ratio(index, each, cluster, parts) for index, each in enumerate(same)]
        found += measure_ratios(table, ratios, parts, at, by)
    return found


def _cluster_of(quotient: Quotient, table: ir.Table) -> Cluster:
    return quotient.cluster if quotient.cluster in table.columns else "day"


def _as_ratio(index: int, quotient: Quotient, cluster: Cluster, parts: dict[str, Part]) -> Ratio:
    """Name the sums that a quotient needs, and put their parts into ``parts``."""
    top, bottom = quotient.top, quotient.bottom
    names = {name: f"{name}_{index}" for name in ("top", "bottom", "top_squared", "both", "bottom_squared", "rows")}
    values: dict[str, Callable[[ir.Table, Thresholds], ir.NumericValue]] = {
        "top": top,
        "bottom": bottom,
        "top_squared": lambda t, at: top(t, at) * top(t, at),
        "both": lambda t, at: top(t, at) * bottom(t, at),
        "bottom_squared": lambda t, at: bottom(t, at) * bottom(t, at),
        "rows": lambda t, at: count_if(bottom(t, at) != 0),
    }
    parts |= {names[name]: Part(quotient.needs, value) for name, value in values.items()}
    return Ratio(
        *(quotient.kpi, quotient.variant, cluster, {names["top"]: 1}, {names["bottom"]: 1}),
        *(quotient.scale, quotient.unit, names["top_squared"], (names["both"], names["bottom_squared"])),
        count=names["rows"] if quotient.counts == "rows" else None,
    )


def _parts_of(ratio: Ratio) -> set[str]:
    others = (ratio.squares, *(ratio.products or ()), ratio.count)
    return {*ratio.numerator, *ratio.denominator, *(name for name in others if name)}


def _counting(table: ir.Table, ratios: Sequence[Ratio], parts: dict[str, Part], at: Thresholds) -> ir.Table:
    """Leave out the rows that count nowhere: most customers were asked nothing, and each stranger is a cluster."""
    names = sorted({name for ratio in ratios for name in (*ratio.numerator, *ratio.denominator)})
    counts: Any = None
    for name in names:
        here = parts[name].value(table, at) != 0
        counts = here if counts is None else counts | here
    return table.filter(counts)


def _per_cluster(
    table: ir.Table, cluster: str, used: Iterable[str], parts: dict[str, Part], at: Thresholds, by: Sequence[str]
) -> ir.Table:
    sums = {name: parts[name].value(table, at).sum() for name in used}
    names = list(dict.fromkeys([*by, *(_cluster_key(cluster, table))]))
    return table.group_by(names).agg(**sums)


def _cluster_key(cluster: str, table: ir.Table) -> list[str]:
    """A contact without a known customer is a cluster of its own; contacts without a known agent are one together."""
    return ["customer", "stranger"] if cluster == "customer" and "stranger" in table.columns else [cluster]


def _total(table: ir.Table, terms: dict[str, int]) -> ir.NumericValue:
    total: Any = None
    for name, sign in terms.items():
        term = table[name] if sign > 0 else -table[name]
        total = term if total is None else total + term
    return total


def _moments(inner: ir.Table, index: int, ratio: Ratio) -> dict[str, ir.Value]:
    y, x = _total(inner, ratio.numerator), _total(inner, ratio.denominator)
    squares = inner[ratio.squares] if ratio.squares else y
    product, square = (inner[name] for name in ratio.products) if ratio.products else (y, x)
    return {
        f"p{index}": product.sum(),
        f"s{index}": square.sum(),
        f"n{index}": inner[ratio.count].sum() if ratio.count else x.sum(),
        f"y{index}": y.sum(),
        f"x{index}": x.sum(),
        f"q{index}": squares.sum(),
        f"yy{index}": (y * y).sum(),
        f"xy{index}": (x * y).sum(),
        f"xx{index}": (x * x).sum(),
        f"g{index}": ibis.cases((x > 0, 1), else_=0).sum(),
    }


def _measurement(
    row: dict[Any, Any], index: int, ratio: Ratio, group: tuple[tuple[str, str], ...]
) -> Measurement | None:
    if row[f"x{index}"] is None:  # no row at all counts
        return None
    y, x, q, yy, xy, xx = (float(row[f"{name}{index}"]) for name in ("y", "x", "q", "yy", "xy", "xx"))
    if not x > 0 or not math.isfinite(y / x):
        return None
    product, square, n = (float(row[f"{name}{index}"]) for name in ("p", "s", "n"))
    clusters, r = int(row[f"g{index}"]), y / x
    residuals = _not_negative(yy - 2 * r * xy + r * r * xx, scale=yy + r * r * xx)
    variance = clusters / (clusters - 1) * residuals / x**2 if clusters > 1 else None
    # Of rows as if they were independent: the same residuals, each row on its own.
    simple = _not_negative(q - 2 * r * product + r * r * square, scale=q + r * r * square) / x**2
    effect = variance / simple if variance is not None and simple > 0 else None
    low, high = (ratio.interval(y, q, x, effect) if ratio.interval else None) or (None, None)
    return Measurement(
        kpi=ratio.kpi,
        variant=ratio.variant,
        value=ratio.scale * r,
        numerator=y,
        denominator=x,
        n=round(n),
        se=None if variance is None else ratio.scale * math.sqrt(variance),
        cluster=ratio.cluster,
        clusters=clusters,
        design_effect=effect,
        unit=ratio.unit,
        group=group,
        low=low,
        high=high,
    )


def _not_negative(difference: float, *, scale: float) -> float:
    """Clear what rounding leaves of a difference that is really 0."""
    return difference if difference > 1e-12 * scale else 0.0

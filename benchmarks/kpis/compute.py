"""All KPIs that clean contacts allow, from the fields they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from benchmarks.kpis import access, customer, handling
from benchmarks.kpis.clusters import measure_ratios
from benchmarks.kpis.definition import LACKING, UNCOUNTED
from benchmarks.kpis.measure import Measurement, Part, Ratio, Thresholds
from benchmarks.kpis.quantiles import measure_quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

# What --by may name, and the column of the contacts it stands for.
GROUPS = ("month", "week", "day", "channel", "agent")
_PARTS: dict[str, Part] = {**access.PARTS, **handling.PARTS, **customer.PARTS}


def compute(
    contacts: ir.Table, fields: frozenset[str], at: Thresholds, by: Sequence[str] = ()
) -> tuple[list[Measurement], dict[str, str]]:
    """Measure every KPI that the fields allow; return the measurements, and for the others the reason in words.

    ``contacts`` needs ``row``, ``arrived_at``, ``day`` and the named fields. One query per kind of cluster, two more
    for first contact resolution and three per quantile.
    """
    table = _with_groups(contacts, fields, by)
    ratios = (*access.ratios(at), *handling.RATIOS, *customer.RATIOS)
    missing: dict[str, str] = {}
    possible = [_clustered(ratio, fields) for ratio in ratios if _possible(ratio, fields, missing)]
    found = []
    for cluster in ("day", "agent", "customer"):
        found += measure_ratios(table, [r for r in possible if r.cluster == cluster], _PARTS, at, by)
    if {"wait_seconds", "queued"} <= fields:
        found += measure_quantiles(table, access.QUANTILES, by)
    found += _fcr(table, fields, at, by, missing)
    measured = {(each.kpi, each.variant) for each in found}
    for ratio in (*possible, *(handling.FCR_RATIOS if fields >= handling.FCR_NEEDS else ())):
        if (ratio.kpi, ratio.variant) not in measured:
            missing[f"{ratio.kpi} {ratio.variant}"] = UNCOUNTED
    return sorted(found, key=lambda each: each.group), missing


def _with_groups(contacts: ir.Table, fields: frozenset[str], by: Sequence[str]) -> ir.Table:
    added: dict[str, ir.Value] = {}
    if "month" in by:
        added["month"] = contacts.arrived_at.strftime("%Y-%m")
    if "week" in by:
        added["week"] = contacts.arrived_at.truncate("W").cast("date")
    if "customer" in fields:
        added["stranger"] = ibis.cases((contacts.customer.isnull(), contacts["row"]), else_=-1)
    return contacts.mutate(**added) if added else contacts


def _possible(ratio: Ratio, fields: frozenset[str], missing: dict[str, str]) -> bool:
    names = {*ratio.numerator, *ratio.denominator}
    lacking = sorted({need for name in names for need in _PARTS[name].needs} - fields)
    if ratio.kpi == "survey_response_rate" and not lacking and not {"score_csat", "score_nps"} & fields:
        lacking = ["score_csat or score_nps"]
    if lacking:
        missing[f"{ratio.kpi} {ratio.variant}"] = LACKING.format(fields=", ".join(lacking))
    return not lacking


def _clustered(ratio: Ratio, fields: frozenset[str]) -> Ratio:
    """Fall back to days where the agent or the customer is not in the records."""
    if ratio.cluster == "day" or ratio.cluster in fields:
        return ratio
    return Ratio(
        ratio.kpi, ratio.variant, "day", ratio.numerator, ratio.denominator, ratio.scale, ratio.unit, ratio.squares
    )


def _fcr(
    table: ir.Table, fields: frozenset[str], at: Thresholds, by: Sequence[str], missing: dict[str, str]
) -> list[Measurement]:
    lacking = sorted(handling.FCR_NEEDS - fields)
    if lacking:
        missing["fcr"] = LACKING.format(fields=", ".join(lacking))
        return []
    last = table.arrived_at.max().execute()
    repeats = handling.with_repeats(table, ibis.timestamp(last))
    return measure_ratios(repeats, handling.FCR_RATIOS, handling.FCR_PARTS, at, by)

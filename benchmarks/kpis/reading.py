"""Which columns each KPI reads of the records at hand, in each of its variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from benchmarks.kpis import access, customer, handling, quality
from benchmarks.kpis.compute import QUANTILES, SURVIVALS, quotients
from benchmarks.kpis.lineage import columns_read
from benchmarks.kpis.measure import Quantile, Quotient
from benchmarks.kpis.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from benchmarks.kpis.compute import Wanted
    from benchmarks.kpis.evidence import Evidence

Columns = dict[str, frozenset[str]]
_PARTS = {**access.PARTS, **handling.PARTS, **customer.PARTS, **handling.FCR_PARTS}


def columns_by_variant(evidence: Evidence) -> dict[tuple[str, str], Columns]:
    """Return by KPI and variant the columns of each kind of records that it reads.

    Of several ways to measure one variant the first that the records allow counts, as in ``compute``.
    """
    found: dict[tuple[str, str], Columns] = {}
    for kpi, variant, values in (*_ratios(evidence), *_views(evidence)):
        if (kpi, variant) not in found:
            found[kpi, variant] = _by_kind(values, tuple(evidence.tables))
    return found


def _by_kind(values: list[ir.Value], kinds: tuple[str, ...]) -> Columns:
    """Sort columns by kind: several kinds lie in tables of their names, one alone in a table of whatever name."""
    columns: dict[str, set[str]] = {}
    for table, column in columns_read(values):
        columns.setdefault(kinds[0] if len(kinds) == 1 else table, set()).add(column)
    return {kind: frozenset(columns[kind]) for kind in kinds if kind in columns}


def _ratios(evidence: Evidence) -> Iterator[tuple[str, str, list[ir.Value]]]:
    known = (*access.ratios(evidence.at), *handling.RATIOS, *customer.RATIOS)
    for kind in ("surveys", "contacts"):
        table = evidence.tables.get(kind)
        if table is None:
            continue
        for ratio in known:
            parts = [_PARTS[name] for name in (*ratio.numerator, *ratio.denominator)]
            invited = kind == "surveys" and ratio.kpi == "survey_response_rate"  # counted per survey: a view
            if not invited and all(part.needs <= evidence.fields[kind] for part in parts):
                yield ratio.kpi, ratio.variant, [part.value(table, evidence.at) for part in parts]
    if evidence.has("contacts", *handling.FCR_NEEDS):
        contacts = evidence.tables["contacts"]
        repeats = handling.with_repeats(contacts, ibis.timestamp("2000-01-01"))
        for ratio in handling.FCR_RATIOS:
            parts = [_PARTS[name] for name in (*ratio.numerator, *ratio.denominator)]
            yield ratio.kpi, ratio.variant, [part.value(repeats, evidence.at) for part in parts]


def _views(evidence: Evidence) -> Iterator[tuple[str, str, list[ir.Value]]]:
    wanted: tuple[Wanted, ...] = (*quotients(evidence.at), *QUANTILES, *SURVIVALS)
    for code, view in VIEWS.items():
        if not view.possible(evidence) or view.lacking(evidence):
            continue
        table = view.build(evidence, ()).mutate(all=ibis.literal(True))
        for each in wanted:
            if each.view == code and each.columns <= set(table.columns):
                yield each.kpi, each.variant, _values(each, table, evidence)
        if code == "forms" and set(table.columns) >= quality.AGREEMENT_NEEDS:
            yield "rater_agreement", "standard", [table[name] for name in sorted(quality.AGREEMENT_NEEDS)]


def _values(wanted: Wanted, table: ir.Table, evidence: Evidence) -> list[ir.Value]:
    if isinstance(wanted, Quotient):
        return [wanted.top(table, evidence.at), wanted.bottom(table, evidence.at)]
    if isinstance(wanted, Quantile):
        return [table[wanted.column], table[wanted.among]]
    return [table[name] for name in (wanted.column, wanted.event, wanted.among) if name]

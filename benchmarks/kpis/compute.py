"""All KPIs that clean records allow, from the kinds and fields that they have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from benchmarks.kpis import access, customer, digital, handling, money, quality, tickets, workforce
from benchmarks.kpis.clusters import measure_quotients, measure_ratios
from benchmarks.kpis.definition import ABSENT, CURRENCIES_MIXED, LACKING, UNCOUNTED, UNSPLIT
from benchmarks.kpis.measure import Measurement, Part, Quantile, Quotient, Ratio, Survival, Thresholds
from benchmarks.kpis.quantiles import measure_quantiles
from benchmarks.kpis.registry import FAMILIES
from benchmarks.kpis.survival import measure_survival
from benchmarks.kpis.views import VIEWS, with_strangers
from benchmarks.watch import Watch, unwatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from benchmarks.kpis.evidence import Evidence

Wanted = Quotient | Quantile | Survival
# What --by may name. Month and week follow from the day, the others are columns of the records.
GROUPS = ("month", "week", "day", "channel", "queue", "agent", "skill")
_PARTS: dict[str, Part] = {**access.PARTS, **handling.PARTS, **customer.PARTS}
QUANTILES = (*access.QUANTILES, *handling.QUANTILES, *digital.QUANTILES)
_FAMILIES = {kpi.code: name for name, family in FAMILIES.items() for kpi in family}
_RATIOS_DONE = 0.4  # of the time, about: the ratios of contacts come first and take the most
SURVIVALS = (*access.SURVIVALS, *tickets.SURVIVALS)


def quotients(at: Thresholds) -> tuple[Quotient, ...]:
    """Give all quotients, in the order in which they are measured: of two of one name the first counts."""
    return (
        *handling.QUOTIENTS,
        *customer.QUOTIENTS,
        *tickets.quotients(at),
        *workforce.QUOTIENTS,
        *quality.QUOTIENTS,
        *digital.QUOTIENTS,
        *money.QUOTIENTS,
    )


def named(at: Thresholds) -> list[tuple[str, str, str]]:
    """Name everything that can be measured: KPI, variant and unit."""
    ratios: tuple[Ratio, ...] = (*access.ratios(at), *handling.RATIOS, *handling.FCR_RATIOS, *customer.RATIOS)
    each: tuple[Ratio | Wanted, ...] = (*ratios, *quotients(at), *QUANTILES, *SURVIVALS)
    return [*((one.kpi, one.variant, one.unit) for one in each), ("rater_agreement", "standard", "ratio")]


def compute(
    evidence: Evidence, by: Sequence[str] = (), *, joined: bool = True, watch: Watch = unwatched
) -> tuple[list[Measurement], dict[str, str]]:
    """Measure every KPI that the records allow; return the measurements, and for the others the reason in words.

    Without ``joined``, those that always take records of two kinds are left alone. ``watch`` is told the family of
    KPIs that is measured.
    """
    work = _Work(evidence, tuple(by), joined=joined, watch=watch)
    for kind in ("surveys", "contacts"):  # answers of a survey's own come before those kept with contacts
        if kind in evidence.tables:
            work.ratios(kind)
    work.first_contact_resolution()
    work.views()
    return work.found()


class _Work:
    """Measurements as they are made, and reasons for those that cannot be."""

    def __init__(self, evidence: Evidence, by: tuple[str, ...], *, joined: bool, watch: Watch) -> None:
        self.evidence, self.by, self.joined, self.watch = evidence, by, joined, watch
        self.measured: dict[tuple[str, str, tuple[tuple[str, str], ...]], Measurement] = {}
        self.missing: dict[str, str] = {}

    def found(self) -> tuple[list[Measurement], dict[str, str]]:
        """Return measurements by group, and reasons of what was not measured in any way."""
        names = {f"{each.kpi} {each.variant}" for each in self.measured.values()}
        kpis = {each.kpi for each in self.measured.values()}
        missing = {
            name: why for name, why in self.missing.items() if name not in names and (" " in name or name not in kpis)
        }
        return sorted(self.measured.values(), key=lambda each: each.group), missing

    def keep(self, found: Sequence[Measurement]) -> None:
        """Keep what was measured for the first time."""
        for each in found:
            self.measured.setdefault((each.kpi, each.variant, each.group), each)

    def lack(self, name: str, why: str) -> None:
        """Note why something was not measured: the first reason that is about the records themselves."""
        absent = ABSENT.partition("{")[0]
        if name not in self.missing or self.missing[name].startswith(absent):
            self.missing[name] = why

    def ratios(self, kind: str) -> None:
        """Measure the ratios of contacts; of surveys those about answers."""
        evidence = self.evidence
        table = self.grouped(with_strangers(evidence.tables[kind]))
        if table is None:
            return
        fields = evidence.fields[kind]
        self.watch("access" if kind == "contacts" else "customer", 0)
        known = (*access.ratios(evidence.at), *handling.RATIOS, *customer.RATIOS)
        if kind == "surveys":  # who was invited to them is counted per survey: see ``views.invitations``
            known = tuple(ratio for ratio in customer.RATIOS if ratio.kpi != "survey_response_rate")
        possible = [_clustered(ratio, fields) for ratio in known if self.possible(ratio, fields)]
        for cluster in ("day", "agent", "customer"):
            self.keep(
                measure_ratios(table, [r for r in possible if r.cluster == cluster], _PARTS, evidence.at, self.by)
            )
        for ratio in possible:
            self.lack(f"{ratio.kpi} {ratio.variant}", UNCOUNTED)

    def possible(self, ratio: Ratio, fields: frozenset[str]) -> bool:
        """Say whether the fields are there, and if not note which are missing."""
        names = {*ratio.numerator, *ratio.denominator}
        lacking = sorted({need for name in names for need in _PARTS[name].needs} - fields)
        if ratio.kpi == "survey_response_rate" and not lacking and not {"score_csat", "score_nps"} & fields:
            lacking = ["score_csat or score_nps"]
        if lacking:
            self.lack(f"{ratio.kpi} {ratio.variant}", LACKING.format(fields=", ".join(lacking)))
        return not lacking

    def first_contact_resolution(self) -> None:
        """Measure resolution without repeat, on all contacts of a customer in whatever file and channel."""
        evidence = self.evidence
        if "contacts" not in evidence.tables:
            return
        lacking = sorted(handling.FCR_NEEDS - evidence.fields["contacts"])
        if lacking:
            self.lack("fcr", LACKING.format(fields=", ".join(lacking)))
            return
        self.watch("customer", _RATIOS_DONE / 2)
        found = handling.repeats_of(evidence.tables["contacts"]) if evidence.repeats is None else evidence.repeats
        repeats = self.grouped(found)
        if repeats is None:
            return
        self.keep(measure_ratios(repeats, handling.FCR_RATIOS, handling.FCR_PARTS, evidence.at, self.by))
        for ratio in handling.FCR_RATIOS:
            self.lack(f"{ratio.kpi} {ratio.variant}", UNCOUNTED)

    def views(self) -> None:
        """Measure everything else, one view after the other."""
        wanted: tuple[Wanted, ...] = (*quotients(self.evidence.at), *QUANTILES, *SURVIVALS)
        for place, (code, view) in enumerate(VIEWS.items()):
            here = [each for each in wanted if each.view == code]
            if not view.possible(self.evidence):
                kinds = " or ".join("+".join(group) for group in view.kinds)
                for each in here:
                    self.lack(each.kpi, ABSENT.format(kinds=kinds))
            elif self.joined or not view.joined:
                self.watch(
                    _FAMILIES[here[0].kpi] if here else code, _RATIOS_DONE + (1 - _RATIOS_DONE) * place / len(VIEWS)
                )
                self.view(code, here)

    def view(self, code: str, wanted: Sequence[Wanted]) -> None:
        """Build a view and measure in it."""
        if lacking := VIEWS[code].lacking(self.evidence):
            for each in wanted:
                self.lack(f"{each.kpi} {each.variant}", LACKING.format(fields=", ".join(lacking)))
            return
        table = self.grouped(VIEWS[code].build(self.evidence, self.by))
        if table is None:
            for each in wanted:
                self.lack(f"{each.kpi} {each.variant}", UNSPLIT.format(names=", ".join(self.by)))
            return
        table = table.mutate(all=ibis.literal(True))
        possible = [each for each in wanted if self.there(each, table)]
        self.measure(table, possible)
        if code == "forms":
            self.agreement(table)

    def measure(self, table: ir.Table, possible: Sequence[Wanted]) -> None:
        """Measure in one table."""
        priced = [each for each in possible if each.unit == money.MONEY]
        currencies = self.evidence.currency() if priced else ()
        if len(currencies) > 1:
            for each in priced:
                self.lack(f"{each.kpi} {each.variant}", CURRENCIES_MIXED)
            possible = [each for each in possible if each not in priced]
        found = measure_quotients(table, [e for e in possible if isinstance(e, Quotient)], self.evidence.at, self.by)
        self.keep([replace(m, unit=currencies[0]) if m.unit == money.MONEY else m for m in found])
        quantiles = [each for each in possible if isinstance(each, Quantile)]
        for column in dict.fromkeys(each.column for each in quantiles):
            self.keep(measure_quantiles(table, [each for each in quantiles if each.column == column], self.by))
        survivals = [each for each in possible if isinstance(each, Survival)]
        for column in dict.fromkeys(each.column for each in survivals):
            self.keep(measure_survival(table, [each for each in survivals if each.column == column], self.by))
        for each in possible:
            self.lack(f"{each.kpi} {each.variant}", UNCOUNTED)

    def agreement(self, forms: ir.Table) -> None:
        """Measure whether raters agree; over all forms only."""
        lacking = sorted(quality.AGREEMENT_NEEDS - set(forms.columns))
        if lacking:
            self.lack("rater_agreement standard", LACKING.format(fields=", ".join(lacking)))
        elif self.by:
            self.lack("rater_agreement standard", UNSPLIT.format(names=", ".join(self.by)))
        elif (found := quality.agreement(forms)) is not None:
            self.keep([found])
        else:
            self.lack("rater_agreement standard", UNCOUNTED)

    def there(self, wanted: Wanted, table: ir.Table) -> bool:
        """Say whether the columns are there, and if not note which are missing."""
        lacking = sorted(wanted.columns - set(table.columns))
        if lacking:
            self.lack(f"{wanted.kpi} {wanted.variant}", LACKING.format(fields=", ".join(lacking)))
        return not lacking

    def grouped(self, table: ir.Table) -> ir.Table | None:
        """Add what one splits by, where it follows from other columns; None where the table cannot be split so."""
        added: dict[str, ir.Value] = {}
        if "month" in self.by:
            added["month"] = table.day.truncate("M")
        if "week" in self.by:
            added["week"] = table.day.truncate("W")
        # A blank place is a part of its own, of the name that stands for it in the results.
        for name in ("channel", "queue", "agent", "skill"):
            if name in self.by and name in table.columns:
                added[name] = table[name].fill_null("unknown")
        table = table.mutate(**added) if added else table
        return table if set(self.by) <= set(table.columns) else None


def with_repeats(evidence: Evidence) -> Evidence:
    """Look for repeats among all contacts now, once for all that is measured from them later (DuckDB)."""
    if not evidence.has("contacts", *handling.FCR_NEEDS):
        return evidence
    repeats = handling.repeats_of(evidence.tables["contacts"])
    return replace(evidence, repeats=repeats.get_backend().create_table("repeats_of", repeats, temp=True))


def _clustered(ratio: Ratio, fields: frozenset[str]) -> Ratio:
    """Fall back to days where the agent or the customer is not in the records."""
    return ratio if ratio.cluster == "day" or ratio.cluster in fields else replace(ratio, cluster="day")

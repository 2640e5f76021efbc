"""Where a centre stands against the market: every KPI of the market gates at the three bars, with its source."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import Audit
from benchmarks.comparable import BARS, CENTRE
from benchmarks.kpis.registry import KPIS
from benchmarks.renderers.words import bar_verdict_words, kpi_name, verdict_words
from benchmarks.selectors import run_measurements, verdicts
from benchmarks.selectors.comparing import interval
from benchmarks.terms import term
from reports.document import Interval
from reports.paper import CODE, NUMBER, Chart, Column, Part, Table
from reports.papers.audit import exports, paper_of, report_of
from reports.papers.kind import CSV, JSON, PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import AUDIT
from reports.selectors.results import comparison_of
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from benchmarks.models import Measurement
    from reports.document import CertificationReport, MarketComparison
    from reports.paper import Paper, Value
    from reports.papers.kind import Order

SCOPE = ("statistic", "industry", "region", "channel")
VERDICTS = ("above", "not_shown_below", "below", "insufficient", "missing", "no_figure")


def _build(order: Order) -> Paper:
    report = report_of(order)
    standing = _standing(order.subject, report)
    at_centre = [found[CENTRE] for found in standing.values()]
    judged = [each for each in at_centre if each.verdict in {"above", "not_shown_below", "below"}]
    records, release = report.records, report.market_release
    return paper_of(
        report,
        BENCHMARK.code,
        _("Benchmark position"),
        facts=(
            (_("Market release"), release.title if release else ""),
            (_("Measured from"), records.period_from if records else None),
            (_("Measured until"), records.period_to if records else None),
            (_("KPIs judged"), f"{len(judged)} / {len(at_centre)}"),
            (verdict_words("below"), sum(each.verdict == "below" for each in at_centre)),
        ),
        parts=(
            Part(_("Position at the three bars"), tables=(_positions(standing),)),
            Part(_("Verdicts by bar"), tables=(_counts(standing),)),
            Part(_("Where the market figures come from"), tables=(_sources(standing),)),
            Part(_("Why a verdict is what it is"), tables=(_reasons(standing),)),
        ),
        notes=(
            _(
                "The centre of the market is a published mean or median. Upper quartile and top decile mean the "
                "better side, whatever the direction of the KPI; most publishers print neither."
            ),
            _(
                "A verdict is a one-sided test at 95 %, corrected after Holm over the KPIs that are judged together. "
                "The interval is the two-sided 95 % interval of the centre's own measurement."
            ),
        ),
        wide=True,
    )


def _standing(audit: Audit, report: CertificationReport) -> dict[str, dict[str, MarketComparison]]:
    """Return KPI -> bar -> comparison; a verdict that the audit has frozen is told as it was frozen.

    The audit judges the centre of the market, and the bars that its edition names; the others are judged here from the
    same records and the same release. At most eight queries.
    """
    full = Audit.objects.select_related("centre", "edition", "measurement_run", "market_release").get(pk=audit.pk)
    frozen: dict[str, dict[str, Any]] = (full.result or {}).get("market", full.market)
    codes = [code for code in KPIS if code in frozen]
    counts: dict[Any, int] = {(each.kpi, each.variant, each.channel): each.n for each in report.basis.measurements}
    measured = _first(full)
    others = {bar: _judged(full, codes, bar) for bar in BARS if bar != CENTRE}
    found: dict[str, dict[str, MarketComparison]] = {}
    for code in codes:
        own = frozen[code].get("bars") or {}
        each = {CENTRE: frozen[code], **{bar: own.get(bar) or others[bar].get(code) for bar in others}}
        found[code] = {
            bar: comparison_of(code, verdict, None, counts.get((code, verdict.get("variant"), verdict.get("channel"))))
            for bar, verdict in each.items()
            if verdict is not None
        }
        if found[code][CENTRE].value is None and code in measured:
            found[code][CENTRE] = replace(found[code][CENTRE], **_own(measured[code]))
    return found


def _first(audit: Audit) -> dict[str, Measurement]:
    """Return each KPI as it was measured first: what stands in the table where nothing is compared; one query."""
    found: dict[str, Measurement] = {}
    for each in run_measurements(audit.measurement_run) if audit.measurement_run else []:
        found.setdefault(each.kpi, each)
    return found


def _own(measured: Measurement) -> dict[str, Any]:
    around = interval(measured)
    return {
        "value": Decimal(str(measured.value)),
        "unit": measured.unit,
        "n": measured.n,
        "interval": Interval(Decimal(str(around[0])), Decimal(str(around[1]))) if around else None,
    }


def _judged(audit: Audit, codes: Sequence[str], bar: str) -> dict[str, dict[str, Any]]:
    return verdicts(
        kpis=codes,
        centre=audit.centre,
        run=audit.measurement_run,
        release=audit.market_release,
        waived=frozenset(audit.market_waivers.values_list("kpi", flat=True)),
        max_age_months=edition_document(audit.edition).get("market", {}).get("max_age_months"),
        bar=bar,
    )


def _words(bar: str, verdict: str) -> str:
    if bar == CENTRE or verdict == "no_figure":
        return verdict_words(verdict)
    return bar_verdict_words(verdict)


def _bar(bar: str) -> str:
    words = term("bar", bar, _)
    return words[:1].upper() + words[1:]


def _scope(scope: str) -> str:
    """Say in words what a figure is of; codes stand in the comparison in the order of ``SCOPE``."""
    codes = scope.split(", ")
    return ", ".join(term(*pair, _) for pair in zip(SCOPE, codes, strict=True)) if len(codes) == len(SCOPE) else scope


def _positions(standing: Mapping[str, Mapping[str, MarketComparison]]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for code, found in standing.items():
        own = found[CENTRE]
        row: list[Value] = [kpi_name(code), own.value, term("unit", own.unit, _)]
        row += [own.interval.low, own.interval.high] if own.interval else [None, None]
        row.append(own.n)
        for bar in BARS:
            each = found.get(bar)
            row += [each.figure, _words(bar, each.verdict)] if each else [None, ""]
        rows.append(tuple(row))
    bars = []
    for bar in BARS:
        bars.append(Column(bar, _bar(bar), NUMBER, 9, places=2))
        bars.append(Column(f"{bar}_verdict", _("Verdict"), width=13))
    return Table(
        "positions",
        _("Position at the three bars"),
        (
            Column("kpi", _("KPI"), width=20),
            Column("measured", _("Measured value"), NUMBER, 8, places=2),
            Column("unit", _("Unit"), width=6),
            Column("low", _("95 % from"), NUMBER, 8, places=2),
            Column("high", _("95 % to"), NUMBER, 8, places=2),
            Column("n", _("Records"), NUMBER, 8),
            *bars,
        ),
        tuple(rows),
        empty=_("The standard's market gates name no KPI."),
    )


def _counts(standing: Mapping[str, Mapping[str, MarketComparison]]) -> Table:
    counted = {bar: Counter(found[bar].verdict for found in standing.values() if bar in found) for bar in BARS}
    rows: list[tuple[Value, ...]] = [
        (verdict_words(verdict), *(counted[bar][verdict] for bar in BARS))
        for verdict in VERDICTS
        if any(counted[bar][verdict] for bar in BARS)
    ]
    return Table(
        "verdicts",
        _("Verdicts by bar"),
        (Column("verdict", _("Verdict"), width=30), *(Column(bar, _bar(bar), NUMBER, 15) for bar in BARS)),
        tuple(rows),
        chart=Chart(_("Number of KPIs by verdict and bar"), "verdict", tuple(BARS)),
    )


def _sources(standing: Mapping[str, Mapping[str, MarketComparison]]) -> Table:
    rows = [
        (
            kpi_name(code),
            _bar(bar),
            each.figure,
            term("unit", each.unit, _),
            each.publisher,
            each.year,
            _scope(each.scope),
            each.figure_n,
            each.grade,
            each.url,
        )
        for code, found in standing.items()
        for bar, each in found.items()
        if each.figure is not None
    ]
    return Table(
        "figures",
        _("Where the market figures come from"),
        (
            Column("kpi", _("KPI"), width=17),
            Column("bar", _("Bar"), width=11),
            Column("figure", _("Market figure"), NUMBER, 8, places=2),
            Column("unit", _("Unit"), width=5),
            Column("publisher", _("Publisher"), width=16),
            Column("year", _("Year"), CODE, 5),
            Column("scope", _("Scope"), width=18),
            Column("figure_n", _("Participants"), width=10),
            Column("grade", _("Grade"), width=5),
            Column("page", _("Source page"), width=26),
        ),
        tuple(rows),
        empty=_("The release has no figure that may be compared with this centre."),
    )


def _reasons(standing: Mapping[str, Mapping[str, MarketComparison]]) -> Table:
    rows = [
        (kpi_name(code), _bar(bar), _words(bar, each.verdict), each.variant, each.reason)
        for code, found in standing.items()
        for bar, each in found.items()
        if each.reason and each.figure is not None
    ]
    return Table(
        "reasons",
        _("Why a verdict is what it is"),
        (
            Column("kpi", _("KPI"), width=17),
            Column("bar", _("Bar"), width=12),
            Column("verdict", _("Verdict"), width=14),
            Column("formula", _("Formula"), width=26),
            Column("reason", _("Reason"), width=50),
        ),
        tuple(rows),
        empty=_("Every verdict is plain: nothing is open, and none hangs on a figure that is not sure."),
    )


def _waits(audit: Audit, _at: datetime) -> str:
    if audit.measurement_run_id is None or audit.market_release_id is None:
        return _("The audit has no measurements, or no market release to compare them with.")
    return ""


BENCHMARK = Kind(
    code="benchmark_position",
    title=gettext_lazy("Benchmark position"),
    purpose=gettext_lazy("Each KPI of the market gates: measured, interval, three bars, verdict, and the source."),
    about=AUDIT,
    formats=paper_formats(_build, PDF, XLSX, CSV, JSON),
    allowed=exports,
    waits=_waits,
)

"""What a summary shows, on paper and on the screen: charts, gates in words, comparisons, counts of findings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.charts import SCREEN, Look, shown
from reports.renderers.figures import blocks_figure, ladder_figure
from reports.renderers.labels import attained_words, label, numeral, plain, state_words
from reports.renderers.market import ComparisonRow, comparison_row, shortfall

if TYPE_CHECKING:
    from reports.document import CertificationReport, CriterionRow, Gate, Tier

_SHOWN_CODES = 8
_SHOWN_GAPS = 5


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate in words; ``state`` stays a code for the symbol."""

    title: str
    wanted: str
    seen: str
    state: str
    state_words: str
    because: str


@dataclass(frozen=True, slots=True)
class TierPanel:
    """A tier with its gates in words."""

    code: str
    numeral: str
    title: str
    state: str
    state_words: str
    gates: tuple[GateRow, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings of one grading there are, and how many of them are open."""

    kind: str
    title: str
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A criterion and the points that its level leaves on the table when all tiers are counted."""

    code: str
    title: str
    level: int
    points: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that the summary shows."""

    ladder: SafeString
    blocks: SafeString
    tiers: tuple[TierPanel, ...]
    matrix: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    compared: tuple[ComparisonRow, ...]
    uncompared: tuple[ComparisonRow, ...]
    counts: tuple[Count, ...]
    gaps: tuple[Gap, ...]
    recommendation: str
    obstacles: tuple[GateRow, ...]
    focus_title: str
    answered: int
    asked: int


def summary_of(report: CertificationReport, look: Look = SCREEN) -> Summary:
    """Put the document's results into words and charts, in the active language."""
    focus = report.focus
    names = {fact.code: fact.title for fact in report.facts}
    names |= {comparison.kpi: shortfall(comparison) for comparison in report.comparisons}
    panels = tuple(_panel(place, tier, names) for place, tier in enumerate(report.tiers, 1))
    compared = tuple(comparison_row(comparison, look) for comparison in report.comparisons)
    rows = [row for section in report.sections for clause in section.clauses for row in clause.rows]
    return Summary(
        ladder=_svg(ladder_figure(report, look)),
        blocks=_svg(blocks_figure(report, look)),
        tiers=panels,
        matrix=_matrix(report),
        compared=tuple(row for row in compared if row.compared),
        uncompared=tuple(row for row in compared if not row.compared),
        counts=tuple(_count(report, kind) for kind in ("major", "minor", "opportunity", "strength")),
        gaps=_gaps(report),
        recommendation=_recommendation(report),
        obstacles=_obstacles(report, panels),
        focus_title=focus.title if focus else "",
        answered=sum(row.level is not None or bool(row.na_reason) for row in rows),
        asked=len(rows),
    )


def _svg(text: str) -> SafeString:
    """Mark a chart as safe: ``reports.charts`` escapes every text that it writes."""
    return mark_safe(text)  # noqa: S308 - escaped where it is made


def _panel(place: int, tier: Tier, names: dict[str, str]) -> TierPanel:
    return TierPanel(
        code=tier.code,
        numeral=numeral(place),
        title=tier.title,
        state={True: "met", False: "not_met", None: "open"}[tier.attained],
        state_words=attained_words(tier.attained),
        gates=tuple(_gate(gate, names) for gate in tier.gates),
    )


def _matrix(report: CertificationReport) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return one line per gate with its state at every tier; the block gates together make one line."""
    titles: dict[str, str] = {}
    for tier in report.tiers:
        for gate in tier.gates:
            key = gate.code.partition(":")[0] if gate.code.startswith("block:") else gate.code
            titles.setdefault(key, _("Each block") if key == "block" else gate.title)
    return tuple((title, tuple(_cell(tier, key) for tier in report.tiers)) for key, title in titles.items())


def _cell(tier: Tier, key: str) -> tuple[str, str]:
    """Return state and words; the worst of several gates counts, and a tier without the gate shows nothing."""
    states = {gate.state for gate in tier.gates if gate.code == key or gate.code.startswith(f"{key}:")}
    worst = next((state for state in ("not_met", "open", "met") if state in states), "")
    return worst, state_words(worst)


def _gate(gate: Gate, names: dict[str, str]) -> GateRow:
    """Put one gate into words; ``names`` are those of facts, and of KPIs with their verdicts.

    A gate about a fact needs no reference: it is named after it.
    """
    about_facts = gate.code.startswith(("fact:", "findings:"))
    codes = [] if about_facts or gate.state == "met" else [names.get(code, plain(code)) for code in gate.because]
    because, more = (
        "; ".join(codes[:_SHOWN_CODES]) if gate.code == "market" else ", ".join(codes[:_SHOWN_CODES]),
        len(codes) - _SHOWN_CODES,
    )
    if more > 0:
        because = _("%(codes)s and %(count)s more") % {"codes": because, "count": more}
    wanted, seen = (plain(gate.wanted), plain(gate.seen)) if about_facts else (gate.wanted, gate.seen)
    return GateRow(gate.title, wanted, seen, gate.state, state_words(gate.state), because)


def _count(report: CertificationReport, kind: str) -> Count:
    found = [finding for finding in report.findings if finding.kind == kind]
    still = sum(finding.closed_at is None for finding in found) if kind != "strength" else 0
    return Count(kind, label("finding_kind", kind), len(found), still)


def _gaps(report: CertificationReport) -> tuple[Gap, ...]:
    """Return the five criteria with the largest weight times shortfall, in points of their block."""
    found: list[tuple[Decimal, CriterionRow]] = []
    for section in report.sections:
        rows = [row for clause in section.clauses for row in clause.rows if row.asked and not row.na_reason]
        weights = sum((row.weight for row in rows), Decimal(0))
        found += [
            (section.points * row.weight * (row.scale.high - row.level) / row.scale.span / weights, row)
            for row in rows
            if row.level is not None and row.level < row.scale.high
        ]
    found.sort(key=lambda pair: -pair[0])
    return tuple(Gap(row.code, row.title, row.level or 0, shown(points)) for points, row in found[:_SHOWN_GAPS])


def _obstacles(report: CertificationReport, panels: tuple[TierPanel, ...]) -> tuple[GateRow, ...]:
    """Return the gates that keep a finished audit from the lowest tier: the reasons why there is none."""
    if report.draft or report.tier is not None or not panels:
        return ()
    return tuple(gate for gate in panels[0].gates if gate.state != "met")


def _recommendation(report: CertificationReport) -> str:
    """Say what follows from the results; the decision is somebody else's."""
    if report.draft:
        return _("The assessment is not finished; nothing is recommended yet.")
    attained = next((tier.title for tier in report.tiers if tier.code == report.tier), None)
    if attained is None:
        return _("The results do not attain a tier. The team cannot recommend certification.")
    words = _("The results attain the tier %(tier)s. The team recommends certification at this tier.")
    return words % {"tier": attained}

"""An audit's score, gates, market and next steps in words, ready for pages; no query besides what callers loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from benchmarks.kpis.registry import KPIS
from benchmarks.settling import notes_in_words
from benchmarks.terms import term
from benchmarks.verdict import reason_in_words
from standards.scoring.decimals import one_decimal
from standards.scoring.words import seen, title, wanted
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as LazyText

    from audits.models import Audit, MarketWaiver
    from standards.models import Criterion
    from standards.scoring import GateResult, Result, State, TierResult


@dataclass(frozen=True)
class TierRow:
    """One tier of the score strip; ``low`` and ``high`` are shown numbers, equal once all is answered."""

    code: str
    title: str
    low: str
    high: str
    points: str
    minimum: str
    percent_low: float
    percent_high: float
    percent_minimum: float
    attained: bool | None
    met: int
    not_met: int
    open: int

    @property
    def settled(self) -> bool:
        """Say whether the score is one number."""
        return self.low == self.high


@dataclass(frozen=True)
class GateRow:
    """One gate in words."""

    tier: str
    code: str
    title: str
    state: str
    seen: str
    wanted: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class StepWords:
    """What a transition is called, what it does, and what is said when it was done."""

    label: LazyText
    explains: LazyText
    done: LazyText
    needs_reason: bool = False
    danger: bool = False


STEPS: dict[str, StepWords] = {
    "plan": StepWords(
        _("Confirm the plan"),
        _("The plan stands: team, dates and sections. It can still change until the work starts."),
        _("The audit is planned."),
    ),
    "stage_1": StepWords(
        _("Start stage 1"),
        _("The team reads documents, checks the scope and says whether the centre is ready for stage 2."),
        _("Stage 1 has started."),
    ),
    "begin": StepWords(
        _("Start the self-assessment"),
        _("The answer sheet opens for the team."),
        _("The self-assessment has started."),
    ),
    "start": StepWords(
        _("Start fieldwork"),
        _("The answer sheet opens for the team. From here on nobody can be taken off the team."),
        _("Fieldwork has started."),
    ),
    "start_stage_2": StepWords(
        _("Start stage 2"),
        _("The answer sheet opens for the team. From here on nobody can be taken off the team."),
        _("Stage 2 has started: fieldwork."),
    ),
    "close": StepWords(
        _("Go to the closing meeting"),
        _("Fieldwork is done. Answers can still be put right until the report is submitted."),
        _("Fieldwork is done; the closing meeting comes next."),
    ),
    "report": StepWords(
        _("Draft the report"),
        _("The closing meeting was held; the team writes the texts of the report."),
        _("The report is being drafted."),
    ),
    "submit": StepWords(
        _("Submit for technical review"),
        _("Answers, evidence and facts are frozen and the result is scored. Only a review can open them again."),
        _("The audit is submitted; its result is frozen."),
    ),
    "finish": StepWords(
        _("Finish the self-assessment"),
        _("Answers, evidence and facts are frozen and the result is scored. No certificate follows from it."),
        _("The self-assessment is finished; its result is frozen."),
    ),
    "return": StepWords(
        _("Return to the team"),
        _("The sheet opens again for the team, with your note."),
        _("The audit is back with the team."),
        needs_reason=True,
    ),
    "approve": StepWords(
        _("Approve the technical review"),
        _("You confirm that scope, evidence and grading support the result. The decision comes next."),
        _("The technical review is approved."),
        needs_reason=True,
    ),
    "await_correction": StepWords(
        _("Approve, and wait for corrections"),
        _("You confirm the result. Before it goes on, the centre corrects and the corrections are verified."),
        _("The technical review is approved; corrections are awaited."),
        needs_reason=True,
    ),
    "settle": StepWords(
        _("Corrections are settled"),
        _("Majors are verified and minors have accepted plans. The decision comes next."),
        _("The corrections are settled; the audit awaits the decision."),
        needs_reason=True,
    ),
    "forgo": StepWords(
        _("Decide without the corrections"),
        _("The corrections did not come. Certification can then only be refused, or stage 2 repeated."),
        _("The audit awaits the decision, without the corrections."),
        needs_reason=True,
    ),
    "conclude": StepWords(
        _("Conclude the audit"),
        _("Your conclusion closes the internal audit. No certification follows from it."),
        _("The audit is concluded and closed."),
        needs_reason=True,
    ),
    "repeat_stage_2": StepWords(
        _("Repeat stage 2"),
        _("The frozen result is dropped, the sheet opens again, and the meetings are held anew."),
        _("Stage 2 has started again."),
        needs_reason=True,
        danger=True,
    ),
    "decide": StepWords(_("Decide"), _("Grant or refuse certification."), _("The decision is recorded.")),
    "cancel": StepWords(
        _("Cancel the audit"),
        _("The engagement ends without a result. Everything that was recorded stays readable. This cannot be undone."),
        _("The audit is cancelled."),
        needs_reason=True,
        danger=True,
    ),
}


def step_words(step: str) -> StepWords:
    """Return the words for a transition."""
    return STEPS[step]


def tier_names(audit: Audit) -> list[tuple[str, str]]:
    """Return (code, title) of the edition's tiers, lowest first."""
    return [(tier["code"], text(tier["title"])) for tier in edition_document(audit.edition)["tiers"]]


def decision_routes(audit: Audit) -> list[str]:
    """Return the routes that the edition's fact ``decision_route`` knows; none where it has no such fact."""
    facts = edition_document(audit.edition)["facts"]
    return next((fact["choices"] for fact in facts if fact["code"] == "decision_route"), [])


def tier_rows(audit: Audit, result: Result) -> list[TierRow]:
    """Return the score strip."""
    titles = dict(tier_names(audit))
    return [_tier_row(tier, titles[tier.code]) for tier in result.tiers]


def _tier_row(tier: TierResult, title: str) -> TierRow:
    total = next((gate for gate in tier.gates if gate.kind == "total"), None)
    minimum = total.wanted["min"] if total else None
    states = [gate.state.value for gate in tier.gates]
    return TierRow(
        code=tier.code,
        title=title,
        low=one_decimal(tier.low),
        high=one_decimal(tier.high),
        points=f"{float(tier.points):g}",
        minimum=f"{float(minimum):g}" if minimum is not None else "",
        percent_low=float(tier.low * 100 / tier.points),
        percent_high=float(tier.high * 100 / tier.points),
        percent_minimum=float((minimum or 0) * 100 / tier.points),
        attained=tier.attained,
        met=states.count("met"),
        not_met=states.count("not_met"),
        open=states.count("open"),
    )


def gate_rows(audit: Audit, result: Result) -> list[tuple[str, list[GateRow]]]:
    """Return, per tier, its gates in words; what is not met comes first, then what is open."""
    order = {"not_met": 0, "open": 1, "met": 2}
    titles = dict(tier_names(audit))
    facts = {fact["code"]: text(fact["title"]) for fact in edition_document(audit.edition).get("facts", [])}
    return [
        (
            titles[tier.code],
            sorted(
                (_gate_row(gate, titles[tier.code], facts) for gate in tier.gates), key=lambda row: order[row.state]
            ),
        )
        for tier in result.tiers
    ]


def _gate_row(gate: GateResult, tier: str, facts: dict[str, str]) -> GateRow:
    state: State = gate.state
    return GateRow(
        tier=tier,
        code=gate.gate,
        title=title(gate.gate, facts, gettext),
        state=state.value,
        seen=seen(gate, gettext),
        wanted=wanted(gate, gettext),
        # A gate on one fact or count of findings is named after it already.
        because=() if gate.kind in {"fact", "findings"} else tuple(_named(code, facts) for code in gate.because),
    )


def _named(code: str, facts: dict[str, str]) -> str:
    """Name what a gate rests on: a KPI or a fact by its title; criteria are known by their code."""
    return gettext(KPIS[code].name) if code in KPIS else facts.get(code, code)


# --- the market ----------------------------------------------------------------------------------------------------

VERDICTS: dict[str, tuple[LazyText, str]] = {
    "above": (_("Above the market"), "is-good"),
    "not_shown_below": (_("Not shown below the market"), "is-good"),
    "below": (_("Below the market"), "is-bad"),
    "insufficient": (_("Insufficient evidence"), "is-warn"),
    "missing": (_("Not measured yet"), "is-open"),
    "no_figure": (_("No comparable market figure"), "is-open"),
}
# Reasons that a named person may waive.
TOO_OLD = frozenset({"figure_too_old", "period_too_old"})


@dataclass(frozen=True)
class MarketRow:
    """The verdict on one KPI in words: at the centre of the market, and in ``bars`` at the higher ones of the edition.

    ``notes`` say what it hangs on: when it flips, how sure the figure is, how much more measuring would settle it.
    """

    kpi: str
    name: str
    state: str
    words: str
    style: str
    reason: str
    verdict: dict[str, Any]
    notes: tuple[str, ...] = ()
    bar: str = ""
    bars: tuple[MarketRow, ...] = ()


def market_rows(audit: Audit) -> list[MarketRow]:
    """Return the verdicts on the gated KPIs; those that decide come first."""
    order = list(VERDICTS)
    rows = [_market_row(kpi, verdict) for kpi, verdict in audit.market.items()]
    return sorted(rows, key=lambda row: (order.index(row.state), row.kpi))


def _market_row(kpi: str, verdict: dict[str, Any]) -> MarketRow:
    words, style = VERDICTS[verdict["state"]]
    reason = reason_in_words(verdict, gettext)
    notes = tuple(notes_in_words(verdict, gettext))
    bars = tuple(_market_row(kpi, each) for each in verdict.get("bars", {}).values())
    bar = term("bar", verdict.get("bar", ""), gettext)
    return MarketRow(
        kpi, gettext(KPIS[kpi].name), verdict["state"], str(words), style, reason, verdict, notes, bar, bars
    )


def panel_market(audit: Audit, criterion: Criterion) -> list[MarketRow]:
    """Return the verdicts on the KPIs of one criterion."""
    return [_market_row(kpi, audit.market[kpi]) for kpi in criterion.kpis if kpi in audit.market]


def waiver_rows(audit: Audit) -> list[tuple[str, MarketWaiver]]:
    """Return (name of the KPI, waiver) of what was waived; one query."""
    waivers = audit.market_waivers.select_related("granted_by").order_by("pk")
    return [(gettext(KPIS[waiver.kpi].name), waiver) for waiver in waivers]


def stale_kpis(audit: Audit) -> list[tuple[str, str]]:
    """Return (code, name) of the KPIs whose market figure is too old to compare with unless somebody waives it."""
    return [
        (kpi, gettext(KPIS[kpi].name))
        for kpi, verdict in audit.market.items()
        if any(each["reason"]["code"] in TOO_OLD for each in (verdict, *verdict.get("bars", {}).values()))
    ]

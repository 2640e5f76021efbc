"""One small function per kind of gate, in a table. Each says met, not met or open, and why.

A gate is open while answers or facts still missing could decide it either way; once met or not met by levels, no
further answer can flip it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from standards.scoring.model import (
    CENTRE,
    QUARTERS_FACT,
    BlockGate,
    ClauseGate,
    FactGate,
    FindingsGate,
    GateResult,
    MandatoryGate,
    MarketGate,
    NaShareGate,
    State,
    TotalGate,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from standards.scoring.model import BlockResult, Case, EditionSpec, GateSpec, Row
    from standards.scoring.points import Counts

ABOVE, NOT_SHOWN_BELOW, BELOW, INSUFFICIENT, NO_FIGURE = (
    "above",
    "not_shown_below",
    "below",
    "insufficient",
    "no_figure",
)
VERDICTS = (ABOVE, NOT_SHOWN_BELOW, BELOW, INSUFFICIENT, NO_FIGURE)


@dataclass(frozen=True, slots=True)
class TierView:
    """What the gates of one tier look at. ``rows``: the criteria asked at this tier or below, N/A ones included."""

    edition: EditionSpec
    case: Case
    rows: tuple[Row, ...]
    blocks: tuple[BlockResult, ...]
    low: Fraction
    high: Fraction
    points: Fraction
    counts: Counts


def judge(gate: GateSpec, view: TierView) -> Iterator[GateResult]:
    """Yield the result of a gate: one, except for the block gate, which gives one per block."""
    return GATES[type(gate)](gate, view)


def total_gate(gate: TotalGate, view: TierView) -> Iterator[GateResult]:
    """Compare the total with the minimum."""
    state = _at_least(view.low, view.high, gate.minimum)
    because = _behind(view, view.rows, gate.minimum / view.points, state)
    seen = {"low": view.low, "high": view.high}
    yield GateResult("total", "total", state, seen, {"min": gate.minimum, "of": view.points}, because)


def block_gate(gate: BlockGate, view: TierView) -> Iterator[GateResult]:
    """Compare each block's percentage with the minimum."""
    for index, block in enumerate(view.blocks):
        low, high = block.percent_low, block.percent_high
        state = _at_least(low, high, gate.min_percent)
        rows = [row for row in view.rows if row.block == index]
        because = _behind(view, rows, gate.min_percent / 100, state)
        seen = {"block": block.code, "low": low, "high": high}
        yield GateResult(f"block:{block.code}", "block", state, seen, {"min_percent": gate.min_percent}, because)


def mandatory_gate(gate: MandatoryGate, view: TierView) -> Iterator[GateResult]:
    """Compare the level of every mandatory criterion with the minimum."""
    rows = [row for row in view.rows if row.mandatory]
    yield _levels("mandatory_level", "mandatory_level", rows, gate.minimum, view, {})


def clause_gate(gate: ClauseGate, view: TierView) -> Iterator[GateResult]:
    """Compare the level of every applicable criterion of one clause with the minimum."""
    rows = [row for row in view.rows if row.clause == gate.clause and row.code not in view.case.not_applicable]
    yield _levels(f"clause_level:{gate.clause}", "clause_level", rows, gate.minimum, view, {"clause": gate.clause})


def findings_gate(gate: FindingsGate, view: TierView) -> Iterator[GateResult]:
    """Compare the number of findings of one sort with the maximum; a number nobody gave leaves the gate open."""
    count = view.case.findings.get(gate.fact)
    state = State.OPEN if count is None else _state(count <= gate.maximum)
    seen, wanted = {"findings": gate.fact, "count": count}, {"max": gate.maximum}
    yield GateResult(f"findings:{gate.fact}", "findings", state, seen, wanted, (gate.fact,))


def na_share_gate(gate: NaShareGate, view: TierView) -> Iterator[GateResult]:
    """Compare the share of N/A criteria with the maximum; unanswered ones that may become N/A keep it open."""
    counts = view.counts
    limit = gate.max_percent * counts.asked / 100
    if counts.not_applicable > limit:
        state = State.NOT_MET
    else:
        state = State.MET if counts.not_applicable + counts.may_become_na <= limit else State.OPEN
    because = tuple(row.code for row in view.rows if row.code in view.case.not_applicable)
    if state is State.OPEN:
        because += tuple(row.code for row in view.rows if row.na_allowed and _unanswered(row, view.case))
    share = Fraction(100 * counts.not_applicable, counts.asked)
    seen = {"count": counts.not_applicable, "asked": counts.asked, "percent": share}
    yield GateResult("na_share", "na_share", state, seen, {"max_percent": gate.max_percent}, because)


def fact_gate(gate: FactGate, view: TierView) -> Iterator[GateResult]:
    """Test one fact; a fact nobody gave leaves the gate open."""
    value = view.case.facts.get(gate.fact)
    state = State.OPEN if value is None else _state(_passes(gate.test, value, gate.wanted))
    wanted = {"test": gate.test, "value": gate.wanted}
    yield GateResult(f"fact:{gate.fact}", "fact", state, {"fact": gate.fact, "value": value}, wanted, (gate.fact,))


def market_gate(gate: MarketGate, view: TierView) -> Iterator[GateResult]:
    """Judge the verdicts on the listed KPIs.

    Not met when one is below or insufficient, or when even the best outcome of the missing verdicts would leave too
    few judged KPIs or too small a share above, or when the quarters in a row are known to be too few. ``no_figure``
    (the market release holds no like figure; the release decides that, never the centre) is left out, unless the
    gate is of a higher bar and takes the central figure instead. Not shown below a higher bar counts as above: the
    share asks who stands out from the market's middle.
    """
    found = {kpi: _verdict_at(gate, view.case.market.get(kpi)) for kpi in gate.kpis}
    verdicts = {kpi: verdict for kpi, (verdict, _bar) in found.items()}
    missing = tuple(kpi for kpi, verdict in verdicts.items() if verdict is None)
    judged = tuple(kpi for kpi, verdict in verdicts.items() if verdict not in {None, NO_FIGURE})
    failing = tuple(kpi for kpi in judged if verdicts[kpi] in {BELOW, INSUFFICIENT}) if gate.none_below else ()
    above = sum(_stands_out(*found[kpi]) for kpi in judged)
    best_judged, best_above = len(judged) + len(missing), above + len(missing)
    few = best_judged < gate.at_least
    faint = best_above * 100 < gate.above_percent * best_judged
    quarters = view.case.facts.get(QUARTERS_FACT) if gate.quarters else None
    short = quarters is not None and quarters < gate.quarters
    unknown = missing or (gate.quarters and quarters is None)
    state = State.NOT_MET if failing or few or faint or short else State.OPEN if unknown else State.MET
    because = failing or (missing if state is State.OPEN else tuple(judged))
    if gate.quarters and (short or quarters is None):
        because = (*because, QUARTERS_FACT)
    seen = {
        "judged": len(judged),
        "above": above,
        "below": sum(verdicts[kpi] == BELOW for kpi in judged),
        "insufficient": sum(verdicts[kpi] == INSUFFICIENT for kpi in judged),
        "missing": len(missing),
        "quarters": quarters,
        "otherwise": sum(found[kpi][1] != gate.bar for kpi in judged),
    }
    wanted = {
        "at_least": gate.at_least,
        "none_below": gate.none_below,
        "above_percent": gate.above_percent,
        "quarters": gate.quarters,
        "bar": gate.bar,
        "otherwise": gate.otherwise,
    }
    yield GateResult("market", "market", state, seen, wanted, because)


def _verdict_at(gate: MarketGate, given: str | Mapping[str, str] | None) -> tuple[str | None, str]:
    """Return the verdict that counts and the bar it was made at; a plain verdict is that of every bar."""
    if given is None or isinstance(given, str):
        return given, gate.bar
    verdict = given.get(gate.bar)
    if verdict == NO_FIGURE and gate.otherwise == CENTRE:
        return given.get(CENTRE), CENTRE
    return verdict, gate.bar


def _stands_out(verdict: str | None, bar: str) -> bool:
    return verdict == ABOVE or (verdict == NOT_SHOWN_BELOW and bar != CENTRE)


GATES: dict[type[Any], Callable[[Any, TierView], Iterator[GateResult]]] = {
    TotalGate: total_gate,
    BlockGate: block_gate,
    MandatoryGate: mandatory_gate,
    ClauseGate: clause_gate,
    FindingsGate: findings_gate,
    NaShareGate: na_share_gate,
    FactGate: fact_gate,
    MarketGate: market_gate,
}


def _state(holds: bool) -> State:
    return State.MET if holds else State.NOT_MET


def _at_least(low: Fraction, high: Fraction, minimum: Fraction) -> State:
    if low >= minimum:
        return State.MET
    return State.NOT_MET if high < minimum else State.OPEN


def _unanswered(row: Row, case: Case) -> bool:
    return row.code not in case.levels and row.code not in case.not_applicable


def _behind(view: TierView, rows: Iterable[Row], share: Fraction, state: State) -> tuple[str, ...]:
    """Name what a sum rests on: unanswered criteria (open), those below the wanted share (not met), all (met)."""
    levels, skip = view.case.levels, view.case.not_applicable
    if state is State.OPEN:
        return tuple(row.code for row in rows if row.code not in levels and row.code not in skip)
    if state is State.MET:
        return tuple(row.code for row in rows if row.code in levels and row.code not in skip)
    # (level - low) / span < numerator / denominator, in whole numbers; what is unanswered is not behind it
    top, bottom = share.numerator, share.denominator
    return tuple(
        row.code
        for row in rows
        if (levels.get(row.code, row.high) - row.low) * bottom < top * row.span
        and row.code in levels
        and row.code not in skip
    )


def _levels(code: str, kind: str, rows: list[Row], minimum: int, view: TierView, extra: dict[str, str]) -> GateResult:
    levels, edition = view.case.levels, view.edition
    short = tuple(row.code for row in rows if row.code in levels and levels[row.code] < edition.floor(row, minimum))
    missing = tuple(row.code for row in rows if row.code not in levels) if minimum > edition.scale_min else ()
    state = State.NOT_MET if short else State.OPEN if missing else State.MET
    because = short or missing or tuple(row.code for row in rows)
    seen = {**extra, "reach": len(rows) - len(short) - len(missing), "count": len(rows), "unanswered": len(missing)}
    own = any((row.low, row.high) != (edition.scale_min, edition.scale_max) for row in rows)
    wanted = {"min": minimum, "count": len(rows), "low": edition.scale_min, "high": edition.scale_max, "own": own}
    return GateResult(code, kind, state, seen, wanted, because)


def _passes(test: str, value: Any, wanted: Any) -> bool:
    match test:
        case "min":
            return bool(value >= wanted)
        case "above":
            return bool(value > wanted)
        case "equals":
            return bool(value == wanted)
        case _:
            return value in wanted

"""From scores to an order, as the programme declared it; the same facts give the same order for ever. No Django.

The statistics are those of ``awards.panel``. What is done here: the declared method, what the panel agreed on instead
of a mean, the tie-break ladder, and the same again under the other methods, to see whether the winner would change.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from awards.panel import (
    Deliberation,
    Panel,
    RefusedError,
    Score,
    analyse,
    as_decimal,
    base_scores,
    fit_additive,
    rank,
    trimmed_scores,
    verdict,
)
from awards.scheme import ADJUSTED, BY_CRITERION, HEAD_TO_HEAD, MEAN, Method

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from awards.panel import Analysis, Ranking, Refusal, Verdict

    Scores = dict[str, Fraction]

TRIMMED = "trimmed"
# Adjusted scores come from floating point: equal to the ninth decimal is equal, on every machine.
DIGITS = 9
SOURCES = (
    "tally.py",
    "honours.py",
    *(f"panel/{name}.py" for name in ("base", "scores", "severity", "design", "links", "ties")),
)


@dataclass(frozen=True)
class StageFacts:
    """Everything that the order of one stage follows from. Entries and judges by their codes.

    ``entries``: category by entry. ``scores``: (entry, judge, criterion, level). ``consensus``: (entry, criterion,
    level) in the order of time. ``decisions``: (entries in the order decided, reason), in the order of time.
    """

    weights: Mapping[str, Decimal]
    method: Method
    entries: Mapping[str, str]
    scores: Sequence[tuple[str, str, str, int]]
    consensus: Sequence[tuple[str, str, Decimal]] = ()
    decisions: Sequence[tuple[Sequence[str], str]] = ()


@dataclass(frozen=True)
class Group:
    """One category's outcome. ``used`` is the method that was carried out; ``instead`` why not the declared one.

    ``scores`` are what is ranked, on the scale of the levels. ``unscored``: entries without a complete card.
    ``under``: by method who would lead, or why it cannot be said.
    """

    category: str
    analysis: Analysis | None
    used: str
    instead: tuple[Refusal, ...]
    scores: Scores
    ranking: Ranking | None
    verdict: Verdict | None
    unscored: tuple[str, ...]
    under: Mapping[str, tuple[str, ...] | tuple[Refusal, ...]]


def tally(facts: StageFacts) -> dict[str, Group]:
    """Return the outcome of every category that has an entry, in alphabetical order."""
    fitted = _fitted(facts)
    groups = {}
    for category in sorted(set(facts.entries.values())):
        members = sorted(code for code, where in facts.entries.items() if where == category)
        groups[category] = _group(facts, category, members, fitted)
    return groups


def _panel(facts: StageFacts, members: Iterable[str]) -> Panel | None:
    """Return the panel of some entries; criteria without a weight are scored and not counted."""
    wanted = set(members)
    counted = {code for code, weight in facts.weights.items() if weight > 0}
    scores = [
        Score(entry, judge, Decimal(level), criterion)
        for entry, judge, criterion, level in facts.scores
        if entry in wanted and criterion in counted
    ]
    return Panel.of(scores, {code: facts.weights[code] for code in counted}) if scores else None


def _fitted(facts: StageFacts) -> Scores | tuple[Refusal, ...]:
    """Return the adjusted scores of the whole stage: strictness is a judge's, in whatever category."""
    panel = _panel(facts, facts.entries)
    if panel is None:
        return ()
    try:
        fit = fit_additive(panel)
    except RefusedError as error:
        return error.refusals
    return {name: Fraction(str(round(fit.mu + tau, DIGITS))) for name, tau in fit.adjusted.items()}


def _group(facts: StageFacts, category: str, members: list[str], fitted: Scores | tuple[Refusal, ...]) -> Group:
    panel = _panel(facts, members)
    if panel is None:
        return Group(category, None, facts.method.score, (), {}, None, None, tuple(members), {})
    raw = base_scores(panel)
    found: dict[str, Scores | tuple[Refusal, ...]] = {MEAN: raw, ADJUSTED: fitted, TRIMMED: _trimmed(panel, facts)}
    if isinstance(fitted, dict):
        found[ADJUSTED] = {name: fitted[name] for name in raw}
    wanted = TRIMMED if facts.method.score == MEAN and facts.method.trim else facts.method.score
    chosen = found[wanted]
    instead: tuple[Refusal, ...] = ()
    if not isinstance(chosen, dict):
        wanted, instead, chosen = MEAN, chosen, raw
    analysis = analyse(panel)
    shifts = _shifts(facts, panel)
    orders = {
        name: _ranked(facts, panel, shifts, scores) if isinstance(scores, dict) else scores
        for name, scores in found.items()
    }
    ranking = _ranked(facts, panel, shifts, chosen)
    return Group(
        category=category,
        analysis=analysis,
        used=wanted,
        instead=instead,
        scores=_shifted(chosen, shifts),
        ranking=ranking,
        verdict=verdict(ranking, analysis.rank_intervals),
        unscored=tuple(name for name in members if name not in raw),
        under={name: order if isinstance(order, tuple) else order.places[0].entrants for name, order in orders.items()},
    )


def _trimmed(panel: Panel, facts: StageFacts) -> Scores | tuple[Refusal, ...]:
    try:
        return trimmed_scores(panel, facts.method.trim or 1)
    except RefusedError as error:
        return error.refusals


def _shifts(facts: StageFacts, panel: Panel) -> Scores:
    """Return by entry how many points the panel's agreements move it, over all criteria."""
    agreed = {(entry, criterion): level for entry, criterion, level in facts.consensus}
    total = sum(panel.weights, Fraction())
    weights = dict(zip(panel.criteria, panel.weights, strict=True))
    shifts: Scores = {}
    for criterion, weight in weights.items():
        for entry, mean in base_scores(panel, criterion).items():
            if (entry, criterion) in agreed:
                moved = weight * (Fraction(agreed[entry, criterion]) - mean) / total
                shifts[entry] = shifts.get(entry, Fraction()) + moved
    return shifts


def _shifted(scores: Scores, shifts: Scores) -> Scores:
    return {name: score + shifts.get(name, 0) for name, score in scores.items()}


def _ranked(facts: StageFacts, panel: Panel, shifts: Scores, scores: Scores) -> Ranking:
    """Rank by the declared ladder."""
    named = [step.removeprefix(BY_CRITERION) for step in facts.method.ladder if step.startswith(BY_CRITERION)]
    first = base_scores(panel, named[0]) if named and named[0] in panel.criteria else None
    majority = panel.by_judge() if HEAD_TO_HEAD in facts.method.ladder else None
    decided = [Deliberation([[code] for code in order], reason) for order, reason in facts.decisions]
    return rank(_shifted(scores, shifts), criterion=first, judges=majority, deliberations=decided)


def group_document(group: Group) -> dict[str, Any]:
    """Return an outcome as plain values for canonical JSON: scores as decimal strings, nothing of floating point."""
    places = group.ranking.places if group.ranking else ()
    intervals = (group.analysis.rank_intervals if group.analysis else None) or {}
    return {
        "category": group.category,
        "method": group.used,
        "instead": [refusal.code for refusal in group.instead],
        "places": [
            {
                "entry": entry,
                "place": place.place,
                "score": str(as_decimal(group.scores[entry])),
                "may_be": list(intervals.get(entry, ())),
            }
            for place in places
            for entry in place.entrants
        ],
        "ties": [
            {"rung": rung.rung, "group": list(rung.group), "became": [list(part) for part in rung.became]}
            for rung in (group.ranking.trace if group.ranking else ())
        ],
        "verdict": group.verdict.word if group.verdict else "",
        "unscored": list(group.unscored),
    }


def facts_document(facts: StageFacts) -> dict[str, Any]:
    """Return facts as plain values, so that a replay needs nothing else."""
    method = facts.method
    return {
        "weights": {code: str(weight) for code, weight in facts.weights.items()},
        "method": {"score": method.score, "trim": method.trim, "ladder": list(method.ladder)},
        "entries": dict(facts.entries),
        "scores": sorted([entry, judge, criterion, level] for entry, judge, criterion, level in facts.scores),
        "consensus": [[entry, criterion, str(level)] for entry, criterion, level in facts.consensus],
        "decisions": [{"order": list(order), "reason": reason} for order, reason in facts.decisions],
    }


def facts_of(document: Mapping[str, Any]) -> StageFacts:
    """Return facts from plain values."""
    method = document["method"]
    return StageFacts(
        weights={code: Decimal(weight) for code, weight in document["weights"].items()},
        method=Method(method["score"], method["trim"], tuple(method["ladder"])),
        entries=dict(document["entries"]),
        scores=[(entry, judge, criterion, level) for entry, judge, criterion, level in document["scores"]],
        consensus=[(entry, criterion, Decimal(level)) for entry, criterion, level in document["consensus"]],
        decisions=[(each["order"], each["reason"]) for each in document["decisions"]],
    )


def replayed(document: Mapping[str, Any]) -> list[str]:
    """Compute frozen results again and return the stages that do not give the same; empty when all do."""
    wrong = []
    for stage in document["stages"]:
        again = [group_document(group) for group in tally(facts_of(stage["facts"])).values()]
        if again != stage["outcome"]:
            wrong.append(stage["code"])
    return wrong


def code_version() -> str:
    """Return the SHA-256 over the source text that makes results of scores."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return digest.hexdigest()

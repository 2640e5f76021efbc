"""The level of a result criterion, computed from measurements. Pure: no Django, no clock, no database.

A rule (``letci``: level, trend, comparison, integration of all that is in scope) says what each fact allows at most;
the lowest of these ceilings is the level, and the facts that set it are its reasons. The scale is 0 to 5. In words of
the anchors: below the market is 1; what is not compared, not precise, not of the whole scope or getting worse is 2; not
shown below is 3, and so is what has no trend yet; one shown above, none below, and not worse over four quarters is 4;
all above, and better for three years, is 5. Level 0, nothing is measured, is never computed: where nothing was measured
the assessor judges.
A ceiling is never lower than the anchors make certain: an assessor can answer lower with a reason, and not higher.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LETCI, JUDGED = "letci", "judged"
SCALE = (0, 5)
# Where nearly everybody says "satisfied" the score tells nothing apart; the other KPI then stands in for it.
AT_CEILING = {"csat": (95.0, "nps")}
# What each verdict of the market allows.
VERDICTS = {"below": 1, "insufficient": 2, "not_shown_below": 3, "above": 5}
LEAST_QUARTERS = 4

ADVERSE, BETTER, STEADY = "adverse", "better", "steady"


@dataclass(frozen=True)
class Rule:
    """What decides: the market's verdicts on ``level``, and the trends of ``trend``."""

    level: tuple[str, ...]
    trend: tuple[str, ...]

    @property
    def kpis(self) -> tuple[str, ...]:
        """All KPIs that it reads, in order."""
        return tuple(dict.fromkeys((*self.level, *self.trend)))


@dataclass(frozen=True)
class KpiFacts:
    """What is known of one KPI.

    ``verdict`` is the market's (above, not_shown_below, below, insufficient, missing, no_figure); None: not judged.
    ``channels_missing`` are those of the scope that the measurement does not cover. ``quarters`` is how many were
    measured; ``trend`` is adverse, better or steady, None where there is none; ``sustained``: better over three years,
    every quarter measured. ``directed`` is False where the KPI has a target band, whose trend is neither.
    """

    kpi: str
    measured: bool = False
    value: float | None = None
    verdict: str | None = None
    channels_missing: tuple[str, ...] = ()
    quarters: int = 0
    trend: str | None = None
    sustained: bool = False
    directed: bool = True


@dataclass(frozen=True)
class Reason:
    """One fact and the level that it allows at most; None where it sets no limit."""

    code: str
    allows: int | None
    kpi: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """The outcome. ``level`` is None where nothing can be computed, and then ``missing`` says why."""

    level: int | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Reason, ...] = ()

    @property
    def limits(self) -> tuple[Reason, ...]:
        """Return the reasons that keep the level from being higher."""
        return tuple(each for each in self.reasons if each.allows is not None and each.allows == self.level)


def rule_for(
    *, kind: str, kpis: Sequence[str], scale: tuple[int, int], stated: Mapping[str, Any] | None = None
) -> Rule | None:
    """Return the rule of a criterion: as its edition states it, else that of all its KPIs; None where it is judged.

    Of a pair such as satisfaction and recommendation the second only stands in for the first, unless stated otherwise.
    """
    if kind != "result" or not kpis or scale != SCALE or (stated and stated["rule"] == JUDGED):
        return None
    stands_in = {other for kpi, (_at, other) in AT_CEILING.items() if kpi in kpis}
    named = (stated or {}).get("level") or tuple(kpi for kpi in kpis if kpi not in stands_in)
    return Rule(tuple(named), tuple((stated or {}).get("trend") or kpis))


def compute(rule: Rule, facts: Mapping[str, KpiFacts]) -> Computed:
    """Return the level with its reasons: market first, then comparison, coverage and trend."""
    known = {kpi: facts.get(kpi, KpiFacts(kpi)) for kpi in (*rule.kpis, *_stand_ins(rule))}
    level, swapped = _deciding(rule, known)
    asked = tuple(dict.fromkeys((*level, *(kpi for kpi in rule.trend if known[kpi].measured or _required(kpi, rule)))))
    measured = [kpi for kpi in asked if known[kpi].measured]
    if not measured:
        return Computed(None, missing=(Reason("nothing_measured", None, params={"kpis": asked}),))
    if all(known[kpi].verdict is None for kpi in level):
        return Computed(None, missing=(Reason("no_release", None),))
    reasons = (
        *swapped,
        *_market(level, known),
        *_unmeasured([kpi for kpi in asked if not known[kpi].measured], level, known),
        *_coverage(measured, known),
        *_trends([kpi for kpi in rule.trend if kpi in measured], known),
        *_sustained(level, [kpi for kpi in rule.trend if kpi in measured], known),
    )
    return Computed(min(each.allows for each in reasons if each.allows is not None), reasons)


def _stand_ins(rule: Rule) -> tuple[str, ...]:
    return tuple(AT_CEILING[kpi][1] for kpi in rule.level if kpi in AT_CEILING)


def _required(kpi: str, rule: Rule) -> bool:
    """Say whether a KPI has to be measured: one that only stands in for another of the rule need not be."""
    return kpi in rule.level or kpi not in _stand_ins(rule)


def _deciding(rule: Rule, known: Mapping[str, KpiFacts]) -> tuple[tuple[str, ...], list[Reason]]:
    """Return the KPIs whose verdicts decide, and why one of them was exchanged."""
    found: list[str] = []
    why = []
    for kpi in rule.level:
        at, other = AT_CEILING.get(kpi, (None, ""))
        value = known[kpi].value
        if at is None or value is None or value < at:
            found.append(kpi)
            continue
        found.append(other)
        why.append(Reason("at_ceiling", None, kpi, {"value": value, "at": at, "other": other}))
    return tuple(dict.fromkeys(found)), why


def _market(level: Sequence[str], known: Mapping[str, KpiFacts]) -> list[Reason]:
    """Say where each stands. One above the market is enough for level 4 where no other is below or unsure."""
    found = []
    one_above = any(known[kpi].verdict == "above" for kpi in level)
    for kpi in level:
        verdict = known[kpi].verdict
        if verdict == "not_shown_below" and one_above:
            found.append(Reason(verdict, 4, kpi))
        elif verdict in VERDICTS:
            found.append(Reason(verdict, VERDICTS[verdict], kpi))
        elif known[kpi].measured:
            found.append(Reason("no_like_figure", None, kpi))
    if not any(known[kpi].verdict in VERDICTS for kpi in level):
        found.append(Reason("no_comparison", 2))
    return found


def _unmeasured(kpis: Sequence[str], level: Sequence[str], known: Mapping[str, KpiFacts]) -> list[Reason]:
    """What the market could be compared with and was not measured counts as insufficient; else there is no trend."""
    return [Reason("not_measured", 2 if kpi in level and known[kpi].verdict == "missing" else 3, kpi) for kpi in kpis]


def _coverage(measured: Sequence[str], known: Mapping[str, KpiFacts]) -> list[Reason]:
    """Name the channels that are not covered once, with the KPIs that lack them."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for kpi in measured:
        if known[kpi].channels_missing:
            lacking.setdefault(known[kpi].channels_missing, []).append(kpi)
    if not lacking:
        return [Reason("covered", None)]
    return [
        Reason("not_covered", 2, params={"channels": channels, "kpis": tuple(kpis)})
        for channels, kpis in lacking.items()
    ]


def _trends(kpis: Sequence[str], known: Mapping[str, KpiFacts]) -> list[Reason]:
    found = []
    for kpi in kpis:
        fact = known[kpi]
        if not fact.directed:
            continue
        params = {"quarters": fact.quarters}
        if fact.trend is None or fact.quarters < LEAST_QUARTERS:
            found.append(Reason("no_trend", 3, kpi, {**params, "least": LEAST_QUARTERS}))
        elif fact.trend == ADVERSE:
            found.append(Reason("trend_adverse", 2, kpi, params))
        else:
            found.append(Reason("trend_better" if fact.trend == BETTER else "trend_steady", None, kpi, params))
    return found


def _sustained(level: Sequence[str], kpis: Sequence[str], known: Mapping[str, KpiFacts]) -> list[Reason]:
    """Say what the highest level takes: above the market in all that decides, and three years of getting better."""
    directed = [kpi for kpi in kpis if known[kpi].directed]
    above = all(known[kpi].verdict == "above" for kpi in level)
    if above and directed and all(known[kpi].sustained for kpi in directed):
        return [Reason("sustained", 5)]
    return [Reason("not_sustained", 4)]

"""What a chair should hear about a panel, as codes and numbers; ``Fact.words(gettext)`` says it in any language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scipy.special import stdtrit

from awards.panel.alpha import RELIABLE, TENTATIVE
from awards.panel.errors import few
from awards.panel.verdict import CLEAR_WINNER, DELIBERATE, JOINT
from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awards.panel.analysis import Analysis
    from awards.panel.severity import AdditiveFit
    from awards.panel.verdict import Verdict
    from benchmarks.message import Translate

LEVEL = 0.95


@dataclass(frozen=True)
class Fact:
    """One thing to say; ``params`` are unrounded numbers and names, rounded to two digits in words."""

    code: str
    params: Mapping[str, Any]

    def words(self, translate: Translate = str) -> str:
        """Say it in the language of ``translate``."""
        return Message(_WORDS[self.code], {**self.params, **_nested(self.params)}).words(translate)


def facts(analysis: Analysis, verdict: Verdict | None = None) -> tuple[Fact, ...]:
    """Return what there is to say, the most general first."""
    return tuple(_facts(analysis, verdict))


def _facts(analysis: Analysis, verdict: Verdict | None) -> Iterator[Fact]:
    panel, fit = analysis.panel, analysis.fit
    if panel.incomplete:
        judges = tuple(sorted({card.judge for card in panel.incomplete}))
        yield Fact("incomplete_scorecards", {"count": len(panel.incomplete), "judges": few(judges)})
    if len(analysis.components) > 1:
        yield Fact("not_connected", {"count": len(analysis.components)})
    yield from _reliability(analysis)
    for criterion, alpha in analysis.alpha_by_criterion.items():
        if alpha is not None:
            yield Fact(_agreement(alpha), {"criterion": criterion, "alpha": alpha})
    if fit:
        yield from _severity(fit)
        if fit.crossed:
            yield Fact("crossed", {})
    if verdict:
        yield _leader(analysis, verdict)


def _reliability(analysis: Analysis) -> Iterator[Fact]:
    raw, adjusted = analysis.reliability_raw, analysis.reliability
    if adjusted is not None and adjusted <= 0:
        yield Fact("reliability_none", {"adjusted": adjusted})
    elif adjusted is not None:
        code = "reliability_adjusted" if raw is None else "reliability_both"
        yield Fact(code, {"raw": raw, "adjusted": adjusted})
    elif raw is not None:
        yield Fact("reliability_raw", {"raw": raw})


def _agreement(alpha: float) -> str:
    if alpha >= RELIABLE:
        return "criterion_reliable"
    return "criterion_tentative" if alpha >= TENTATIVE else "criterion_unreliable"


def _severity(fit: AdditiveFit) -> Iterator[Fact]:
    """Name the judges whose severity differs from the panel's mean by more than its error (95 %, Bonferroni)."""
    limit = float(-stdtrit(fit.df, (1 - LEVEL) / 2 / len(fit.severity)))
    for judge, severity in sorted(fit.severity.items(), key=lambda item: (-abs(item[1]), item[0])):
        error = fit.severity_se[judge]
        if error is not None and abs(severity) > limit * error:
            yield Fact("judge_strict" if severity < 0 else "judge_lenient", {"judge": judge, "points": abs(severity)})


def _leader(analysis: Analysis, verdict: Verdict) -> Fact:
    params: dict[str, Any] = {"leaders": few(verdict.leaders), "leader": verdict.leaders[0]}
    if verdict.word == JOINT:
        return Fact("joint", params)
    if verdict.word == CLEAR_WINNER:
        return Fact("clear_winner", params)
    if verdict.word == DELIBERATE and analysis.rank_intervals:
        best, worst = analysis.rank_intervals[verdict.leaders[0]]
        return Fact("deliberate", {**params, "best": best, "worst": worst, "plausible": few(verdict.plausible)})
    return Fact("deliberate_unknown" if verdict.word == DELIBERATE else "no_separable_order", params)


def _nested(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{value:.2f}" for name, value in params.items() if isinstance(value, float)}


_WORDS = {
    "incomplete_scorecards": _("Scorecards that lack a criterion and do not count: {count}, of {judges}."),
    "not_connected": _("No judge links the {count} parts of this panel: their entrants cannot be compared fairly."),
    "reliability_both": _("{raw} of the differences reflect entrants; {adjusted} once judges' strictness is removed."),
    "reliability_adjusted": _("{adjusted} of the differences reflect entrants once judges' strictness is removed."),
    "reliability_raw": _("{raw} of the differences reflect entrants."),
    "reliability_none": _("The entrants differ by less than their scores err: these scores tell nobody apart."),
    "criterion_reliable": _("“{criterion}”: the judges agree reliably (alpha {alpha})."),
    "criterion_tentative": _("“{criterion}”: the judges agree well enough for tentative conclusions (alpha {alpha})."),
    "criterion_unreliable": _("“{criterion}”: the judges agree too little to conclude from it (alpha {alpha})."),
    "judge_strict": _("Judge {judge} scored {points} below the panel on shared entrants."),
    "judge_lenient": _("Judge {judge} scored {points} above the panel on shared entrants."),
    "crossed": _("Every judge scored every entrant: removing strictness cannot change the ranks."),
    "clear_winner": _("{leader} leads and is significantly better than every other entrant."),
    "deliberate": _(
        "{leader} leads, but places {best} to {worst} are all plausible for it: deliberate. First may be: {plausible}."
    ),
    "deliberate_unknown": _("{leader} leads; how sure that is cannot be told from these scores: deliberate."),
    "joint": _("{leaders} are equal on every rung of the ladder: a joint award."),
    "no_separable_order": _("No entrant is significantly better than any other: the scores give no order."),
}

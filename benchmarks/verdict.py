"""The market test: a centre is above, not shown below, or below the market, or the evidence is insufficient.

Like is compared only with like. The test is one-sided at 95 % with the clustered standard error and Student's t with
one degree of freedom less than there are clusters (Welch-Satterthwaite where the figure's own error is known), with
Holm's correction over the KPIs that are judged together. A quantile has an error of its own to each side. A precision
rule keeps small samples from passing. What the centre is compared with is a bar: the market's centre, its upper
quartile or its top decile.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scipy import stats

from benchmarks.comparable import (
    BARS,
    CENTRE,
    CentreProfile,
    Figure,
    Measured,
    Refusal,
    choose,
    figure_error,
    most_favourable,
)
from benchmarks.holm import effective_level, holm
from benchmarks.kpis.definition import words as _
from benchmarks.kpis.registry import KPIS
from benchmarks.message import sentences
from benchmarks.settling import Evidence, band, clusters_needed, welch
from benchmarks.terms import term, variant_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from benchmarks.kpis.definition import Kpi

ALPHA = 0.05
ABOVE, NOT_SHOWN_BELOW, BELOW = "above", "not_shown_below", "below"
INSUFFICIENT, MISSING, NO_FIGURE = "insufficient", "missing", "no_figure"


@dataclass(frozen=True)
class Verdict:
    """The outcome for one KPI; ``as_json`` gives plain values. All numbers are in the KPI's unit.

    ``reason`` has a code, parameters for translation and English words. ``half_width`` is that of the two-sided 95 %
    interval. ``margin`` is value minus market, positive when the value is larger whatever the direction. ``p`` is the
    one-sided p-value of "below the market", ``p_holm`` the corrected one. ``flips_if`` is the nearest market value at
    which the test would come out otherwise, the other KPIs staying as they are. ``band`` says how sure that value is
    (``settling.band``: ``half_width``, ``how``) and whether the verdict ``flips`` within it. ``settles`` says how many
    more ``clusters`` (of which ``cluster``) and ``answers`` would settle a verdict that lacks evidence, ``by`` what.
    """

    kpi: str
    state: str
    reason: dict[str, Any]
    variant: str | None = None
    channel: str | None = None
    unit: str | None = None
    value: float | None = None
    se: float | None = None
    half_width: float | None = None
    precision: float | None = None
    margin: float | None = None
    p: float | None = None
    p_holm: float | None = None
    figure: dict[str, Any] | None = None
    flips_if: float | None = None
    bar: str = CENTRE
    band: dict[str, Any] | None = None
    settles: dict[str, Any] | None = None
    refused: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as values that JSON knows."""
        return asdict(self)


@dataclass(frozen=True)
class _Test:
    """A comparison that can be tested. ``better`` is +1 where higher is better, -1 where lower is.

    ``below`` and ``above`` are the standard errors towards smaller and larger values, with their degrees of freedom.
    """

    kpi: Kpi
    measured: Measured
    figure: Figure
    better: int
    below: tuple[float, float]
    above: tuple[float, float]
    half_width: float
    kindest: _Test | None = None

    def p_below(self) -> float:
        """Return the p-value of: as bad as this, or worse, if the centre were exactly at the market."""
        return float(stats.t.cdf(*self.t()))

    def p_below_in_every_formula(self) -> float:
        """Return the p-value of being below, whichever formula a publisher that names none has used."""
        return max(self.p_below(), self.kindest.p_below()) if self.kindest else self.p_below()

    def p_above(self) -> float:
        """Return the p-value of: as good as this, or better, if the centre were exactly at the market."""
        return float(stats.t.sf(*self.t()))

    def t(self) -> tuple[float, float]:
        """Return the distance to the market in standard errors, positive when better, and the degrees of freedom."""
        distance = self.measured.value - float(self.figure.value)
        se, df = self.below if distance > 0 else self.above
        return self.better * distance / se, df

    def boundary(self, level: float, side: int) -> float:
        """Return the market value at which the p-value of being below (side +1) or above (-1) is the level."""
        se, df = self.above if self.better * side > 0 else self.below
        return self.measured.value + self.better * side * float(stats.t.isf(level, df)) * se


def judge(
    *,
    kpis: Sequence[str],
    measurements: Iterable[Measured],
    figures: Iterable[Figure],
    centre: CentreProfile,
    period_to: date | None,
    waived: Collection[str] = frozenset(),
    max_age_months: int = 24,
    bar: str = CENTRE,
) -> dict[str, Verdict]:
    """Judge a centre on the KPIs of a gate at a bar, in their order; they are the family of Holm's correction.

    ``period_to`` is the last measured day, from which a figure's age counts; ``waived`` are KPIs whose figure may be
    older than ``max_age_months``. KeyError for a KPI that the registry does not know.
    """
    measured, published = list(measurements), list(figures)
    verdicts: dict[str, Verdict] = {}
    tests: dict[str, _Test] = {}
    for code in dict.fromkeys(kpis):
        found = _compare(KPIS[code], measured, published, centre, period_to, code in waived, max_age_months, bar)
        if isinstance(found, _Test):
            tests[code] = found
        else:
            verdicts[code] = found
    verdicts |= _decide(tests)
    return {code: replace(verdicts[code], bar=bar) for code in dict.fromkeys(kpis)}


def _compare(
    kpi: Kpi,
    measured: list[Measured],
    published: list[Figure],
    centre: CentreProfile,
    period_to: date | None,
    waived: bool,
    max_age_months: int,
    bar: str,
) -> Verdict | _Test:
    ours = [each for each in measured if each.kpi == kpi.code]
    theirs = [each for each in published if each.kpi == kpi.code]
    pair, refusals = choose(kpi, ours, theirs, centre, bar)
    refused = [refusal.as_json() for refusal in refusals]
    if pair is None:
        return _no_figure(kpi, theirs, refusals, bar)
    mine, figure = pair
    if mine is None:
        why = (
            _reason("other_measured", variant=figure.variant, channel=figure.channel)
            if ours
            else _reason("not_measured")
        )
        return Verdict(kpi.code, MISSING, why, figure=_reference(figure), refused=refused)
    months = _age(figure.year, period_to)
    if months > max_age_months and not waived:
        stale = _reason("figure_too_old", year=figure.year, months=months, limit=max_age_months)
        return _insufficient(kpi, mine, figure, stale)
    ahead = _ahead(figure.year, period_to)
    if ahead > max_age_months and not waived:
        return _insufficient(kpi, mine, figure, _reason("period_too_old", year=figure.year, months=ahead))
    test = _testable(kpi, mine, figure)
    best = most_favourable(kpi, ours, figure)
    if isinstance(test, Verdict) or best is None or best is mine:
        return test
    kindest = _testable(kpi, best, figure)
    return replace(test, kindest=kindest) if isinstance(kindest, _Test) else kindest


def _testable(kpi: Kpi, mine: Measured, figure: Figure) -> Verdict | _Test:
    """Refuse to test where there is no direction or no credible standard error."""
    if kpi.direction == "target":
        return _insufficient(kpi, mine, figure, _reason("no_direction"))
    se, clusters = mine.se, mine.clusters
    if se is None or clusters is None or clusters < 2 or not math.isfinite(mine.value) or not math.isfinite(se):  # noqa: PLR2004
        return _insufficient(kpi, mine, figure, _reason("no_error"))
    if se <= 0:
        return _insufficient(kpi, mine, figure, _reason("no_variation"))
    df, theirs = float(clusters - 1), figure_error(figure)
    half_width = float(stats.t.isf(ALPHA / 2, df)) * se
    below, above = (welch(error, df, *theirs) if theirs else (error, df) for error in mine.errors())
    return _Test(kpi, mine, figure, 1 if kpi.direction == "higher" else -1, below, above, half_width)


def _decide(tests: Mapping[str, _Test]) -> dict[str, Verdict]:
    below = {code: test.p_below_in_every_formula() for code, test in tests.items()}
    above = {code: test.p_above() for code, test in tests.items()}
    below_holm, above_holm = holm(below), holm(above)
    found = {}
    for code, test in tests.items():
        levels = effective_level(below, code, ALPHA), effective_level(above, code, ALPHA)
        found[code] = _verdict(test, below[code], below_holm[code], above_holm[code], levels)
    return found


def _verdict(test: _Test, p: float, p_below: float, p_above: float, levels: tuple[float, float]) -> Verdict:
    precise = test.half_width <= test.kpi.precision
    if p_below <= ALPHA:
        state, reason = BELOW, _reason("below")
    elif p_above <= ALPHA:
        state, reason = ABOVE, _reason("above")
    elif test.kindest and test.p_below() <= ALPHA:
        formulas = {"worst": test.measured.variant, "best": test.kindest.measured.variant}
        state, reason = INSUFFICIENT, _reason("formula_matters", **formulas)
    elif precise:
        state, reason = NOT_SHOWN_BELOW, _reason("not_shown_below")
    else:
        width = {"half_width": round(test.half_width, 4), "precision": test.kpi.precision, "unit": test.kpi.unit}
        state, reason = INSUFFICIENT, _reason("not_precise", **width)
    market = float(test.figure.value)
    more = _more(test, p_below, p_above, levels) if reason["code"] == "not_precise" else None
    ends = (test.boundary(levels[0], 1), test.boundary(levels[1], -1))
    flips_if = min(ends, key=lambda end: abs(end - market))
    half_width, how = band(test.kpi, test.figure)
    flips = how != "published" and abs(flips_if - market) <= half_width
    return Verdict(
        **_measured(test.kpi, test.measured),
        state=state,
        reason=reason,
        half_width=test.half_width,
        margin=test.measured.value - market,
        p=p,
        p_holm=p_below,
        figure=_reference(test.figure),
        flips_if=flips_if,
        band={"half_width": half_width, "how": how, "flips": flips},
        settles=more,
    )


def _more(test: _Test, p_below: float, p_above: float, levels: tuple[float, float]) -> dict[str, Any] | None:
    """Say how many more clusters and answers would settle it: precise enough, or decided on the nearer side."""
    mine = test.measured
    clusters, error = mine.clusters or 0, figure_error(test.figure)
    evidence = Evidence(
        se=mine.se or 0.0,
        towards=mine.errors()[0 if mine.value > float(test.figure.value) else 1],
        clusters=clusters,
        distance=abs(mine.value - float(test.figure.value)),
        precision=test.kpi.precision,
        level=levels[0] if p_below <= p_above else levels[1],
        **({"error": error[0], "error_df": error[1]} if error else {}),
    )
    found = clusters_needed(evidence)
    if found is None:
        return None
    needed, by = found
    answers = None if mine.n is None else math.ceil(mine.n * needed / clusters) - mine.n
    return {"clusters": needed - clusters, "cluster": mine.cluster, "answers": answers, "by": by}


def _measured(kpi: Kpi, mine: Measured) -> dict[str, Any]:
    return {
        "kpi": kpi.code,
        "variant": mine.variant,
        "channel": mine.channel,
        "unit": mine.unit,
        "value": mine.value,
        "se": mine.se,
        "precision": kpi.precision,
    }


def _insufficient(kpi: Kpi, mine: Measured, figure: Figure, reason: dict[str, Any]) -> Verdict:
    margin = mine.value - float(figure.value)
    known = mine.se is not None and mine.clusters is not None and mine.clusters > 1
    half_width = float(stats.t.isf(ALPHA / 2, (mine.clusters or 0) - 1)) * (mine.se or 0.0) if known else None
    return Verdict(
        **_measured(kpi, mine),
        state=INSUFFICIENT,
        reason=reason,
        half_width=half_width,
        margin=margin,
        figure=_reference(figure),
    )


def _no_figure(kpi: Kpi, theirs: list[Figure], refusals: list[Refusal], bar: str) -> Verdict:
    refused = [refusal.as_json() for refusal in refusals]
    if not theirs:
        return Verdict(kpi.code, NO_FIGURE, _reason("no_figure_at_all"))
    if bar != CENTRE and not any(figure.statistic in BARS[bar] for figure in theirs):
        return Verdict(kpi.code, NO_FIGURE, _reason("no_figure_at_bar", bar=bar), refused=refused)
    words = " ".join(refusal.words for refusal in refusals)
    reason = {"code": "no_like_figure", "params": {"figures": len(theirs)}, "words": words}
    return Verdict(kpi.code, NO_FIGURE, reason, refused=refused)


def _age(year: int, period_to: date | None) -> int:
    """Count whole months from the end of the figure's year to the end of the measured period, begun ones included."""
    if period_to is None:
        return 0
    return max((period_to.year - year - 1) * 12 + period_to.month, 0)


def _ahead(year: int, period_to: date | None) -> int:
    """Count whole months from the end of the measured period to the start of the figure's year."""
    return 0 if period_to is None else max((year - period_to.year) * 12 - period_to.month, 0)


def _reference(figure: Figure) -> dict[str, Any]:
    names = ("variant", "unit", "statistic", "industry", "region", "channel", "year", "n", "source", "url", "grade")
    return {"value": float(figure.value), **{name: getattr(figure, name) for name in (*names, "note", "line")}}


_WORDS = {
    "below": _("Significantly below the market."),
    "above": _("Significantly above the market."),
    "not_shown_below": _("Not significantly below the market, and measured precisely enough to say so."),
    "not_precise": _("Known to ±{half_width:g} {unit} only; ±{precision:g} {unit} is needed. Measure more days."),
    "formula_matters": _(
        "The publisher does not name its formula. By one formula ({worst}) the centre is below the market, by another "
        "({best}) it is not."
    ),
    "no_error": _(
        "The standard error is not known: fewer than two days, agents or customers, or too few for a quantile."
    ),
    "no_variation": _(
        "The measurement never varies between days, agents or customers, so its error cannot be estimated."
    ),
    "no_direction": _("The KPI has a target, not a better direction."),
    "figure_too_old": _(
        "The market figure is of {year}, {months} months old; more than {limit} needs a waiver by name."
    ),
    "period_too_old": _("The measured period ended {months} months before the year of the market figure, {year}."),
    "other_measured": _(
        "The market figure is of another formula or channel than what the centre measured: {variant}; {channel}."
    ),
    "not_measured": _("The release holds a comparable figure, but the centre has not measured this KPI."),
    "no_figure_at_bar": _("The market publishes no figure for this bar: {bar}."),
    "no_figure_at_all": _("The market release holds no figure for this KPI."),
}


def _reason(code: str, **params: Any) -> dict[str, Any]:
    return {"code": code, "params": params, "words": _WORDS[code].format(**params)}


def reason_in_words(verdict: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """Say in the language of ``translate`` why a stored verdict (as ``as_json`` gives it) is what it is."""
    reason = verdict.get("reason") or {}
    if reason.get("code") == "no_like_figure":
        return sentences(translate(refusal["words"]) for refusal in verdict["refused"])
    template = _WORDS.get(reason.get("code", ""))
    if template is None or "params" not in reason:
        return str(reason.get("words", ""))
    return translate(template).format(**_params_in_words(verdict, translate))


def _params_in_words(verdict: Mapping[str, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    """Put the codes among the parameters of a reason into words."""
    kpi = str(verdict.get("kpi", ""))
    said = dict(verdict["reason"]["params"])
    for name in {"variant", "worst", "best"} & said.keys():
        said[name] = variant_in_words(kpi, said[name], translate)
    for name in {"unit", "channel", "bar"} & said.keys():
        said[name] = term(name, said[name], translate)
    return said


__all__ = ["ALPHA", "CentreProfile", "Verdict", "judge", "reason_in_words"]

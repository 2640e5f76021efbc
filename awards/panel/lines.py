"""The analysis for people at a terminal: a table of entrants, one of judges, what it means, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from awards.panel.base import as_decimal
from awards.panel.facts import facts
from awards.panel.ties import rank
from awards.panel.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awards.panel.analysis import Analysis


def as_lines(analysis: Analysis) -> Iterator[str]:
    """Yield the lines, in English. Ranks are of the raw scores, ties broken by the judges' majority."""
    panel = analysis.panel
    shape = "complete" if panel.complete else f"incomplete, {len(analysis.components)} connected part(s)"
    yield f"{len(panel.entrants)} entrants, {len(panel.judges)} judges, {panel.scores} scores; {shape}"
    yield from _entrants(analysis)
    yield from _judges(analysis)
    yield from _statistics(analysis)
    word = None
    if analysis.raw:
        word = verdict(rank(analysis.raw, judges=panel.by_judge()), analysis.rank_intervals)
    yield from ("", *(fact.words() for fact in facts(analysis, word)))
    yield from (f"not computed: {each.what}: {each.words()}" for each in analysis.refused)


def _wide(name: str) -> str:
    """Fill a name up to the column's width; Chinese characters take two places."""
    return name + " " * (24 - sum(1 + (east_asian_width(sign) in "WF") for sign in name))


def _entrants(analysis: Analysis) -> Iterator[str]:
    yield from ("", f"{'entrant':<24}{'raw':>12}{'adjusted':>12}{'ranks':>12}")
    fit, intervals = analysis.fit, analysis.rank_intervals
    for name in sorted(analysis.panel.entrants, key=lambda name: (-analysis.raw.get(name, 0), name)):
        raw = f"{as_decimal(analysis.raw[name]):.3f}" if name in analysis.raw else "–"
        adjusted = f"{fit.mu + fit.adjusted[name]:.3f}" if fit else "–"
        ranks = "{}–{}".format(*intervals[name]) if intervals else "–"
        yield f"{_wide(name)}{raw:>12}{adjusted:>12}{ranks:>12}"


def _judges(analysis: Analysis) -> Iterator[str]:
    if analysis.fit:
        yield from ("", f"{'judge':<24}{'severity':>12}{'SE':>12}")
        for name, severity in sorted(analysis.fit.severity.items(), key=lambda item: (item[1], item[0])):
            error = analysis.fit.severity_se[name]
            yield f"{_wide(name)}{severity:>12.3f}{'–' if error is None else f'{error:.3f}':>12}"


def _statistics(analysis: Analysis) -> Iterator[str]:
    yield ""
    found = {**(analysis.icc or {}), **{f"alpha, {level}": value for level, value in analysis.alpha.items()}}
    found |= {f"alpha, “{name}”": value for name, value in analysis.alpha_by_criterion.items()}
    found |= {"Fleiss' kappa": analysis.fleiss_kappa, "reliability, adjusted": analysis.reliability}
    for name, value in found.items():
        if value is not None:
            yield f"{_wide(name)}{value:>12.3f}"
    if w := analysis.kendall_w:
        yield f"{'Kendall W':<24}{w.w:>12.3f}  chi2 {w.chi2:.2f}, df {w.df}, p {w.p:.2g}"
    if fit := analysis.fit:
        yield f"{'mean square error':<24}{fit.mse:>12.3f}  df {fit.df}"

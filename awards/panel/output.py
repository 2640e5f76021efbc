"""The analysis as JSON knows it: scores as decimal strings, statistics in full precision, null where refused."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from awards.panel.base import as_decimal

if TYPE_CHECKING:
    from awards.panel.analysis import Analysis


def as_json(analysis: Analysis) -> dict[str, Any]:
    """Return the analysis as plain values; an entrant without a complete scorecard has the raw score null."""
    panel, fit = analysis.panel, analysis.fit
    raw = {name: str(as_decimal(analysis.raw[name])) if name in analysis.raw else None for name in panel.entrants}
    return {
        "entrants": len(panel.entrants),
        "judges": len(panel.judges),
        "scores": panel.scores,
        "complete": panel.complete,
        "components": [{"entrants": part.entrants, "judges": part.judges} for part in analysis.components],
        "icc": analysis.icc,
        "alpha": analysis.alpha,
        "alpha_by_criterion": analysis.alpha_by_criterion,
        "kendall_w": asdict(analysis.kendall_w) if analysis.kendall_w else None,
        "fleiss_kappa": analysis.fleiss_kappa,
        "raw": raw,
        "mu": fit.mu if fit else None,
        "severity": fit.severity if fit else None,
        "severity_se": fit.severity_se if fit else None,
        "adjusted": fit.adjusted if fit else None,
        "adjusted_se": fit.adjusted_se if fit else None,
        "mse": fit.mse if fit else None,
        "df": fit.df if fit else None,
        "reliability": analysis.reliability,
        "reliability_raw": analysis.reliability_raw,
        "rank_intervals": analysis.rank_intervals,
        "incomplete": [asdict(card) for card in panel.incomplete],
        "refused": [{"what": each.what, "code": each.code, "why": each.words()} for each in analysis.refused],
    }

"""Judges' severity and entrants' merit told apart: y = mu + tau(entrant) + beta(judge) + error, by least squares.

Sum tau = sum beta = 0. Never a z-score within a judge: who scored the better entrants would seem lenient.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from awards.panel.design import Design
from awards.panel.errors import Refusal, RefusedError, refused
from awards.panel.links import degrees_of_freedom, missing_links
from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awards.panel.cards import Floats
    from awards.panel.design import Spread
    from awards.panel.scores import Panel

_DECIMALS = 9
NO_VARIATION = 1e-20  # of squared residuals in squared scores: rounding, not disagreement


@dataclass(frozen=True, eq=False)
class AdditiveFit:
    """The fitted model. Effects sum to zero; all are in points of the scale.

    ``adjusted`` are the entrants' effects (tau), ``severity`` the judges' (beta: negative is strict), each with its
    standard error (None without residual variation, and at sizes where it is not computed); ``mse`` is sigma^2 on
    ``df`` degrees of freedom.
    ``residuals`` are in the order of the cards. ``crossed``: every judge scored every entrant, so that the adjustment
    cannot change ranks.
    """

    mu: float
    adjusted: Mapping[str, float]
    adjusted_se: Mapping[str, float | None]
    severity: Mapping[str, float]
    severity_se: Mapping[str, float | None]
    mse: float
    df: int
    crossed: bool
    design: Design
    residuals: Floats


def fit_additive(panel: Panel) -> AdditiveFit:
    """Fit the model. Raises ``RefusedError`` with every missing link named."""
    reasons = missing_links(panel)
    if reasons:
        raise RefusedError(*reasons)
    cards = panel.cards
    used, judge = np.unique(cards.judge, return_inverse=True)
    design = Design(cards.entrant, judge, len(panel.entrants), len(used))
    level = float(cards.value.mean())
    tau, beta = design.effects(cards.value - level)
    residuals = cards.value - level - tau[cards.entrant] - beta[judge]
    mu = level + float(tau.mean() + beta.mean())
    df, squares = degrees_of_freedom(panel), float(residuals @ residuals)
    mse = squares / df if squares > NO_VARIATION * float(cards.value @ cards.value) else 0.0
    judges = tuple(panel.judges[place] for place in used)
    errors = _errors(design, mse)
    return AdditiveFit(
        mu=mu,
        adjusted=dict(zip(panel.entrants, (tau - tau.mean()).tolist(), strict=True)),
        adjusted_se=dict(zip(panel.entrants, errors[0], strict=True)),
        severity=dict(zip(judges, (beta - beta.mean()).tolist(), strict=True)),
        severity_se=dict(zip(judges, errors[1], strict=True)),
        mse=mse,
        df=df,
        crossed=len(cards) == design.entrants * design.judges,
        design=design,
        residuals=residuals,
    )


def adjusted_scores(fit: AdditiveFit) -> dict[str, Fraction]:
    """Return mu + tau of every entrant to nine decimals, for ``rank``: what differs by rounding alone is equal."""
    return {name: Fraction(round((fit.mu + tau) * 10**_DECIMALS), 10**_DECIMALS) for name, tau in fit.adjusted.items()}


def _errors(design: Design, mse: float) -> tuple[list[float | None], list[float | None]]:
    """Return the standard errors of entrants' and of judges' effects."""
    if not (mse and design.sized):
        return [None] * design.entrants, [None] * design.judges
    of_entrants, of_judges = (np.sqrt(mse * spread.variances()).tolist() for spread in design.spreads)
    return of_entrants, of_judges


def reliability(fit: AdditiveFit) -> float:
    """Return R = 1 - mean(D)/(2 Var(tau)), D the variance of a difference; ICC(3,k) on a complete panel.

    May be negative: the differences are then smaller than their errors. Raises ``RefusedError`` without variation.
    """
    spread = spread_of(fit, "reliability")
    merit = float(np.var(list(fit.adjusted.values()), ddof=1))
    if merit <= NO_VARIATION * fit.mse:
        raise refused("reliability", "equal_entrants", _("All entrants come out equal."))
    return 1 - fit.mse * spread.mean_difference() / (2 * merit)


def spread_of(fit: AdditiveFit, what: str) -> Spread:
    """Return the covariance of entrants' effects. Raises ``RefusedError`` about ``what`` without one."""
    if not fit.mse:
        raise no_variation(what)
    if not fit.design.sized:
        raise RefusedError(too_large(fit.design, what))
    return fit.design.spreads[0]


def too_large(design: Design, what: str) -> Refusal:
    """Say that errors are not computed at this size."""
    template = _("{entrants} entrants and {judges} judges: errors are not computed at this size.")
    return Refusal(what, "too_large", Message(template, {"entrants": design.entrants, "judges": design.judges}))


def no_variation(what: str) -> RefusedError:
    """Make the error for a panel whose judges agree without any remainder."""
    return refused(
        what, "no_residuals", _("The judges differ by nothing but a constant, so that the error cannot be estimated.")
    )

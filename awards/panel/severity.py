"""Judges' severity and entrants' merit told apart: y = mu + tau(entrant) + beta(judge) + error, by least squares.

Sum tau = sum beta = 0. Never a z-score within a judge: who scored the better entrants would seem lenient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from awards.panel.design import Design
from awards.panel.errors import RefusedError, refused
from awards.panel.links import degrees_of_freedom, missing_links
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awards.panel.scores import Floats, Panel

MOST_SMALLER = 3000  # of entrants or judges, whichever are fewer: a square of that size is solved
MOST_CELLS = 40_000_000  # entrants x judges, held in memory for the variances
NO_VARIATION = 1e-20  # of squared residuals in squared scores: rounding, not disagreement


@dataclass(frozen=True, eq=False)
class AdditiveFit:
    """The fitted model. Effects sum to zero; all are in points of the scale.

    ``adjusted`` are the entrants' effects (tau), ``severity`` the judges' (beta: negative is strict), each with its
    standard error (None where there is no residual variation); ``mse`` is sigma^2 on ``df`` degrees of freedom.
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
    _sized(design)
    level = float(cards.value.mean())
    tau, beta = design.effects(cards.value - level)
    residuals = cards.value - level - tau[cards.entrant] - beta[judge]
    mu = level + float(tau.mean() + beta.mean())
    df, squares = degrees_of_freedom(panel), float(residuals @ residuals)
    mse = squares / df if squares > NO_VARIATION * float(cards.value @ cards.value) else 0.0
    judges = tuple(panel.judges[place] for place in used)
    errors = [_errors(mse, spread.variances()) for spread in design.spreads]
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


def _sized(design: Design) -> None:
    if min(design.entrants, design.judges) > MOST_SMALLER or design.entrants * design.judges > MOST_CELLS:
        raise refused(
            "severity",
            "too_large",
            _("{entrants} entrants and {judges} judges: the model is not fitted at this size."),
            entrants=design.entrants,
            judges=design.judges,
        )


def _errors(mse: float, variances: Floats) -> list[float | None]:
    return [error or None for error in np.sqrt(mse * variances).tolist()]


def reliability(fit: AdditiveFit) -> float:
    """Return R = 1 - mean(D)/(2 Var(tau)), D the variance of a difference; ICC(3,k) on a complete panel.

    May be negative: the differences are then smaller than their errors. Raises ``RefusedError`` without variation.
    """
    merit = float(np.var(list(fit.adjusted.values()), ddof=1))
    if not fit.mse:
        raise no_variation("reliability")
    if merit <= NO_VARIATION * fit.mse:
        raise refused("reliability", "equal_entrants", _("All entrants come out equal."))
    return 1 - fit.mse * fit.design.spreads[0].mean_difference() / (2 * merit)


def no_variation(what: str) -> RefusedError:
    """Make the error for a panel whose judges agree without any remainder."""
    return refused(
        what, "no_residuals", _("The judges differ by nothing but a constant, so that the error cannot be estimated.")
    )

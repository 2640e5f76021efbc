"""Whether judges favour entrants that share a trait with them: the same country, the same organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr, stdtrit

from awards.panel.errors import refused
from awards.panel.severity import fit_additive, no_variation
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from awards.panel.scores import Panel

FEWEST_PAIRS = 5  # that share the trait, and that do not
FEWEST_JUDGES = 2  # that scored both kinds: one judge's taste is not a bias of the panel
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class SharedTrait:
    """How much more entrants get from judges that share the trait, merit and severity removed, in points.

    ``effect`` with its interval (``low``, ``high``, 95 %) is that of the additive model with one more term; ``shared``
    and ``others`` are the mean residuals of the two kinds in the model without it, over ``pairs`` and the rest.
    """

    effect: float
    low: float
    high: float
    p: float
    shared: float
    others: float
    pairs: int
    judges: int


def shared_trait(
    panel: Panel, *, of_entrants: Mapping[str, str], of_judges: Mapping[str, str], trait: str = "trait"
) -> SharedTrait:
    """Compare scorecards where judge and entrant share a trait with the rest. Who has no trait shares none.

    Raises ``RefusedError``: what ``fit_additive`` refuses, too few pairs or judges of either kind, no variation.
    """
    fit = fit_additive(panel)
    cards = panel.cards
    entrants = [of_entrants.get(name, "") for name in panel.entrants]
    judges = [of_judges.get(name, "") for name in panel.judges]
    same = np.array(
        [bool(entrants[e]) and entrants[e] == judges[j] for e, j in zip(cards.entrant, cards.judge, strict=True)]
    )
    pairs = int(same.sum())
    both = len(set(cards.judge[same].tolist()) & set(cards.judge[~same].tolist()))
    if min(pairs, len(cards) - pairs) < FEWEST_PAIRS or both < FEWEST_JUDGES:
        raise refused(
            f"bias.{trait}",
            "too_few_pairs",
            _("{pairs} scorecards share it, by {judges} judges who scored others too; {least} by {wanted} are needed."),
            pairs=pairs,
            judges=both,
            least=FEWEST_PAIRS,
            wanted=FEWEST_JUDGES,
        )
    if not fit.mse:
        raise no_variation(f"bias.{trait}")
    left = fit.design.residuals(same.astype(np.float64))
    squares, df = float(left @ left), fit.df - 1
    if squares < 1e-9 * pairs:
        raise refused(f"bias.{trait}", "confounded", _("Who shares it follows from who the entrant and the judge are."))
    effect = float(left @ fit.residuals) / squares
    rest = fit.residuals - effect * left
    error = float(np.sqrt(rest @ rest / df / squares))
    half = float(stdtrit(df, (1 + LEVEL) / 2)) * error
    p = float(2 * stdtr(df, -abs(effect) / error)) if error else 0.0
    residual = fit.residuals
    return SharedTrait(
        effect=effect,
        low=effect - half,
        high=effect + half,
        p=p,
        shared=float(residual[same].mean()),
        others=float(residual[~same].mean()),
        pairs=pairs,
        judges=both,
    )

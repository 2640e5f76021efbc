"""The whole analysis of a panel: everything that its scores allow, and for the rest the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from awards.panel.agreement import fleiss_kappa, intraclass, kendall_w
from awards.panel.alpha import LEVELS, krippendorff_alpha
from awards.panel.base import base_scores
from awards.panel.errors import Refusal, RefusedError, few
from awards.panel.intervals import rank_intervals
from awards.panel.links import components
from awards.panel.severity import fit_additive, reliability, spread_of
from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from fractions import Fraction

    from awards.panel.agreement import Concordance
    from awards.panel.links import Component
    from awards.panel.scores import Panel
    from awards.panel.severity import AdditiveFit

    Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Analysis:
    """What ``analyse`` found; None is what cannot be computed, with its reason among ``refused``.

    ``raw``: exact mean per entrant that has a complete scorecard. ``alpha``: of the totals, by level;
    ``alpha_by_criterion`` the ordinal one of every criterion, incomplete scorecards counted. ``reliability``: of the
    adjusted scores; that of the raw ones on a complete panel is ``reliability_raw``, ICC(2,k).
    """

    panel: Panel
    components: tuple[Component, ...]
    icc: Mapping[str, float | None] | None
    alpha: Mapping[str, float | None]
    alpha_by_criterion: Mapping[str, float | None]
    kendall_w: Concordance | None
    fleiss_kappa: float | None
    raw: Mapping[str, Fraction]
    fit: AdditiveFit | None
    reliability: float | None
    rank_intervals: Mapping[str, tuple[int, int]] | None
    refused: tuple[Refusal, ...]

    @property
    def reliability_raw(self) -> float | None:
        """What share of the differences between raw means reflects entrants, on a complete panel."""
        return self.icc["ICC(2,k)"] if self.icc else None


def analyse(panel: Panel) -> Analysis:
    """Compute everything that the panel's scores allow."""
    refusals: list[Refusal] = []

    def tried(compute: Callable[[], Result]) -> Result | None:
        try:
            return compute()
        except RefusedError as error:
            refusals.extend(error.refusals)
            return None

    raw = base_scores(panel)
    icc = tried(lambda: intraclass(panel))
    alpha = {level: tried(partial(krippendorff_alpha, panel.cards, level)) for level in LEVELS}
    several = panel.criteria if len(panel.criteria) > 1 else ()
    by_criterion = {name: tried(partial(_ordinal, panel, name)) for name in several}
    concordance, kappa = tried(lambda: kendall_w(panel)), tried(lambda: fleiss_kappa(panel))
    fit = tried(lambda: fit_additive(panel))
    if fit is None:
        refusals += _follow("adjusted", "mse", "df", "reliability", "rank_intervals")
    else:
        tried(partial(spread_of, fit, "standard_errors"))
    refusals += _unscored(panel, raw)
    refusals += _undivided(icc)
    return Analysis(
        panel=panel,
        components=components(panel),
        icc=icc,
        alpha=alpha,
        alpha_by_criterion=by_criterion,
        kendall_w=concordance,
        fleiss_kappa=kappa,
        raw=raw,
        fit=fit,
        reliability=tried(lambda: reliability(fit)) if fit else None,
        rank_intervals=tried(lambda: rank_intervals(fit)) if fit else None,
        refused=tuple(refusals),
    )


def _ordinal(panel: Panel, criterion: str) -> float:
    return krippendorff_alpha(panel.on(criterion), "ordinal", what=f"alpha_by_criterion.{criterion}")


def _follow(*keys: str) -> Iterator[Refusal]:
    """Say of everything that rests on the additive model that it falls with it."""
    for key in keys:
        yield Refusal(key, "needs_severity", Message(_("Rests on the judges' severity, which cannot be computed."), {}))


def _unscored(panel: Panel, raw: Mapping[str, Fraction]) -> Iterator[Refusal]:
    names = tuple(name for name in panel.entrants if name not in raw)
    if names:
        template = _("No complete scorecard: {names}.")
        yield Refusal("raw", "no_complete_scorecard", Message(template, {"names": few(names)}))


def _undivided(icc: Mapping[str, float | None] | None) -> Iterator[Refusal]:
    for form, value in (icc or {}).items():
        if value is None:
            yield Refusal(
                f"icc.{form}",
                "no_variance",
                Message(_("The estimated variance that it divides by is not above zero."), {}),
            )

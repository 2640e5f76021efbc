"""The statistics of judging. Pure: numpy and scipy, no Django, no clock, no database; scores in, frozen results out.

``Score``, ``Panel.of(scores, weights)``: exact totals; ``read_panel(rows)`` makes one of a table.
``analyse(panel)``: everything at once (``Analysis``, ``as_json``, ``as_lines``), made of ``base_scores``,
``components``, ``missing_links``, ``fit_additive`` (severity), ``reliability``, ``rank_intervals``, ``intraclass``,
``krippendorff_alpha``, ``kendall_w``, ``fleiss_kappa``.
``rank(scores, criterion=, judges=, deliberations=)``: the ladder for ties with its trace (``Ranking``); scores are
``base_scores`` or ``adjusted_scores``, ``judges`` is ``panel.by_judge()``.
``verdict(ranking, intervals)``: the chair's word (``Verdict``); ``facts(analysis, verdict)``: what else to tell.
``trimmed_scores(panel, drop)``; ``shared_trait(panel, of_entrants=, of_judges=, trait=)``: same country, organisation;
``bradley_terry(comparisons)``: strengths of "A, B, can't tell"; ``calibrate(given)``: judges against known scores.

What cannot be computed raises ``RefusedError`` with its ``Refusal``s, or is None beside them in ``Analysis``.
``words`` of ``Refusal``, ``Fact`` and ``PanelError`` takes ``gettext``. Higher scores are better; nothing depends on
the order of the scores.
"""

from awards.panel.agreement import Concordance, fleiss_kappa, intraclass, kendall_w
from awards.panel.alpha import LEVELS, krippendorff_alpha
from awards.panel.analysis import Analysis, analyse
from awards.panel.base import as_decimal, base_scores, trimmed_mean, trimmed_scores
from awards.panel.calibration import Calibration, Estimate, JudgeCalibration, Known, calibrate
from awards.panel.errors import PanelError, Refusal, RefusedError
from awards.panel.facts import Fact, facts
from awards.panel.intervals import rank_intervals
from awards.panel.lines import as_lines
from awards.panel.links import Component, components, missing_links
from awards.panel.output import as_json
from awards.panel.pairwise import Comparison, Strengths, bradley_terry
from awards.panel.reading import read_panel
from awards.panel.scores import Incomplete, Panel, Score
from awards.panel.severity import AdditiveFit, adjusted_scores, fit_additive, reliability
from awards.panel.ties import Deliberation, Place, Ranking, Rung, rank
from awards.panel.traits import SharedTrait, shared_trait
from awards.panel.verdict import CLEAR_WINNER, DELIBERATE, JOINT, NO_ORDER, Verdict, verdict

__all__ = [
    "CLEAR_WINNER",
    "DELIBERATE",
    "JOINT",
    "LEVELS",
    "NO_ORDER",
    "AdditiveFit",
    "Analysis",
    "Calibration",
    "Comparison",
    "Component",
    "Concordance",
    "Deliberation",
    "Estimate",
    "Fact",
    "Incomplete",
    "JudgeCalibration",
    "Known",
    "Panel",
    "PanelError",
    "Place",
    "Ranking",
    "Refusal",
    "RefusedError",
    "Rung",
    "Score",
    "SharedTrait",
    "Strengths",
    "Verdict",
    "adjusted_scores",
    "analyse",
    "as_decimal",
    "as_json",
    "as_lines",
    "base_scores",
    "bradley_terry",
    "calibrate",
    "components",
    "facts",
    "fit_additive",
    "fleiss_kappa",
    "intraclass",
    "kendall_w",
    "krippendorff_alpha",
    "missing_links",
    "rank",
    "rank_intervals",
    "read_panel",
    "reliability",
    "shared_trait",
    "trimmed_mean",
    "trimmed_scores",
    "verdict",
]

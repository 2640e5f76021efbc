"""How sure a published figure is, and how much more measuring would settle a verdict that lacks evidence. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scipy import stats

from benchmarks.comparable import figure_error, participants
from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.terms import term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.comparable import Figure
    from benchmarks.kpis.definition import Kpi
    from benchmarks.message import Translate

MOST_CLUSTERS = 1_000_000
TWO_SIDED = 0.025
_NORMAL = float(stats.norm.isf(TWO_SIDED))


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a comparison rests on, in the KPI's unit.

    ``se`` is the centre's clustered standard error over ``clusters``, ``towards`` the one on the side of the figure;
    ``distance`` is how far its value is from the figure; ``error`` and ``error_df`` are the figure's own (0 where
    unknown); ``level`` is the plain p-value at which the nearer side would be decided, the other KPIs staying as they
    are; ``precision`` the half-width that is enough.
    """

    se: float
    towards: float
    clusters: int
    distance: float
    precision: float
    level: float
    error: float = 0.0
    error_df: float = 1e9


def welch(se: float, df: float, error: float, error_df: float) -> tuple[float, float]:
    """Return standard error and degrees of freedom of a difference (Welch-Satterthwaite)."""
    if error == 0:
        return se, df
    return math.hypot(se, error), (se**2 + error**2) ** 2 / (se**4 / df + error**4 / error_df)


def clusters_needed(evidence: Evidence) -> tuple[int, str] | None:
    """Return how many days, agents or customers would settle it in all, and by what: precision or distance.

    It is taken that more of them are like those measured: the error falls with the root of their number, the value
    stays. None where a million would not do.
    """
    few, many = evidence.clusters, evidence.clusters + 1
    while _settled(evidence, many) is None:
        few, many = many, many * 2
        if many > MOST_CLUSTERS:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if _settled(evidence, middle) else (middle, many)
    return many, _settled(evidence, many) or "precision"


def _settled(evidence: Evidence, clusters: int) -> str | None:
    shrunk = math.sqrt(evidence.clusters / clusters)
    if stats.t.isf(TWO_SIDED, clusters - 1) * evidence.se * shrunk <= evidence.precision:
        return "precision"
    both, df = welch(evidence.towards * shrunk, clusters - 1, evidence.error, evidence.error_df)
    return "distance" if evidence.distance >= stats.t.isf(evidence.level, df) * both else None


def band(kpi: Kpi, figure: Figure) -> tuple[float, str]:
    """Return the half-width within which the market's own value is taken to lie, and how that is known.

    ``published``: from its spread, and then it is part of the test. Otherwise the limit of precision that the centre
    has to keep is applied to the publisher too (``assumed``), unless the number of participants alone proves more
    (``participants``): values between two ends cannot spread wider than half of them at either end.
    """
    known = figure_error(figure)
    if known is not None:
        return _NORMAL * known[0], "published"
    ends = {"%": (0.0, 100.0), "pts": (-100.0, 100.0) if kpi.code == "nps" else None}.get(figure.unit)
    value, count = float(figure.value), participants(figure)
    if ends is not None and count > 1 and figure.statistic == "mean" and ends[0] < value < ends[1]:
        widest = _NORMAL * math.sqrt((value - ends[0]) * (ends[1] - value) / count)
        if widest < kpi.precision:
            return widest, "participants"
    return kpi.precision, "assumed"


_BANDS = {
    ("published", False): _("The publisher's own error, ±{half} {unit}, is part of the test."),
    ("participants", False): _(
        "From its {n} participants the publisher's figure is known to ±{half} {unit} at worst; the verdict holds "
        "within that."
    ),
    ("participants", True): _(
        "From its {n} participants the publisher's figure is known to ±{half} {unit} at worst; within that the "
        "verdict could change."
    ),
    ("assumed", False): _(
        "The publisher states no error of its figure; the verdict holds if it is right to ±{half} {unit}."
    ),
    ("assumed", True): _(
        "The publisher states no error of its figure; if it is wrong by no more than ±{half} {unit}, the verdict "
        "could already change."
    ),
}
_FLIPS = {
    True: _("The verdict flips if the market's figure is {value} {unit} or more."),
    False: _("The verdict flips if the market's figure is {value} {unit} or less."),
}
_MORE = {
    "day": _("About {clusters} more days like those measured would settle it ({answers} more contacts or answers)."),
    "agent": _("About {clusters} more agents like those measured would settle it ({answers} more contacts)."),
    "customer": _("About {clusters} more customers like those measured would settle it ({answers} more answers)."),
}
_MORE_ALONE = {
    "day": _("About {clusters} more days like those measured would settle it."),
    "agent": _("About {clusters} more agents like those measured would settle it."),
    "customer": _("About {clusters} more customers like those measured would settle it."),
}


def notes_in_words(verdict: Mapping[str, Any], translate: Translate) -> list[str]:
    """Say what a stored verdict hangs on: when it flips, how sure the figure is, what would settle it."""
    found: list[Message] = []
    figure, unit = verdict.get("figure") or {}, term("unit", verdict.get("unit") or "", translate)
    at, around = verdict.get("flips_if"), verdict.get("band")
    if at is not None:
        found.append(Message(_FLIPS[at > figure["value"]], {"value": f"{at:.4g}", "unit": unit}))
    if at is not None and around:
        gaps = {"half": f"{around['half_width']:.3g}", "unit": unit, "n": figure.get("n", "")}
        found.append(Message(_BANDS[around["how"], around["flips"]], gaps))
    more = verdict.get("settles")
    if more:
        words = _MORE_ALONE if more["answers"] is None else _MORE
        gaps = {"clusters": f"{more['clusters']:,}", "answers": f"{more['answers'] or 0:,}"}
        found.append(Message(words.get(more["cluster"], words["day"]), gaps))
    return [" ".join(message.words(translate).split()) for message in found]

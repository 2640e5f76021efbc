"""Judges against known scores: entries that a panel has agreed on before are scored by each judge, and compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from awards.panel.errors import Refusal
from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awards.panel.cards import Floats

FEWEST_ENTRIES, FEWEST_FOR_DRIFT = 3, 5
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Known:
    """What a judge gave an entry whose score is known; ``order`` is its place among all that the judge scored."""

    judge: str
    entry: str
    given: float
    known: float
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; the ends are None where the differences do not vary."""

    value: float
    low: float | None
    high: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval is known and leaves out 0."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class JudgeCalibration:
    """One judge: ``bias`` is given minus known in points, negative is strict; ``error`` its mean absolute size.

    ``drift`` is how much the difference changes from one scored entry to the next; None where it is not known.
    """

    entries: int
    bias: Estimate
    error: float
    drift: Estimate | None


@dataclass(frozen=True)
class Calibration:
    """The judges that could be compared, and why the others (or their drift) could not."""

    judges: Mapping[str, JudgeCalibration]
    refused: tuple[Refusal, ...]


def calibrate(given: Iterable[Known]) -> Calibration:
    """Compare each judge with the known scores: at least 3 entries, for drift at least 5 with their order."""
    by_judge: dict[str, list[Known]] = defaultdict(list)
    for each in given:
        by_judge[each.judge].append(each)
    judges, refusals = {}, []
    for judge, entries in sorted(by_judge.items()):
        entries.sort(key=lambda each: (each.order is None, each.order or 0, each.entry))
        if len(entries) < FEWEST_ENTRIES:
            refusals.append(_refusal(f"calibration.{judge}", judge, len(entries), FEWEST_ENTRIES))
            continue
        apart = np.array([each.given - each.known for each in entries])
        drift = _drift(entries, apart)
        if drift is None:
            refusals.append(_refusal(f"drift.{judge}", judge, len(entries), FEWEST_FOR_DRIFT))
        judges[judge] = JudgeCalibration(len(entries), _mean(apart), float(np.abs(apart).mean()), drift)
    return Calibration(judges, tuple(refusals))


def _refusal(what: str, judge: str, entries: int, least: int) -> Refusal:
    template = _("Judge {judge} scored {entries} known entries; {least} in a known order are needed.")
    if least == FEWEST_ENTRIES:
        template = _("Judge {judge} scored {entries} known entries; {least} are needed.")
    return Refusal(what, "too_few_known", Message(template, {"judge": judge, "entries": entries, "least": least}))


def _mean(apart: Floats) -> Estimate:
    size = len(apart)
    return _estimate(float(apart.mean()), float(apart.std(ddof=1)) / float(np.sqrt(size)), size - 1)


def _drift(entries: list[Known], apart: Floats) -> Estimate | None:
    """Return the slope over the order by least squares; None for too few, without order, or all at one place."""
    order = np.array([np.nan if each.order is None else float(each.order) for each in entries])
    if len(entries) < FEWEST_FOR_DRIFT or np.isnan(order).any():
        return None
    order -= order.mean()
    squares = float(order @ order)
    if not squares:
        return None
    slope = float(order @ apart) / squares
    rest = apart - apart.mean() - slope * order
    df = len(entries) - 2
    return _estimate(slope, float(np.sqrt(rest @ rest / df / squares)), df)


def _estimate(value: float, error: float, df: int) -> Estimate:
    if error <= 1e-12 * max(abs(value), 1.0):
        return Estimate(value, None, None)
    half = float(stdtrit(df, (1 + LEVEL) / 2)) * error
    return Estimate(value, value - half, value + half)

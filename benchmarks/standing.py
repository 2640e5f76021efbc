"""What there is to say about where a centre stands: its readings over time, the market beside them, what changed.

Pure: measurements and figures in, facts out; ``renderers`` puts them into words and pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from scipy import stats

from benchmarks.comparable import BARS, CENTRE, CentreProfile, Figure, Measured, choose
from benchmarks.holm import holm
from benchmarks.kpis.registry import KPIS
from benchmarks.settling import welch
from benchmarks.trend import quarter_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.verdict import Verdict

ALPHA = 0.05
# Verdicts of what the market has a figure for, those that need attention first.
VERDICTS = ("below", "missing", "insufficient", "not_shown_below", "above")
_MONTH = range(20, 36)  # days of a run that is a month's
_INSIDE = 0.8


@dataclass(frozen=True, order=True, slots=True)
class Key:
    """What is measured: only readings of the same key lie on one line."""

    kpi: str
    variant: str
    channel: str

    def __str__(self) -> str:
        """Write it for an address; ``key_of`` reads it."""
        return f"{self.kpi}/{self.variant}/{self.channel}"


def key_of(text: str) -> Key | None:
    """Read a key from an address; None where it is none, or of a KPI that the registry does not know."""
    parts = text.split("/", 2)
    return Key(*parts) if len(parts) == 3 and parts[0] in KPIS else None  # noqa: PLR2004 - as ``__str__`` writes it


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run found for a key: value, clustered standard error and 95 % interval in ``unit``."""

    run: int
    first: date
    last: date
    value: float
    se: float | None
    clusters: int | None
    n: int
    unit: str
    low: float | None
    high: float | None

    @property
    def middle(self) -> date:
        """The middle of the period, where the reading stands in time."""
        return self.first + (self.last - self.first) // 2


def period_label(first: date, last: date) -> str:
    """Name a period shortly, the same in all languages: 2026-03, 2026-Q1, 2026-01–06, or its first day."""
    days = (last - first).days + 1
    middle = first + timedelta(days=(days - 1) // 2)
    if days < _MONTH[0]:
        return f"{first:%Y-%m-%d}"
    start = middle.replace(day=1)
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if days in _MONTH and (min(last, end) - max(first, start)).days + 1 >= _INSIDE * days:
        return f"{middle:%Y-%m}"
    quarter = quarter_of(first, last) if days > _MONTH[-1] else None
    if quarter:
        return str(quarter)
    return f"{first:%Y-%m}–{last:%m}" if first.year == last.year else f"{first:%Y-%m}–{last:%Y-%m}"


def in_order(readings: Iterable[Reading]) -> list[Reading]:
    """Return the readings in the order of time. Of runs that overlap, the one given first counts."""
    kept: list[Reading] = []
    for reading in readings:
        if all(reading.last < other.first or reading.first > other.last for other in kept):
            kept.append(reading)
    return sorted(kept, key=lambda reading: reading.first)


def key_rank(key: Key) -> tuple[int, int, bool, str]:
    """Order keys as the registry orders KPIs and their variants, all channels together before each."""
    codes = [variant.code for variant in KPIS[key.kpi].variants]
    variant = codes.index(key.variant) if key.variant in codes else len(codes)
    return (list(KPIS).index(key.kpi), variant, key.channel != "all", key.channel)


@dataclass(frozen=True, slots=True)
class Change:
    """What moved between two readings, beyond chance: ``better`` is None for a KPI with a target band."""

    key: Key
    before: Reading
    now: Reading
    better: bool | None


def changes(pairs: Mapping[Key, tuple[Reading, Reading]]) -> list[Change]:
    """Return which pairs (before, now) differ: two-sided Welch tests at 95 % with Holm over all pairs given.

    Pairs without an error, in two units, or of periods that overlap cannot be tested and are left out.
    """
    tests = {key: p for key, (before, now) in pairs.items() if (p := _p_of_change(before, now)) is not None}
    corrected = holm({str(key): p for key, p in tests.items()})
    found = []
    for key in tests:
        if corrected[str(key)] <= ALPHA:
            before, now = pairs[key]
            direction = KPIS[key.kpi].direction
            better = None if direction == "target" else (now.value > before.value) == (direction == "higher")
            found.append(Change(key, before, now, better))
    return found


def _p_of_change(before: Reading, now: Reading) -> float | None:
    """Return the two-sided p-value of no change; None where it cannot be tested."""
    errors = [_error(reading) for reading in (before, now)]
    if before.unit != now.unit or before.last >= now.first or None in errors:
        return None
    (one, one_df), (two, two_df) = (error for error in errors if error)
    se, df = welch(one, one_df, two, two_df)
    return float(2 * stats.t.sf(abs(now.value - before.value) / se, df))


def _error(reading: Reading) -> tuple[float, float] | None:
    known = reading.se is not None and reading.clusters is not None and reading.clusters > 1
    if not known or not math.isfinite(reading.value) or not math.isfinite(reading.se or 0.0) or not reading.se:
        return None
    return reading.se, float((reading.clusters or 0) - 1)


@dataclass(frozen=True, slots=True)
class FigureBeside:
    """A published figure of the same KPI and unit; ``why`` says in English why it may not be compared with."""

    figure: Figure
    like: bool
    why: str


def figures_beside(
    ours: Sequence[Measured], figures: Iterable[Figure], centre: CentreProfile, unit: str
) -> list[FigureBeside]:
    """Return the figures of one KPI in a unit, those that may be compared with first, then the newest.

    ``ours`` are the measurements of the KPI. Norms and targets are not what the market does and are left out.
    """
    distribution = {"lower quartile"}.union(*BARS.values())
    found = [_beside(ours, each, centre) for each in figures if each.unit == unit and each.statistic in distribution]
    return sorted(found, key=lambda each: (not each.like, -each.figure.year, each.figure.line))


def _beside(ours: Sequence[Measured], figure: Figure, centre: CentreProfile) -> FigureBeside:
    bar = next((bar for bar, statistics in BARS.items() if figure.statistic in statistics), CENTRE)
    pair, refusals = choose(KPIS[figure.kpi], list(ours), [figure], centre, bar)
    like = pair is not None and pair[0] is not None
    return FigureBeside(figure, like, "" if like else " ".join(refusal.words for refusal in refusals))


def bar_values(
    key: Key,
    mine: Measured | None,
    figures: Sequence[Figure],
    centre: CentreProfile,
    verdicts: Mapping[str, Mapping[str, Verdict]],
) -> dict[str, float]:
    """Return the market's value at each bar that is published, for a key: bar -> value, in the order of the bars.

    Where the KPI is judged in this very variant and channel, it is the figure of the verdict.
    """
    found = {}
    for bar in BARS:
        verdict = verdicts.get(bar, {}).get(key.kpi)
        if verdict and verdict.figure and (verdict.variant, verdict.channel) == (key.variant, key.channel):
            found[bar] = float(verdict.figure["value"])
        elif mine is not None:
            pair, _refusals = choose(KPIS[key.kpi], [mine], [f for f in figures if f.kpi == key.kpi], centre, bar)
            if pair and pair[0]:
                found[bar] = float(pair[1].value)
    return found


@dataclass(frozen=True, slots=True)
class Period:
    """A run by its number, with its first and last day."""

    run: int
    first: date
    last: date


@dataclass(frozen=True)
class CentreStanding:
    """Where a centre stands: what its newest run measured, judged, and all readings before it.

    ``series`` are the readings of each key in the order of time; ``verdicts`` are by bar and KPI, on the newest run;
    ``changes`` compare it with ``previous``, the latest run before it that does not overlap.
    """

    name: str
    newest: Period | None
    previous: Period | None
    measured: tuple[Measured, ...]
    figures: tuple[Figure, ...]
    profile: CentreProfile
    series: Mapping[Key, list[Reading]]
    verdicts: Mapping[str, Mapping[str, Verdict]]
    changes: list[Change]

    def now(self, key: Key) -> Reading | None:
        """Return what the newest run measured for a key."""
        found = self.series.get(key, [])
        return next((each for each in found if self.newest and each.run == self.newest.run), None)

    def own(self, key: Key) -> Measured | None:
        """Return the measurement of the newest run for a key, as verdicts take it."""
        return next((each for each in self.measured if Key(each.kpi, each.variant, each.channel) == key), None)

    def measured_keys(self) -> list[Key]:
        """Return everything that was ever measured, in the order of the registry."""
        return sorted(self.series, key=key_rank)

    def judged(self, kpi: str) -> Key | None:
        """Return the key in which a KPI is judged, or else the first one measured; None where there is none."""
        verdict = self.verdicts.get(CENTRE, {}).get(kpi)
        if verdict and verdict.variant and verdict.channel:
            return Key(kpi, verdict.variant, verdict.channel)
        return next((key for key in self.measured_keys() if key.kpi == kpi), None)


@dataclass(frozen=True, slots=True)
class Site:
    """One centre of several: its number and name, its readings of what is drawn, the figure it is compared with."""

    centre: int
    name: str
    readings: list[Reading]
    market: float | None

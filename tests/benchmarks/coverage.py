"""How often 95 % intervals of quantiles hold the true value: simulated records whose days differ.

``python -m tests.benchmarks.coverage`` prints the table of ``docs/decisions/0018``; ``test_coverage.py`` runs a small
part of it. Intervals: the product's own (Woodruff with Student's t), Woodruff with the normal distribution, the
percentile interval of a bootstrap of whole days, and contacts taken as independent.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa
from scipy import stats

from benchmarks.kpis.measure import Quantile
from benchmarks.kpis.quantiles import measure_quantiles
from tests.benchmarks.test_verdict import figure, one
from tests.benchmarks.test_verdict import measured as with_usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ibis.backends.duckdb import Backend

PER_DAY = 350
BETWEEN, WITHIN = 0.55, 1.0  # spread of the logarithm of a wait between and within days
DRAWS = 400
AT_ONCE = 40  # samples measured by one query, each as a part of its own
_Z = float(stats.norm.isf(0.025))
LEVELS = {"median": 0.5, "p90": 0.9}
_QUANTILES = [Quantile("queue_time", name, "day", "wait", "all", level, "s") for name, level in LEVELS.items()]


@dataclass
class Covered:
    """What became of the intervals of one quantile: hits by method, tests at 5 %, and design effects."""

    samples: int = 0
    no_interval: int = 0
    hits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("woodruff", "normal", "bootstrap", "naive"), 0))
    called: dict[str, int] = field(default_factory=lambda: {"below": 0, "above": 0})
    effects: list[float] = field(default_factory=list)

    def share(self, method: str) -> float:
        """Return the share of samples whose interval holds the true value; without an interval it does not."""
        return self.hits[method] / self.samples


def truth(level: float) -> float:
    """Return the quantile that the waits have: their logarithm is normal, day and contact together."""
    return float(np.exp(3.4 + stats.norm.ppf(level) * np.hypot(BETWEEN, WITHIN)))


def waits(generator: np.random.Generator, days: int) -> np.ndarray:
    """Make the waits of a sample, one row per day, in seconds with one decimal; busy days have more contacts."""
    level = generator.normal(0, BETWEEN, (days, 1))
    return np.round(np.exp(3.4 + level + generator.normal(0, WITHIN, (days, PER_DAY))), 1)


def coverage(days: int, samples: int, seed: int, *, bootstrap: bool = True) -> dict[str, Covered]:
    """Measure so many samples of so many days, by quantile."""
    generator = np.random.default_rng(seed)
    found = {name: Covered() for name in LEVELS}
    backend = ibis.duckdb.connect()
    for start in range(0, samples, AT_ONCE):
        these = [waits(generator, days) for _each in range(min(AT_ONCE, samples - start))]
        for place, name, measured in _measured(backend, these):
            _count(found[name], these[place], LEVELS[name], measured)
            if bootstrap:
                low, high = resampled(these[place], LEVELS[name], generator)
                found[name].hits["bootstrap"] += low <= truth(LEVELS[name]) <= high
    backend.disconnect()
    return found


def _measured(backend: Backend, samples: list[np.ndarray]) -> Iterator[tuple[int, str, Any]]:
    days = len(samples[0])
    table = pa.table(
        {
            "wait": np.concatenate([each.ravel() for each in samples]),
            "day": np.tile(np.repeat(np.arange(days), PER_DAY), len(samples)),
            "sample": np.repeat(np.arange(len(samples)), days * PER_DAY),
        }
    )
    backend.con.register("waits", table)
    rows = backend.table("waits").mutate(all=ibis.literal(True))
    for each in measure_quantiles(rows, _QUANTILES, by=("sample",)):
        yield int(each.group[0][1]), each.variant, each


def _count(found: Covered, sample: np.ndarray, level: float, measured: Any) -> None:
    """Count whether each interval holds the true value, and whether the test of a verdict would reject it."""
    true, everything = truth(level), np.sort(sample.ravel())
    found.samples += 1
    found.hits["naive"] += _holds(everything, level, (level * (1 - level) / len(everything)) ** 0.5, true)
    if measured.se is None:
        found.no_interval += 1
        return
    found.effects.append(measured.design_effect)
    found.hits["woodruff"] += measured.low <= true <= measured.high
    below = (sample <= measured.value).sum(axis=1) - level * PER_DAY
    clustered = (len(sample) / (len(sample) - 1) * (below**2).sum()) ** 0.5 / len(everything)
    found.hits["normal"] += _holds(everything, level, clustered, true)
    state = _verdict(measured, true)
    if state in found.called:
        found.called[state] += 1


def _verdict(measured: Any, true: float) -> str:
    """Judge a measured quantile against a market that is exactly where the centre is."""
    names = {"kpi": measured.kpi, "variant": measured.variant, "unit": measured.unit}
    ends = {"low": measured.low, "high": measured.high}
    mine = with_usual(measured.value, measured.se, measured.clusters, **names, **ends)
    return one([mine], [figure(value=Decimal(repr(true)), **names)], measured.kpi).state


def _holds(everything: np.ndarray, level: float, error: float, true: float) -> bool:
    """Say whether the quantiles 1.96 errors around the level hold the true value."""
    low, high = np.quantile(everything, [max(level - _Z * error, 0), min(level + _Z * error, 1)])
    return bool(low <= true <= high)


def resampled(sample: np.ndarray, level: float, generator: np.random.Generator) -> tuple[float, float]:
    """Return the percentile interval of the quantile over bootstrap samples of whole days."""
    days = len(sample)
    weights = generator.multinomial(days, np.full(days, 1 / days), DRAWS)
    # How much of each day lies at or below points around the quantile; only there a drawn sample has its own.
    points = np.quantile(sample, np.clip(np.linspace(level - 0.35, level + 0.35, 700), 0, 1))
    until = np.stack([np.searchsorted(np.sort(day), points, side="right") for day in sample])
    drawn = weights @ until
    places = (drawn < level * days * PER_DAY).sum(axis=1).clip(max=len(points) - 1)
    low, high = np.quantile(points[places], [0.025, 0.975])
    return float(low), float(high)


def main(samples: int = 2_000) -> None:
    """Print the table."""
    print("days quantile deff woodruff-t woodruff-z bootstrap independent none below above")  # noqa: T201
    for days in (20, 60, 250):
        for name, found in coverage(days, samples, seed=days).items():
            shares = " ".join(f"{100 * found.share(each):.1f}" for each in found.hits)
            sides = " ".join(f"{100 * each / found.samples:.1f}" for each in found.called.values())
            none = 100 * found.no_interval / found.samples
            print(days, name, f"{np.mean(found.effects):.0f} {shares} {none:.1f} {sides}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2_000)

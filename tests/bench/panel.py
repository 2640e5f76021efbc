"""Judging statistics: severity with rank intervals for 5,000 entrants and 60 judges, and alpha on four levels.

Baselines: the same model by dense normal equations in numpy, inverse and all pairs at once; alpha from the table of
all pairs of values, filled in a plain loop; for a whole file of 214,000 scores, reading it with csv and Decimal alone;
for the whole command its budget.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from audits.tabular import read_table
from awards.panel import (
    LEVELS,
    Panel,
    Score,
    analyse,
    as_json,
    fit_additive,
    krippendorff_alpha,
    rank_intervals,
    read_panel,
)
from awards.panel.studentized import studentized_quantile
from tests.bench.common import peak
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from awards.panel.cards import Cards

ENTRANTS, JUDGES, EACH = 5_000, 60, 10
CRITERIA, CRITERIA_ENTRANTS = 5, 4_280
REPEATS = 3
BUDGET = 2.0  # seconds, with the start of the program; in 500 MB
ROOT = Path(__file__).resolve().parents[2]


def rows() -> list[Row]:
    """Return severity with rank intervals, alpha, and a whole file."""
    panel = Panel.of(_scores(ENTRANTS, 1))
    severity = _best(lambda: _severity(panel))
    alpha = _best(lambda: [krippendorff_alpha(panel.cards, level) for level in LEVELS])
    small = peak()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scores.csv"
        _write(path, ENTRANTS, 1)
        command, used = min(_command(path) for _repeat in range(REPEATS))
        count = _write(path, CRITERIA_ENTRANTS, CRITERIA)
        whole, alone = _best(lambda: _whole(path), 2), _best(lambda: _csv_alone(path), 2)
    large = peak()
    loop = _best(lambda: [_loop_alpha(panel.cards, level) for level in LEVELS], 1)
    dense = _best(lambda: _dense(panel), 1)
    shape = f"{ENTRANTS:,} entrants, {JUDGES} judges"
    return [
        Row(f"Judging: severity and rank intervals, {shape}", severity, "dense inverse in numpy", dense, small),
        Row(f"Judging: the whole command analyse_panel, {shape}", command, "the budget of 2 s", BUDGET, used),
        Row(f"Judging: alpha on four levels, {len(panel.cards):,} scores", alpha, "a loop over pairs", loop, small),
        Row(f"Judging: a file of {count:,} scores, read and analysed", whole, "csv and Decimal alone", alone, large),
    ]


def _command(path: Path) -> tuple[float, float]:
    """Run the whole command; return its seconds and its peak memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "analyse_panel", str(path), "--json"], stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"analyse_panel ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _write(path: Path, entrants: int, criteria: int) -> int:
    scores = _scores(entrants, criteria)
    lines = [f"{score.entrant},{score.judge},{score.criterion},{score.value}" for score in scores]
    path.write_text("\n".join(["entrant,judge,criterion,score", *lines]))
    return len(scores)


def _whole(path: Path) -> str:
    return json.dumps(as_json(analyse(read_panel(read_table(path)))))


def _csv_alone(path: Path) -> int:
    with path.open(newline="") as file:
        return len(
            [
                (entrant, judge, criterion, Decimal(score))
                for entrant, judge, criterion, score in list(csv.reader(file))[1:]
            ]
        )


def _severity(panel: Panel) -> dict[str, tuple[int, int]]:
    panel.__dict__.pop("cards", None)  # making the arrays is part of the work
    studentized_quantile.cache_clear()
    return rank_intervals(fit_additive(panel))


def _scores(entrants: int, criteria: int) -> list[Score]:
    chance = random.Random(7)  # noqa: S311 - no secret
    names = [f"C{number}" for number in range(criteria)]
    strict = [chance.gauss(0, 0.7) for _judge in range(JUDGES)]
    scores = []
    for entrant in range(entrants):
        merit = chance.gauss(6, 1)
        for judge in chance.sample(range(JUDGES), EACH):
            for name in names:
                value = Decimal(str(max(0.0, round(merit + strict[judge] + chance.gauss(0, 1), 1))))
                scores.append(Score(f"E{entrant:05}", f"J{judge:02}", value, name))
    return scores


def _dense(panel: Panel) -> np.ndarray:
    """Fit by dense normal equations with the judges' effects summing to zero, and compare all pairs."""
    cards, n, m = panel.cards, len(panel.entrants), len(panel.judges)
    normal, right = np.zeros((n + m, n + m)), np.zeros(n + m)
    for one in (cards.entrant, n + cards.judge):
        np.add.at(right, one, cards.value)
        for other in (cards.entrant, n + cards.judge):
            np.add.at(normal, (one, other), 1.0)
    normal[n:, n:] += 1.0
    inverse = np.linalg.inv(normal)
    effects = inverse @ right
    rest = cards.value - effects[cards.entrant] - effects[n + cards.judge]
    df = len(cards) - n - m + 1
    level = np.diag(inverse)[:n]
    limits = studentized_quantile(0.95, n, df) * np.sqrt(
        (level[:, None] + level - 2 * inverse[:n, :n]) / 2 * (rest @ rest / df)
    )
    ahead = effects[None, :n] - effects[:n, None]
    return np.stack([1 + (ahead > limits).sum(axis=1), n - (-ahead > limits).sum(axis=1)])


def _loop_alpha(cards: Cards, level: str) -> float:
    """Fill the table of coincidences pair by pair, as the definition says, and weigh it by the squared differences."""
    units = defaultdict(list)
    for entrant, value in zip(cards.entrant.tolist(), cards.value.tolist(), strict=True):
        units[entrant].append(value)
    pairs: dict[tuple[float, ...], float] = defaultdict(float)
    for unit in units.values():
        for pair in permutations(unit, 2):
            pairs[pair] += 1 / (len(unit) - 1)
    counts = Counter(cards.value.tolist())
    middle, below = {}, 0.0
    for value in sorted(counts):
        middle[value] = below + counts[value] / 2
        below += counts[value]

    def apart(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "ordinal":
            return (middle[a] - middle[b]) ** 2
        return ((a - b) / (a + b) if level == "ratio" and a + b else a - b) ** 2

    expected = sum(counts[a] * counts[b] * apart(a, b) for a, b in permutations(counts, 2))
    return 1 - (len(cards) - 1) * sum(weight * apart(*pair) for pair, weight in pairs.items()) / expected


def _best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    times = []
    for _repeat in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)

"""Panels with published results, and a short way to write others."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

from awards.panel import Panel, Score

if TYPE_CHECKING:
    from collections.abc import Sequence

# Shrout and Fleiss, Intraclass Correlations (1979), table 2: targets by judges.
SHROUT_FLEISS = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section E: coders by units, 0 is missing.
KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3),
    (0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0),
)

# Fleiss, Measuring nominal scale agreement among many raters (1971), table 1: patients by diagnoses, six raters each.
FLEISS = [
    "00060",
    "03003",
    "01401",
    "00006",
    "03030",
    "20400",
    "00402",
    "20310",
    "20040",
    "00006",
    "10050",
    "11040",
    "03300",
    "10050",
    "02031",
    "00501",
    "30012",
    "51000",
    "02040",
    "10203",
    "00006",
    "01050",
    "02013",
    "20040",
    "10041",
    "05010",
    "40002",
    "02040",
    "10500",
    "00006",
]


def panel_of(rows: Sequence[Sequence[object]]) -> Panel:
    """Make a panel of rows of entrants and columns of judges; None is missing."""
    return Panel.of(
        Score(f"E{e}", f"J{j}", Decimal(str(value)))
        for e, row in enumerate(rows, start=1)
        for j, value in enumerate(row, start=1)
        if value is not None
    )


def krippendorff() -> Panel:
    """Make the panel of Krippendorff's example."""
    return panel_of([[value or None for value in unit] for unit in zip(*KRIPPENDORFF, strict=True)])


def fleiss() -> Panel:
    """Make the panel of Fleiss's example."""
    given = [[kind for kind, count in enumerate(map(int, row), start=1) for _each in range(count)] for row in FLEISS]
    return panel_of(given)


# Montgomery, Design and Analysis of Experiments, section 4.4: incomplete blocks, catalysts by batches.
CATALYSTS = ((73, 74, None, 71), (None, 75, 67, 72), (73, 75, 68, None), (75, None, 72, 75))


def drawn(entrants: int, judges: int, each: int, seed: int = 1) -> list[Score]:
    """Make scores from 0 to 10 where every entrant is judged by ``each`` of the judges, drawn at random."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [
        Score(f"E{e:03}", f"J{j:02}", Decimal(chance.randint(0, 100)) / 10)
        for e in range(entrants)
        for j in chance.sample(range(judges), each)
    ]

"""Scores as arrays, for the statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cards:
    """Scores of one kind: place of the entrant, place of the judge, value; sorted by the first two, no pair twice."""

    entrant: Indices
    judge: Indices
    value: Floats

    def __len__(self) -> int:
        """How many there are."""
        return len(self.value)


def cards_of(marks: Mapping[tuple[int, int], int], denominator: int) -> Cards:
    """Make arrays of exact scores by places (entrant, judge), which are sorted."""
    places = np.array(list(marks), dtype=np.int64).reshape(-1, 2)
    values = np.fromiter((mark / denominator for mark in marks.values()), dtype=np.float64, count=len(marks))
    return Cards(places[:, 0], places[:, 1], values)

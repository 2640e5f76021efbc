"""How well several raters of the same contact agree: Krippendorff's alpha for numbers.

K. Krippendorff (1970, Educational and Psychological Measurement 30): 1 minus the disagreement within contacts over
the disagreement of all ratings whoever gave them; 1 is agreement, 0 is what chance gives. The standard error is a
jackknife over contacts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TWO = 2


def alpha(units: Sequence[Sequence[float]]) -> float | None:
    """Return alpha of the ratings per contact; contacts rated once do not count. None where nothing varies."""
    kept = [unit for unit in units if len(unit) >= _TWO]
    values = [value for unit in kept for value in unit]
    expected = _pairs(values) / (len(values) - 1) if len(values) > 1 else 0.0
    if not expected > 0:
        return None
    observed = sum(_pairs(unit) / (len(unit) - 1) for unit in kept)
    return 1 - observed / expected


def _pairs(values: Sequence[float]) -> float:
    """Sum the squared differences of all ordered pairs, over the number of values."""
    centre = sum(values) / len(values)
    return 2 * sum((value - centre) ** 2 for value in values)


def alpha_with_error(units: Sequence[Sequence[float]]) -> tuple[float, float | None, int] | None:
    """Return alpha, its jackknife standard error (None with fewer than three contacts) and the number of contacts."""
    kept = [unit for unit in units if len(unit) >= _TWO]
    value = alpha(kept)
    if value is None:
        return None
    without = [alpha(kept[:index] + kept[index + 1 :]) for index in range(len(kept))]
    known = [each for each in without if each is not None]
    if len(known) < 3 or len(known) < len(kept):  # noqa: PLR2004 - two say nothing about spread
        return value, None, len(kept)
    mean, count = sum(known) / len(known), len(known)
    return value, math.sqrt((count - 1) / count * sum((each - mean) ** 2 for each in known)), count

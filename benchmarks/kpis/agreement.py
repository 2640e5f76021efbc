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
_ROUNDING = 1e-12


def alpha_with_error(units: Sequence[Sequence[float]]) -> tuple[float, float | None, int] | None:
    """Return alpha of the ratings per contact, its standard error, and the number of contacts rated at least twice.

    Contacts rated once do not count. None where nothing varies; the error is None with fewer than three contacts.
    """
    kept = [tuple(unit) for unit in units if len(unit) >= _TWO]
    if not kept:
        return None
    # Differences do not depend on where zero is: from the mean, squares stay small.
    centre = math.fsum(value for unit in kept for value in unit) / sum(map(len, kept))
    sums = [_sums([value - centre for value in unit]) for unit in kept]
    whole = tuple(math.fsum(each) for each in zip(*sums, strict=True))
    value = _alpha(*whole)
    if value is None:
        return None
    without = [_alpha(*(total - part for total, part in zip(whole, each, strict=True))) for each in sums]
    known = [each for each in without if each is not None]
    count = len(kept)
    if count < 3 or len(known) < count:  # noqa: PLR2004 - two say nothing about spread
        return value, None, count
    mean = math.fsum(known) / count
    return value, math.sqrt((count - 1) / count * math.fsum((each - mean) ** 2 for each in known)), count


def _sums(unit: Sequence[float]) -> tuple[float, float, float, float]:
    """Give number, sum and sum of squares of a contact's ratings, and their disagreement."""
    count, total, squares = len(unit), sum(unit), sum(value * value for value in unit)
    return count, total, squares, 2 * (squares - total * total / count) * count / (count - 1)


def _alpha(count: float, total: float, squares: float, observed: float) -> float | None:
    if count < _TWO:
        return None
    expected = 2 * (squares - total * total / count) * count / (count - 1)
    return 1 - observed / expected if expected > _ROUNDING * max(squares, 1.0) else None

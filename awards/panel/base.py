"""The base score: the mean over judges of the totals of their scorecards, exact; and its trimmed form."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from awards.panel.errors import refused
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awards.panel.scores import Panel

FEWEST_TO_TRIM = 5  # judges
_DIGITS = Context(prec=28)


def base_scores(panel: Panel, criterion: str | None = None) -> dict[str, Fraction]:
    """Return the mean score of every entrant that has a complete scorecard: of the totals, or of one criterion."""
    # Sums of whole numbers: one fraction an entrant, where one a score takes five times as long.
    marks, denominator = panel.whole(criterion)
    sums, counts = [0] * len(panel.entrants), [0] * len(panel.entrants)
    for (entrant, _judge), mark in marks.items():
        sums[entrant] += mark
        counts[entrant] += 1
    return {
        name: Fraction(total, denominator * count)
        for name, total, count in zip(panel.entrants, sums, counts, strict=True)
        if count
    }


def mean(scores: Sequence[Fraction]) -> Fraction:
    """Return the exact mean."""
    return sum(scores, Fraction()) / len(scores)


def trimmed_scores(panel: Panel, drop: int) -> dict[str, Fraction]:
    """Return the mean of every entrant without its ``drop`` highest and ``drop`` lowest totals.

    Raises ``RefusedError`` where an entrant has fewer than 5 judges, and where nothing would remain.
    """
    given: dict[str, list[Fraction]] = {name: [] for name in panel.entrants}
    for scores in panel.by_judge().values():
        for entrant, score in scores.items():
            given[entrant].append(score)
    return {entrant: trimmed_mean(scores, drop, entrant=entrant) for entrant, scores in given.items()}


def trimmed_mean(scores: Sequence[Fraction], drop: int, *, entrant: str = "") -> Fraction:
    """Return the mean without the ``drop`` highest and the ``drop`` lowest scores. Raises ``RefusedError``."""
    if drop < 0 or 2 * drop >= len(scores) or (drop and len(scores) < FEWEST_TO_TRIM):
        raise refused(
            "trimmed",
            "too_few_to_trim",
            _("To leave out highest and lowest ({drop} each) of “{entrant}” takes {least} judges; it has {judges}."),
            drop=drop,
            entrant=entrant,
            judges=len(scores),
            least=max(FEWEST_TO_TRIM, 2 * drop + 1),
        )
    return mean(sorted(scores)[drop : len(scores) - drop])


def as_decimal(score: Fraction) -> Decimal:
    """Return the score with 28 significant digits, rounded once; what ends earlier is exact and has no idle zeros.

    >>> as_decimal(Fraction(25, 3)), as_decimal(Fraction(17, 2)), as_decimal(Fraction(20))
    (Decimal('8.333333333333333333333333333'), Decimal('8.5'), Decimal('20'))
    """
    found = _DIGITS.divide(Decimal(score.numerator), Decimal(score.denominator)).normalize(_DIGITS)
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found


def as_decimals(scores: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Return every score as ``as_decimal`` does."""
    return {name: as_decimal(score) for name, score in scores.items()}

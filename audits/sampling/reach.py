"""What a drawn sample allows to be said about all records: an upper limit of the share that fails."""

from __future__ import annotations

from math import comb

from scipy.stats import beta

# Beyond this the sample is small beside the population, or the exact sum would be long: the limit without a population
# is the larger one, so saying it is never too bold.
EXACT_UP_TO = 20_000


def upper_share(*, failed: int, looked_at: int, confidence: float = 0.95, population: int | None = None) -> float:
    """Return the one-sided upper limit of the failing share, 0 to 1, after ``failed`` of ``looked_at`` drawn failed.

    Clopper and Pearson (1934); for a population of known size the exact hypergeometric limit: the largest number of
    failing records with which so few would still be seen with a chance of more than 1 - ``confidence``.
    """
    if not 0 <= failed <= looked_at or looked_at < 1:
        message = f"{failed} of {looked_at} is not a result"
        raise ValueError(message)
    if failed == looked_at:
        return 1.0
    if population is None or population > EXACT_UP_TO:
        return float(beta.ppf(confidence, failed + 1, looked_at - failed))
    if looked_at >= population:
        return failed / population
    low, high = failed, population - (looked_at - failed)  # the true number of failing records lies between
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(failed, looked_at, middle, population) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low / population


def _at_most(failed: int, looked_at: int, failing: int, population: int) -> float:
    """Return the chance to draw at most ``failed`` of ``failing`` records in ``looked_at`` draws."""
    seen = sum(
        comb(failing, k) * comb(population - failing, looked_at - k)
        for k in range(min(failed, failing) + 1)
        if looked_at - k <= population - failing
    )
    return seen / comb(population, looked_at)

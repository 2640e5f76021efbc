"""Sizes of samples. Whole numbers out; per cents in as exact decimals, so that no rounding moves a size by one."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal, localcontext
from fractions import Fraction
from math import ceil, isqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from audits.sampling.errors import SamplingError
from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping

# IAF MD 1, 6.1: the share of the square root of the number of sites that is looked at.
STAGES: Mapping[str, Fraction] = {
    "initial": Fraction(1),
    "surveillance": Fraction(3, 5),
    "recertification": Fraction(4, 5),
}
UNSUITABLE_AT_SURVEILLANCE = Fraction(30, 100)
RANDOM_AT_LEAST = Fraction(25, 100)
MOST = 10**9  # sites, records
DIGITS = 50
NEAR = Decimal("1e-30")
CLOSE = 1e-9  # relative; a running product of floats is closer than that to the exact one


def sites_size(count: int, stage: str, *, suitable: bool = True) -> int:
    """Return how many of ``count`` sites to visit, the central function not counted (it is always audited).

    The square root of the count times the stage's share, rounded up. Sites that are not suitable for sampling are all
    visited, at surveillance 30 % of them a year. Source: IAF MD 1:2018, 6.1. Raises ``SamplingError``.
    """
    _whole(count, _("The number of sites"))
    if stage not in STAGES:
        raise SamplingError(_("The stage “{stage}” is none of {stages}."), stage=stage, stages=tuple(STAGES))
    if not suitable:
        return ceil(count * UNSUITABLE_AT_SURVEILLANCE) if stage == "surveillance" else count
    share = STAGES[stage]
    # The smallest m with m >= share * sqrt(count), in whole numbers: m * denominator >= sqrt(numerator^2 * count).
    square = share.numerator**2 * count
    root = isqrt(square - 1) + 1
    return -(-root // share.denominator)


def random_share(size: int) -> int:
    """Return how many of the sites in a sample have to be picked at random at least (IAF MD 1:2018, 6.1: 25 %)."""
    return ceil(size * RANDOM_AT_LEAST)


def discovery_size(*, confidence: Decimal, rate: Decimal, population: int | None = None) -> int:
    """Return the smallest sample without a failure that shows the failure rate to be below ``rate`` (per cent).

    ``confidence`` in per cent. Without a population ln(1-C)/ln(1-p), rounded up; with one, the smallest n for which
    the hypergeometric chance to see none of ceil(p N) failures is at most 1-C. Raises ``SamplingError``.
    """
    _between(confidence, _("The confidence"))
    _between(rate, _("The rate"))
    missed, failing = 1 - Fraction(confidence) / 100, Fraction(rate) / 100
    if population is None:
        return _power_below(1 - failing, missed)
    _whole(population, _("The population"))
    return _none_of(ceil(failing * population), population, missed)


def proportion_size(*, margin: Decimal, confidence: Decimal, population: int | None = None) -> int:
    """Return the sample for a share known to ± ``margin`` points at ``confidence`` per cent, the share unknown.

    n0 = z^2 / (4 e^2), with the finite population correction n0 / (1 + (n0 - 1) / N), rounded up (Cochran 1977,
    Sampling Techniques, 4.4 and 4.5). Raises ``SamplingError``.
    """
    _between(margin, _("The margin"))
    _between(confidence, _("The confidence"))
    z = Fraction(NormalDist().inv_cdf(0.5 + float(confidence) / 200))
    wanted = z**2 / (4 * (Fraction(margin) / 100) ** 2)
    if population is not None:
        _whole(population, _("The population"))
        wanted /= 1 + (wanted - 1) / population
        return min(ceil(wanted), population)
    return ceil(wanted)


def _power_below(base: Fraction, limit: Fraction) -> int:
    """Return the smallest n with base^n <= limit, both between 0 and 1."""
    with localcontext() as context:
        context.prec = DIGITS
        quotient = _decimal(limit).ln() / _decimal(base).ln()
        nearest = quotient.to_integral_value()
        # Where the exact answer is whole (75 % at a rate of 50 %) the logarithms miss it by their last digit.
        exact = nearest if abs(quotient - nearest) < NEAR else quotient.to_integral_value(ROUND_CEILING)
        return max(1, int(exact))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _none_of(failing: int, population: int, missed: Fraction) -> int:
    """Return the smallest n with C(N - D, n) / C(N, n) <= missed: the factors (N - D - i) / (N - i) one by one."""
    chance, limit = 1.0, float(missed)
    for drawn in range(population - failing + 1):
        doubtful = abs(chance - limit) < CLOSE * limit
        if _none_exactly(failing, population, drawn) <= missed if doubtful else chance < limit:
            return drawn
        chance *= (population - failing - drawn) / (population - drawn)
    return population - failing + 1


def _none_exactly(failing: int, population: int, drawn: int) -> Fraction:
    """Return C(N - D, n) / C(N, n) exactly; the shorter of its two products of factors."""
    short, long = sorted((failing, drawn))
    chance = Fraction(1)
    for each in range(short):
        chance *= Fraction(population - long - each, population - each)
    return chance


def _whole(value: int, name: str) -> None:
    if not 1 <= value <= MOST:
        raise SamplingError(_("{name} has to be between 1 and {most}."), name=Message(name, {}), most=f"{MOST:,}")


def _between(value: Decimal, name: str) -> None:
    """Refuse a per cent that is not between 0 and 100, both left out."""
    if not (value.is_finite() and 0 < value < 100 and value == round(value, 6)):  # noqa: PLR2004 - per cent
        raise SamplingError(_("{name} has to be more than 0 and less than 100 per cent."), name=Message(name, {}))

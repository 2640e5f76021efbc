"""Exact numbers as text: in full for scripts, with one decimal for people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

PLACES = 12


def exact(value: Fraction) -> str:
    """Return the value in full where its decimals end within 12 places, else rounded half up to 12; no trailing zeros.

    >>> exact(Fraction(13, 2)), exact(Fraction(2, 3)), exact(Fraction(700))
    ('6.5', '0.666666666667', '700')
    """
    if value.denominator == 1:
        return str(value.numerator)
    return round_half_up(value, PLACES).rstrip("0").rstrip(".")


def one_decimal(value: Fraction) -> str:
    """Return the value rounded half up to one decimal, as people read scores."""
    return round_half_up(value, 1)


def shown(value: Fraction, limit: Fraction) -> str:
    """Return the value with one decimal, or with as many as it takes to stay below the limit when it is below.

    549.97 against a limit of 550 must not be shown as 550.0.
    """
    for places in range(1, PLACES):
        text = round_half_up(value, places)
        if value >= limit or Decimal(text) < Decimal(limit.numerator) / Decimal(limit.denominator):
            return text
    return round_half_up(value, PLACES)


def round_half_up(value: Fraction, places: int) -> str:
    """Return the value with this many decimals; a half goes up."""
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)  # floor(x + 1/2)
    return f"{Decimal(whole).scaleb(-places):f}"

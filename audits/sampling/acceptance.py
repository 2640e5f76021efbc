"""Acceptance sampling by attributes: single sampling, normal inspection, general inspection level II.

Source: ISO 2859-1:1999, tables 1 and 2-A. The master table is regular: down each column of an AQL the acceptance
numbers follow one series, one step per code letter; between Ac 0 and Ac 1 lie an arrow up and an arrow down. So the
table is written as the letter at which each column reaches Ac 0. Tables that fill the arrows with 0 and 1 are wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.sampling.errors import SamplingError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping

LETTERS = "ABCDEFGHJKLMNPQR"
SIZES: Mapping[str, int] = dict(
    zip(LETTERS, (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000), strict=True)
)
# The largest lot of each letter but the last; general inspection level II.
_LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_LEVEL_TWO = "ABCDEFGHJKLMNPQ"
# fmt: off
_AQLS = (
    "0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0", "1.5", "2.5", "4.0",
    "6.5", "10", "15", "25", "40", "65", "100", "150", "250", "400", "650", "1000",
)
# fmt: on
AQLS = tuple(Decimal(aql) for aql in _AQLS)
# Up to here an AQL is a per cent of nonconforming records; beyond it counts nonconformities per 100 records.
LARGEST_PER_CENT = Decimal(10)
# Acceptance numbers down a column from where it reaches 0; None: an arrow.
_SERIES = (0, None, None, 1, 2, 3, 5, 7, 10, 14, 21, 30, 44)
# The acceptance numbers 30 and 44 stand in the rows A to E only; further down Ac 21 is the last before an arrow up.
_LAST = _SERIES.index(21)
_LAST_ROW_OF_MANY = LETTERS.index("E")
# AQL 0.010 reaches Ac 0 at letter Q; each next column one letter earlier, and goes on above A.
_ZERO_AT_FIRST = LETTERS.index("Q")


@dataclass(frozen=True)
class AcceptancePlan:
    """Inspect ``sample`` of the lot; accept it with at most ``accept`` nonconforming, reject with ``reject`` or more.

    ``code_letter`` is that of the lot size, ``letter`` the one at which the arrows end. ``whole``: the plan asks for
    as many as the lot has, or more, so all are inspected.
    """

    code_letter: str
    letter: str
    sample: int
    accept: int
    whole: bool

    @property
    def reject(self) -> int:
        """The rejection number: one more than the acceptance number."""
        return self.accept + 1


def acceptance_plan(lot: int, aql: Decimal) -> AcceptancePlan:
    """Return the plan for a lot at an acceptable quality limit (per cent nonconforming). Raises ``SamplingError``."""
    if not 1 <= lot <= 10**9:
        raise SamplingError(_("The lot has to be between 1 and {most}."), most=f"{10**9:,}")
    if aql not in AQLS:
        raise SamplingError(_("The AQL {aql} is none of the standard's: {aqls}."), aql=str(aql), aqls=_AQLS)
    column = AQLS.index(aql)
    start = next((place for place, most in enumerate(_LOTS) if lot <= most), len(_LOTS))
    row = _follow(LETTERS.index(_LEVEL_TWO[start]), column)
    accept = _cell(row, column)
    assert isinstance(accept, int)  # noqa: S101 - what following the arrows means
    size = SIZES[LETTERS[row]]
    return AcceptancePlan(
        code_letter=_LEVEL_TWO[start],
        letter=LETTERS[row],
        sample=min(size, lot),
        accept=accept,
        whole=size >= lot,
    )


def _cell(row: int, column: int) -> int | str:
    """Return the acceptance number of a cell, or the arrow that stands there: "up" or "down"."""
    place = row - (_ZERO_AT_FIRST - column)
    last = len(_SERIES) - 1 if row <= _LAST_ROW_OF_MANY else _LAST
    if place < 0:
        return "down"
    if place > last:
        return "up"
    accept = _SERIES[place]
    if accept is not None:
        return accept
    zero_is_in_the_table = row - place >= 0
    return "up" if place == 1 and zero_is_in_the_table else "down"


def _follow(row: int, column: int) -> int:
    """Follow the arrows to the row that has an acceptance number. No lot leads past the last row."""
    while isinstance(arrow := _cell(row, column), str):
        row += 1 if arrow == "down" else -1
    return row

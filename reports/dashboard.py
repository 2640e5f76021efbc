"""What a dashboard shows, before anybody puts it into words: counts, scores of sites, years. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

# Bars and rows of one chart; what is beyond them stands in the list that it leads to.
MOST_ROWS = 24
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of each kind belong to one thing, such as an organisation; ``key`` is what an address calls it."""

    key: str
    name: str
    beside: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EditionUse:
    """How an edition is used, in numbers only: audits by stage, organisations, certificates that hold today."""

    edition: str
    version: str
    planned: int
    under_way: int
    finished: int
    organisations: int
    certificates: int


@dataclass(frozen=True, slots=True)
class SiteScore:
    """The frozen result of one audit of a centre: per cent reached by block, and of all blocks under ``TOTAL``.

    ``points`` are what was reached and the most that could be, for the same keys.
    """

    audit: int
    reference: str
    centre: int
    name: str
    organisation: str
    on: date
    percent: Mapping[str, float]
    points: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class YearScore:
    """Mean, least and most per cent of the audits of a year, and how many they are."""

    year: int
    mean: float
    least: float
    most: float
    audits: int


def newest_of_each(scores: Iterable[SiteScore], year: int | None) -> list[SiteScore]:
    """Return the newest result of every centre, of one year where one is asked for, in the order of the names."""
    found: dict[int, SiteScore] = {}
    for score in scores:
        if year is not None and score.on.year != year:
            continue
        other = found.get(score.centre)
        if other is None or (score.on, score.audit) > (other.on, other.audit):
            found[score.centre] = score
    return sorted(found.values(), key=lambda score: (score.organisation, score.name, score.centre))


def by_year(scores: Iterable[SiteScore], what: str = TOTAL) -> list[YearScore]:
    """Return the years of the audits that have a score for a block, or for all of them, oldest first."""
    values: dict[int, list[float]] = {}
    for score in scores:
        if what in score.percent:
            values.setdefault(score.on.year, []).append(score.percent[what])
    return [
        YearScore(year, sum(known) / len(known), min(known), max(known), len(known))
        for year, known in sorted(values.items())
    ]

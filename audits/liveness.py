"""How alive a centre's written knowledge is: an index of 0 to 100 points in five parts. Standard library only.

A part that the list does not tell is *not known*: it counts from nothing to everything, so that the index becomes an
interval. The parameters are Touchstone's own choice, taken from nobody, and kept with every result.

- *freshness*: share of the uses that fell on fresh articles. An article is fresh while its review date has not passed,
  unless its last touch was one of a batch without a change of content.
- *lag*: days from a change of policy to the article, 90th percentile (the smallest lag that nine in ten do not exceed).
  What is not yet updated has waited at least until the end of the period, and may wait for ever.
- *use*: share of the contacts that were linked to an article.
- *correctness*: share of sampled answers that agreed with the article.
- *feedback*: share of feedback closed within the time allowed; what is still open within that time is left out.

A *batch touch*: on one day so many articles were reviewed or changed that nobody can have read them, counting only
those whose content is the same as before. Whose content is unknown may or may not belong to it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Parameters:
    """All that is chosen and not measured."""

    freshness: int = 25
    lag: int = 20
    use: int = 20
    correctness: int = 20
    feedback: int = 15
    lag_percentile: int = 90
    lag_full_days: int = 2  # up to here the full points
    lag_none_days: int = 30  # from here none; in between they fall evenly
    feedback_days: int = 10
    least_sampled: int = 10  # fewer sampled answers say nothing
    batch_percent: int = 10  # of the articles, on one day …
    batch_least: int = 5  # … but never fewer than this
    batch_most: int = 100  # … and this many always


PARAMETERS = Parameters()


@dataclass(frozen=True, slots=True)
class Article:
    """One row of the list; None is what the list does not tell.

    ``content_changed`` says whether the change on day ``changed`` altered the content.
    """

    line: int
    code: str
    title: str = ""
    owner: str = ""
    uses: int | None = None
    changed: date | None = None
    content_changed: bool | None = None
    reviewed: date | None = None
    review_due: date | None = None
    policy_changed: date | None = None
    policy_applied: date | None = None
    correct: bool | None = None
    feedback_received: date | None = None
    feedback_closed: date | None = None


class Fresh(StrEnum):
    """Whether an article counts as fresh, and why not."""

    FRESH = "fresh"
    OVERDUE = "overdue"
    TOUCHED = "touched"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why a part is not known, or only within limits."""

    NO_ARTICLES = "no_articles"
    NO_USES = "no_uses"
    SOME_UNKNOWN = "some_unknown"
    NO_POLICY_CHANGE = "no_policy_change"
    STILL_OPEN = "still_open"
    NO_CONTACTS = "no_contacts"
    FEW_SAMPLES = "few_samples"
    NO_FEEDBACK = "no_feedback"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: points between ``low`` and ``high`` of ``most``; ``seen`` are the counts behind it."""

    code: str
    most: int
    low: Fraction
    high: Fraction
    seen: dict[str, int]
    why: Why | None = None

    @property
    def known(self) -> bool:
        """Say whether the part is one number."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Pull:
    """An article that is not fresh, and how much was asked of it."""

    article: Article
    state: Fresh


@dataclass(frozen=True, slots=True)
class Liveness:
    """The index with its parts, and the articles that pull it down most, by uses."""

    parts: tuple[Part, ...]
    pulls: tuple[Pull, ...]
    batch_days: tuple[date, ...]

    @property
    def low(self) -> Fraction:
        """Return the points if all that is not known were bad."""
        return sum((part.low for part in self.parts), Fraction(0))

    @property
    def high(self) -> Fraction:
        """Return the points if all that is not known were good."""
        return sum((part.high for part in self.parts), Fraction(0))


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, with the contacts handled in it and how many were linked to an article, where known."""

    first: date
    last: date
    contacts: int | None = None
    linked: int | None = None


def liveness(articles: Sequence[Article], period: Period, parameters: Parameters = PARAMETERS) -> Liveness:
    """Compute the index. Articles must be of different codes, and dates not later than the day of asking."""
    sure, possible = batch_days(articles, parameters)
    states = [_freshness(each, period.last, sure, possible) for each in articles]
    return Liveness(
        parts=(
            _fresh_part(articles, states, parameters),
            _lag_part(articles, period, parameters),
            _use_part(period, parameters),
            _correct_part(articles, parameters),
            _feedback_part(articles, period, parameters),
        ),
        pulls=_pulls(articles, states),
        batch_days=tuple(sorted(sure)),
    )


def batch_size(count: int, parameters: Parameters = PARAMETERS) -> int:
    """Return from how many articles touched on one day, of ``count`` in the list, a touch counts as a batch."""
    share = math.ceil(count * parameters.batch_percent / 100)
    return min(max(share, parameters.batch_least), parameters.batch_most)


def batch_days(articles: Sequence[Article], parameters: Parameters = PARAMETERS) -> tuple[set[date], set[date]]:
    """Return the days that are certainly batches, and those that would be if unknown contents were unchanged."""
    limit = batch_size(len(articles), parameters)
    empty: Counter[date] = Counter()
    unknown: Counter[date] = Counter()
    for article in articles:
        day, altered = _last_touch(article)
        if day and altered is not True:
            (unknown if altered is None else empty)[day] += 1
    sure = {day for day, count in empty.items() if count >= limit}
    return sure, {day for day in empty.keys() | unknown.keys() if empty[day] + unknown[day] >= limit}


def _last_touch(article: Article) -> tuple[date | None, bool | None]:
    """Return the day an article was last reviewed or changed, and whether that altered its content."""
    reviewed, changed = article.reviewed, article.changed
    if changed and (not reviewed or changed >= reviewed):
        return changed, article.content_changed
    return reviewed, False  # a review after the last change altered nothing


def _freshness(article: Article, last: date, sure: set[date], possible: set[date]) -> Fresh:
    if article.review_due is None:
        return Fresh.UNKNOWN
    if article.review_due < last:
        return Fresh.OVERDUE
    day, altered = _last_touch(article)
    if day is None or altered is True or day not in possible:
        return Fresh.FRESH
    return Fresh.TOUCHED if altered is False and day in sure else Fresh.UNKNOWN


def _unknown(code: str, most: int, why: Why, **seen: int) -> Part:
    return Part(code, most, Fraction(0), Fraction(most), seen, why)


def _fresh_part(articles: Sequence[Article], states: Sequence[Fresh], parameters: Parameters) -> Part:
    most = parameters.freshness
    if not articles:
        return _unknown("freshness", most, Why.NO_ARTICLES)
    counts = Counter(states)
    uses: Counter[Fresh] = Counter()
    for article, state in zip(articles, states, strict=True):
        uses[state] += article.uses or 0
    total = sum(uses.values())
    seen = {"articles": len(articles), **{state.value: counts[state] for state in Fresh}, "uses": total}
    if not total:
        return _unknown("freshness", most, Why.NO_USES, **seen)
    seen["uses_fresh"] = uses[Fresh.FRESH]
    low = Fraction(most * uses[Fresh.FRESH], total)
    high = Fraction(most * (uses[Fresh.FRESH] + uses[Fresh.UNKNOWN]), total)
    return Part("freshness", most, low, high, seen, Why.SOME_UNKNOWN if low < high else None)


def lag_points(days: int, parameters: Parameters = PARAMETERS) -> Fraction:
    """Return the points for a lag: all up to ``lag_full_days``, none from ``lag_none_days``, evenly in between."""
    span = parameters.lag_none_days - parameters.lag_full_days
    left = min(max(parameters.lag_none_days - days, 0), span)
    return Fraction(parameters.lag * left, span)


def percentile(values: Sequence[int], percent: int) -> int:
    """Return the smallest value that at least ``percent`` of the values do not exceed (nearest rank)."""
    rank = max(math.ceil(len(values) * percent / 100), 1)
    return sorted(values)[rank - 1]


def _lag_part(articles: Sequence[Article], period: Period, parameters: Parameters) -> Part:
    """Compare what was updated, and what still waits; a change updated before the period is history."""
    best, worst, waiting = [], [], 0
    for article in articles:
        if not article.policy_changed or article.policy_changed > period.last:
            continue
        applied = article.policy_applied
        if applied and applied < period.first:
            continue
        if applied:
            lag = (applied - article.policy_changed).days
            best.append(lag)
            worst.append(lag)
        else:
            waiting += 1
            best.append((period.last - article.policy_changed).days)
            worst.append(max(parameters.lag_none_days, best[-1]))
    if not best:
        return _unknown("lag", parameters.lag, Why.NO_POLICY_CHANGE)
    shortest, longest = (percentile(lags, parameters.lag_percentile) for lags in (best, worst))
    seen = {"changes": len(best), "waiting": waiting, "days": shortest, "days_most": longest}
    low, high = lag_points(longest, parameters), lag_points(shortest, parameters)
    return Part("lag", parameters.lag, low, high, seen, Why.STILL_OPEN if low < high else None)


def _use_part(period: Period, parameters: Parameters) -> Part:
    if not period.contacts or period.linked is None:
        return _unknown("use", parameters.use, Why.NO_CONTACTS)
    points = Fraction(parameters.use * min(period.linked, period.contacts), period.contacts)
    return Part("use", parameters.use, points, points, {"contacts": period.contacts, "linked": period.linked})


def _correct_part(articles: Sequence[Article], parameters: Parameters) -> Part:
    sampled = [article.correct for article in articles if article.correct is not None]
    seen = {"sampled": len(sampled), "correct": sum(sampled)}
    if len(sampled) < max(parameters.least_sampled, 1):
        return _unknown("correctness", parameters.correctness, Why.FEW_SAMPLES, **seen)
    points = Fraction(parameters.correctness * sum(sampled), len(sampled))
    return Part("correctness", parameters.correctness, points, points, seen)


def _feedback_part(articles: Sequence[Article], period: Period, parameters: Parameters) -> Part:
    in_time = late = pending = 0
    for article in articles:
        received, closed = article.feedback_received, article.feedback_closed
        if not received or not period.first <= received <= period.last:
            continue
        if closed and (closed - received).days <= parameters.feedback_days:
            in_time += 1
        elif not closed and (period.last - received).days <= parameters.feedback_days:
            pending += 1
        else:
            late += 1
    seen = {"in_time": in_time, "late": late, "pending": pending}
    if not in_time + late:
        return _unknown("feedback", parameters.feedback, Why.NO_FEEDBACK, **seen)
    points = Fraction(parameters.feedback * in_time, in_time + late)
    return Part("feedback", parameters.feedback, points, points, seen)


def _pulls(articles: Sequence[Article], states: Sequence[Fresh]) -> tuple[Pull, ...]:
    found = [Pull(article, state) for article, state in zip(articles, states, strict=True) if state != Fresh.FRESH]
    return tuple(sorted(found, key=lambda pull: (-(pull.article.uses or 0), pull.article.line))[:MOST_NAMED])

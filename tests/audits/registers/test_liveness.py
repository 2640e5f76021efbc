"""The index of living knowledge: each part by hand, what is not known, and batch touches."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.liveness import PARAMETERS, Article, Fresh, Part, Period, Why, batch_size, lag_points, liveness, percentile

FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
PERIOD = Period(FIRST, LAST)


def article(number: int, **fields: object) -> Article:
    return Article(line=number + 1, code=f"A{number}", **fields)  # type: ignore[arg-type]


def part(articles: list[Article], code: str, period: Period = PERIOD) -> Part:
    return next(each for each in liveness(articles, period).parts if each.code == code)


def span(found: Part) -> tuple[Fraction, Fraction]:
    return found.low, found.high


def test_nothing_given_is_not_known_and_never_nothing_or_full() -> None:
    found = liveness([article(1)], PERIOD)
    assert (found.low, found.high) == (0, 100)
    assert [each.why for each in found.parts] == [
        Why.NO_USES,
        Why.NO_POLICY_CHANGE,
        Why.NO_CONTACTS,
        Why.FEW_SAMPLES,
        Why.NO_FEEDBACK,
    ]
    assert sum(each.most for each in found.parts) == 100


def test_freshness_is_weighted_by_use() -> None:
    articles = [
        article(1, uses=90, review_due=LAST),  # due on the last day: not passed
        article(2, uses=10, review_due=LAST - timedelta(days=1)),
        article(3, uses=0, review_due=date(2020, 1, 1)),
    ]
    assert span(part(articles, "freshness")) == (Fraction(45, 2), Fraction(45, 2))
    pulls = liveness(articles, PERIOD).pulls
    assert [(pull.article.code, pull.state) for pull in pulls] == [("A2", Fresh.OVERDUE), ("A3", Fresh.OVERDUE)]


def test_article_without_a_review_date_makes_an_interval() -> None:
    articles = [article(1, uses=3, review_due=LAST), article(2, uses=1)]
    found = part(articles, "freshness")
    assert span(found) == (Fraction(75, 4), Fraction(25))
    assert found.why == Why.SOME_UNKNOWN


TOUCH = date(2026, 9, 15)


def touched(count: int, altered: bool | None, **fields: object) -> list[Article]:
    later = date(2027, 1, 1)
    return [
        article(number, uses=1, changed=TOUCH, content_changed=altered, review_due=later, **fields)
        for number in range(count)
    ]


def test_batch_touch_without_a_change_of_content_is_not_fresh() -> None:
    found = liveness(touched(20, altered=False), PERIOD)
    assert span(found.parts[0]) == (0, 0)
    assert found.batch_days == (TOUCH,)
    assert {pull.state for pull in found.pulls} == {Fresh.TOUCHED}


def test_batch_with_new_content_is_fresh() -> None:
    assert span(part(touched(20, altered=True), "freshness")) == (25, 25)


def test_batch_whose_content_nobody_knows_is_not_known() -> None:
    assert span(part(touched(20, altered=None), "freshness")) == (0, 25)


def test_batch_of_reviews_is_a_touch_however_often_content_changed_before() -> None:
    articles = touched(20, altered=True, reviewed=TOUCH + timedelta(days=1))
    assert span(part(articles, "freshness")) == (0, 0)


def test_few_reviews_a_day_are_work_and_no_batch() -> None:
    assert span(part(touched(4, altered=False), "freshness")) == (25, 25)


def test_the_real_change_within_a_batch_stays_fresh() -> None:
    articles = touched(20, altered=False)
    articles[0] = article(0, uses=1, changed=TOUCH, content_changed=True, review_due=date(2027, 1, 1))
    assert span(part(articles, "freshness")) == (Fraction(25, 20), Fraction(25, 20))


@pytest.mark.parametrize(("count", "size"), [(1, 5), (49, 5), (51, 6), (200, 20), (1000, 100), (100_000, 100)])
def test_size_of_a_batch(count: int, size: int) -> None:
    assert batch_size(count) == size


@pytest.mark.parametrize(("days", "points"), [(0, 20), (2, 20), (3, Fraction(135, 7)), (16, 10), (30, 0), (400, 0)])
def test_points_for_a_lag(days: int, points: Fraction) -> None:
    assert lag_points(days) == points


@pytest.mark.parametrize(
    ("values", "expected"), [([5], 5), (list(range(1, 11)), 9), (list(range(1, 12)), 10), ([1] * 9 + [99], 1)]
)
def test_percentile_is_the_nearest_rank(values: list[int], expected: int) -> None:
    assert percentile(values, 90) == expected


def changed(number: int, lag: int | None, on: date = date(2026, 8, 1)) -> Article:
    return article(number, policy_changed=on, policy_applied=on + timedelta(days=lag) if lag is not None else None)


def test_lag_is_the_ninth_of_ten() -> None:
    found = part([changed(number, number) for number in range(1, 11)], "lag")
    assert (found.seen["days"], span(found)) == (9, (15, 15))


def test_what_still_waits_may_wait_for_ever() -> None:
    found = part([changed(number, 2) for number in range(8)] + [changed(8, None), changed(9, None)], "lag")
    assert (found.seen["waiting"], found.seen["days"], found.low, found.why) == (2, 60, 0, None)
    recent = part([changed(number, 2) for number in range(8)] + [changed(n, None, LAST) for n in (8, 9)], "lag")
    assert (span(recent), recent.why) == ((0, 20), Why.STILL_OPEN)


def test_lag_of_another_period_is_history() -> None:
    assert part([changed(1, 3, date(2026, 1, 1))], "lag").why == Why.NO_POLICY_CHANGE
    assert part([changed(1, None, LAST + timedelta(days=1))], "lag").why == Why.NO_POLICY_CHANGE
    # Begun before the period and not yet done, it belongs to this one.
    assert part([changed(1, None, date(2026, 1, 1))], "lag").seen["waiting"] == 1


@pytest.mark.parametrize(
    ("contacts", "linked", "points"),
    [(1000, 800, 16), (1000, 0, 0), (None, None, None), (0, 0, None), (10, None, None)],
)
def test_use(contacts: int | None, linked: int | None, points: int | None) -> None:
    found = part([article(1)], "use", Period(FIRST, LAST, contacts, linked))
    assert span(found) == ((0, 20) if points is None else (points, points))


def test_correctness_needs_enough_samples() -> None:
    nine = [article(number, correct=True) for number in range(9)]
    assert span(part(nine, "correctness")) == (0, 20)
    assert span(part([*nine, article(9, correct=False)], "correctness")) == (18, 18)


def test_feedback_closed_in_time() -> None:
    day = date(2026, 9, 1)
    articles = [
        article(1, feedback_received=day, feedback_closed=day + timedelta(days=10)),
        article(2, feedback_received=day, feedback_closed=day + timedelta(days=11)),
        article(3, feedback_received=day),  # open for 29 days
        article(4, feedback_received=LAST - timedelta(days=3)),  # still has time
        article(5, feedback_received=date(2026, 6, 30)),  # another period
    ]
    found = part(articles, "feedback")
    assert found.seen == {"in_time": 1, "late": 2, "pending": 1}
    assert span(found) == (5, 5)


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))
ARTICLES = st.lists(
    st.builds(
        Article,
        line=st.just(2),
        code=st.just("A"),
        uses=st.none() | st.integers(0, 1000),
        changed=DAYS,
        content_changed=st.none() | st.booleans(),
        reviewed=DAYS,
        review_due=DAYS,
        policy_changed=DAYS,
        correct=st.none() | st.booleans(),
        feedback_received=DAYS,
    ),
    max_size=30,
)


@given(ARTICLES)
def test_every_part_lies_within_its_points(articles: list[Article]) -> None:
    found = liveness(articles, PERIOD)
    assert all(0 <= each.low <= each.high <= each.most for each in found.parts)
    assert all(each.known or each.why for each in found.parts)
    assert len(found.pulls) <= len(articles)


@given(ARTICLES)
def test_knowing_more_never_widens_the_interval(articles: list[Article]) -> None:
    def told(altered: bool) -> Part:
        known = [
            Article(
                **{name: getattr(each, name) for name in Article.__slots__ if name != "content_changed"},
                content_changed=altered if each.content_changed is None else each.content_changed,
            )
            for each in articles
        ]
        return part(known, "freshness")

    open_part = part(articles, "freshness")
    for altered in (True, False):
        assert open_part.low <= told(altered).low
        assert told(altered).high <= open_part.high


def test_the_parts_of_the_parameters_make_a_hundred() -> None:
    chosen = (PARAMETERS.freshness, PARAMETERS.lag, PARAMETERS.use, PARAMETERS.correctness, PARAMETERS.feedback)
    assert chosen == (25, 20, 20, 20, 15)

"""Who gets which award: places in category, division and among all, gates, and awards beside others."""

from __future__ import annotations

from decimal import Decimal

from awards.honours import Standing, awards_document, honours, honours_again
from awards.scheme import AwardSpec

FIVE = Decimal(5)


def award(code: str, rank: int | None = 1, least: str | None = None, **fields) -> AwardSpec:
    return AwardSpec(code, {"en": code}, rank, None if least is None else Decimal(least), **fields)


STANDINGS = [
    Standing("a", "firm", "banking", 1, Decimal("4.6")),
    Standing("b", "firm", "banking", 2, Decimal("4.1")),
    Standing("c", "firm", "energy", 3, Decimal("3.9")),
    Standing("d", "centre", "", 1, Decimal("4.6")),
    Standing("e", "centre", "", None, None),
]


def given(*awards: AwardSpec, passed=None) -> set[tuple[str, str, int | None]]:
    return {(each.entry, each.award, each.place) for each in honours(awards, STANDINGS, passed or {})}


def test_a_division_has_a_best_of_its_own() -> None:
    assert given(award("industry", of="division", categories=("firm",))) == {("a", "industry", 1), ("c", "industry", 1)}


def test_the_best_of_all_may_be_several_and_only_above_the_least() -> None:
    assert given(award("gold", of="all", least="4.5")) == {("a", "gold", 1), ("d", "gold", 1)}
    assert given(award("gold", of="all", least="4.7")) == set()


def test_of_awards_that_are_not_beside_others_an_entry_gets_the_first() -> None:
    best, good = award("best"), award("good", None, "4")
    assert given(best, good) == {("a", "best", 1), ("d", "best", 1), ("b", "good", 2)}
    gold = award("gold", of="all", beside=True)
    assert ("a", "best", 1) in given(gold, best)
    assert ("a", "gold", 1) in given(gold, best)


def test_who_passed_a_gate_gets_its_award_whatever_came_after() -> None:
    top = award("top", None, gate="first", beside=True)
    assert given(top, passed={"first": ["a", "e"]}) == {("a", "top", None), ("e", "top", None)}
    assert given(top) == set()


def test_winners_follow_from_frozen_results_alone() -> None:
    awards = [award("best"), award("top", None, gate="first", beside=True)]
    document = {
        "awards": awards_document(awards),
        "entries": [{"code": code, "category": "firm", "division": ""} for code in "ab"],
        "stages": [
            {"code": "first", "passed": ["a", "b"], "outcome": []},
            {
                "code": "last",
                "passed": [],
                "outcome": [{"places": [{"entry": "b", "place": 1, "score": "4.5"}]}],
            },
        ],
    }
    assert [(each["entry"], each["award"], each["place"]) for each in honours_again(document)] == [
        ("b", "best", 1),
        ("a", "top", None),
        ("b", "top", None),
    ]

"""The ladder for ties, and the chair's word."""

from __future__ import annotations

from fractions import Fraction

import pytest

from awards.panel import CLEAR_WINNER, DELIBERATE, JOINT, NO_ORDER, Deliberation, rank, verdict


def fractions(given: dict[str, float]) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in given.items()}


def test_unrounded_scores_decide_first() -> None:
    found = rank({"A": Fraction(2, 3), "B": Fraction(6667, 10000), "C": Fraction(1, 3) + Fraction(1, 3)})
    assert found.of() == {"B": 1, "A": 2, "C": 2}
    assert [rung.rung for rung in found.trace] == ["score", "joint"]


def test_rungs_follow_one_another_and_leave_a_trace() -> None:
    scores = fractions({"A": 8, "B": 8, "C": 8, "D": 8, "E": 9})
    criterion = fractions({"A": 5, "B": 4, "C": 4, "D": 4, "E": 1})
    judges = {
        "J1": fractions({"B": 3, "C": 2, "D": 2}),
        "J2": fractions({"B": 4, "C": 1, "D": 1}),
        "J3": fractions({"B": 1, "C": 1, "D": 1}),
    }
    deliberation = Deliberation((("D",), ("C",)), "Its evidence is newer.")
    found = rank(scores, criterion=criterion, judges=judges, deliberations=[deliberation])
    assert [place.entrants for place in found.places] == [("E",), ("A",), ("B",), ("D",), ("C",)]
    assert [(rung.rung, rung.group, rung.became) for rung in found.trace] == [
        ("score", ("A", "B", "C", "D"), (("A", "B", "C", "D"),)),
        ("criterion", ("A", "B", "C", "D"), (("A",), ("B", "C", "D"))),
        ("majority", ("B", "C", "D"), (("B",), ("C", "D"))),
        ("deliberation", ("C", "D"), (("D",), ("C",))),
    ]
    assert found.trace[2].facts["pairs"] == [["B", "C", 2, 0, 1], ["B", "D", 2, 0, 1], ["C", "D", 0, 0, 3]]
    assert found.trace[3].facts == {"reason": "Its evidence is newer."}


def test_a_circle_of_majorities_stays_equal() -> None:
    judges = {
        "J1": fractions({"A": 3, "B": 2, "C": 1}),
        "J2": fractions({"B": 3, "C": 2, "A": 1}),
        "J3": fractions({"C": 3, "A": 2, "B": 1}),
    }
    found = rank(fractions(dict.fromkeys("ABC", 2)), judges=judges)
    assert [place.entrants for place in found.places] == [("A", "B", "C")]


def test_a_deliberation_about_others_does_not_count() -> None:
    found = rank(fractions({"A": 1, "B": 1}), deliberations=[Deliberation((("B",), ("A",), ("C",)), "…")])
    assert found.of() == {"A": 1, "B": 1}


@pytest.mark.parametrize(
    ("scores", "intervals", "word", "because"),
    [
        ({"A": 3, "B": 2}, {"A": (1, 1), "B": (2, 2)}, CLEAR_WINNER, "separated"),
        ({"A": 3, "B": 2, "C": 1}, {"A": (1, 2), "B": (1, 3), "C": (2, 3)}, DELIBERATE, "overlapping"),
        ({"A": 3, "B": 2}, {"A": (1, 2), "B": (1, 2)}, NO_ORDER, "nothing_separated"),
        ({"A": 3, "B": 2}, {"A": (2, 2), "B": (1, 1)}, DELIBERATE, "overlapping"),
        ({"A": 3, "B": 3}, {"A": (1, 2), "B": (1, 2)}, JOINT, "equal_after_ladder"),
        ({"A": 3, "B": 2}, None, DELIBERATE, "no_intervals"),
    ],
)
def test_the_chairs_word(scores, intervals, word, because) -> None:
    found = verdict(rank(fractions(scores)), intervals)
    assert (found.word, found.because) == (word, because)

"""The table of a practice's life, and what judgements come to: pure."""

from __future__ import annotations

import itertools

import pytest

from standards.judging import NEEDED, QUESTIONS, STEPS, Situation, outcome, refusals
from standards.practice_words import DONE, REFUSALS
from standards.practice_words import QUESTIONS as QUESTION_WORDS
from standards.practice_words import STEPS as STEP_WORDS
from standards.practices import PracticeStatus

YES = dict.fromkeys(QUESTIONS, True)
FINE = Situation(actor=1, proposer=2, entitled=True, revision=3, seen=3, asked_at=2, reason="Because.")


def no(*questions: str) -> dict[str, bool]:
    return {**YES, **dict.fromkeys(questions, False)}


def test_the_table_leads_only_where_it_says() -> None:
    moves = {(source, step.name, step.target) for step in STEPS.values() for source in step.sources}
    assert moves == {
        ("proposed", "judge", "proposed"),
        ("proposed", "accept", "accepted"),
        ("proposed", "decline", "declined"),
        ("proposed", "ask", "more_evidence"),
        ("more_evidence", "answer", "proposed"),
        ("proposed", "withdraw", "withdrawn"),
        ("more_evidence", "withdraw", "withdrawn"),
        ("accepted", "withdraw", "withdrawn"),
        ("accepted", "adopt", "adopted"),
        ("adopted", "adopt", "adopted"),
    }


def test_the_table_knows_the_statuses_of_the_rows() -> None:
    named = {status for step in STEPS.values() for status in (*step.sources, step.target)}
    assert named == set(PracticeStatus.values)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("status", PracticeStatus.values)
def test_a_step_is_refused_from_every_other_status(name: str, status: str) -> None:
    expected = () if status in STEPS[name].sources else ("wrong_status",)
    assert refusals(name, status=status, situation=FINE) == expected


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"entitled": False}, "no_right"),
        ({"proposer": 1}, "proposed_it"),
        ({"of_origin": True}, "own_organisation"),
        ({"judged": True}, "judged_already"),
        ({"seen": 2}, "other_content"),
    ],
)
def test_judging_is_refused_with_its_reason(change: dict[str, object], code: str) -> None:
    situation = Situation(**{**FINE.__dict__, **change})
    assert refusals("judge", status="proposed", situation=situation) == (code,)


def test_asking_needs_a_reason_and_answering_something_new() -> None:
    assert refusals("ask", status="proposed", situation=Situation(actor=1, entitled=True, reason=" ")) == ("no_reason",)
    assert refusals("answer", status="more_evidence", situation=Situation(actor=1, revision=2, asked_at=2)) == (
        "nothing_new",
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], ""),
        ([YES], ""),
        ([no("proven")], ""),
        ([YES, YES], "accept"),
        ([no("proven"), no("proven", "effective")], "decline"),
        ([YES, no("proven")], ""),
        ([no("innovative"), no("proven")], ""),
        ([YES, no("proven"), YES], "accept"),
        ([YES, no("proven"), no("proven")], "decline"),
        ([YES, no("innovative"), no("proven")], "ask"),
        ([no("effective"), no("innovative"), no("proven")], "ask"),
    ],
)
def test_what_judgements_come_to(answers: list[dict[str, bool]], expected: str) -> None:
    assert outcome(answers) == expected


def test_accepted_only_when_two_say_yes_to_everything_in_whatever_order() -> None:
    every = [dict(zip(QUESTIONS, bits, strict=True)) for bits in itertools.product((True, False), repeat=3)]
    for count in (1, 2, 3):
        for answers in itertools.product(every, repeat=count):
            found = outcome(answers)
            assert (found == "accept") == (sum(given == YES for given in answers) >= NEEDED)
            assert all(outcome(order) == found for order in itertools.permutations(answers))
            assert found or count < 3


def test_there_are_words_for_everything() -> None:
    assert set(QUESTION_WORDS) == set(QUESTIONS)
    assert set(STEP_WORDS) == {step.name for step in STEPS.values() if step.offered}
    assert {step.name for step in STEPS.values()} - {"judge"} <= set(DONE)
    codes = {"wrong_status", "no_right", "proposed_it", "own_organisation", "judged_already", "other_content"}
    assert codes | {"nothing_new", "no_reason"} <= set(REFUSALS)
    assert all(STEP_WORDS[step.name].needs_reason == (step.name != "answer") for step in STEPS.values() if step.offered)

"""Two people, any order of saves, any revision: what was acknowledged is stored or was knowingly replaced."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.models import Answer
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import StaleRevisionError
from ledger.models import Entry
from tests.factories import AT, make_audit

pytestmark = pytest.mark.django_db

CONTENTS = st.builds(AnswerInput, level=st.none() | st.integers(0, 5), note=st.sampled_from(["", "a", "b"]))
SAVES = st.tuples(
    st.integers(0, 1),  # who
    st.integers(0, 1),  # which of two answers
    CONTENTS,
    st.booleans(),  # reads again first, or goes on from what was seen last
)


class Person:
    """Somebody with a sheet open: for each answer the revision that was last shown to them."""

    def __init__(self, user: Any, answers: list[Answer]) -> None:
        """Open the sheet."""
        self.user = user
        self.seen = {answer.pk: answer.revision for answer in answers}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=st.lists(SAVES, min_size=1, max_size=20))
def test_no_acknowledged_save_is_lost(db: None, saves: list[tuple[int, int, AnswerInput, bool]]) -> None:
    audit = make_audit()
    answers = list(audit.answers.all()[:2])
    people = [Person(member.user, answers) for member in audit.team.all()]
    model: dict[int, list[AnswerInput]] = {answer.pk: [AnswerInput()] for answer in answers}
    for who, which, content, reads_again in saves:
        person, pk = people[who], answers[which].pk
        history = model[pk]
        if reads_again:
            person.seen[pk] = len(history) - 1
        try:
            saved = answer_save(answer_id=pk, content=content, revision=person.seen[pk], by=person.user, at=AT)
        except StaleRevisionError as error:
            # refused only where the person had not seen the newest, and wanted something else
            assert person.seen[pk] != len(history) - 1
            assert content != history[-1]
            told = error.current.revision
        else:
            told = saved.revision
            # replaced only what the person had seen, or saved what is there already
            assert person.seen[pk] == len(history) - 1 or content == history[-1]
            if content != history[-1]:
                history.append(content)
            person.seen[pk] = saved.revision
        assert told == len(history) - 1
        assert stored(pk) == (history[-1], len(history) - 1)
    for answer in answers:
        assert in_ledger(audit.pk, answer) == model[answer.pk][1:]


def stored(pk: int) -> tuple[AnswerInput, int]:
    answer = Answer.objects.get(pk=pk)
    return AnswerInput(level=answer.level, na_reason=answer.na_reason, note=answer.note), answer.revision


def in_ledger(audit: int, answer: Answer) -> list[AnswerInput]:
    """Return all contents that the ledger knows for one answer, in order, with revisions that run on."""
    entries = Entry.objects.filter(subject=f"audit:{audit}", action="answer.saved").order_by("sequence")
    payloads = [json.loads(entry.content)["payload"] for entry in entries]
    mine = [payload for payload in payloads if payload["criterion"] == answer.criterion.code]
    assert [payload["revision"] for payload in mine] == list(range(1, len(mine) + 1))
    return [AnswerInput(level=each["level"], na_reason=each["na_reason"], note=each["note"]) for each in mine]

"""Saving answers: nothing lost, nothing overwritten, everything in the ledger."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import InvalidAnswerError, NotEditableError, StaleRevisionError
from ledger.models import Entry
from tests.factories import AT, leader_of, make_audit, make_edition, submit

pytestmark = pytest.mark.django_db


def test_answer_is_stored_with_who_and_when_and_a_new_revision() -> None:
    audit = make_audit()
    leader, answer = leader_of(audit), audit.answers.first()
    saved = answer_save(answer_id=answer.pk, content=AnswerInput(level=3, note="seen"), revision=0, by=leader, at=AT)
    answer.refresh_from_db()
    assert (answer.level, answer.note, answer.revision, answer.answered_by, answer.answered_at) == (
        3,
        "seen",
        1,
        leader,
        AT,
    )
    assert saved.revision == 1


def test_save_is_in_the_ledger_with_its_content() -> None:
    audit = make_audit()
    answer = audit.answers.first()
    answer_save(answer_id=answer.pk, content=AnswerInput(level=3, note="见过"), revision=0, by=leader_of(audit), at=AT)
    entry = Entry.objects.last()
    assert (entry.action, entry.subject) == ("answer.saved", f"audit:{audit.pk}")
    assert json.loads(entry.content)["payload"] == {
        "criterion": "A1.1",
        "level": 3,
        "na_reason": "",
        "note": "见过",
        "revision": 1,
    }


def test_second_person_on_an_old_revision_is_told_and_nothing_is_overwritten() -> None:
    audit = make_audit()
    first, second = (member.user for member in audit.team.all())
    answer = audit.answers.first()
    answer_save(answer_id=answer.pk, content=AnswerInput(level=3, note="first"), revision=0, by=first, at=AT)
    with pytest.raises(StaleRevisionError) as caught:
        answer_save(answer_id=answer.pk, content=AnswerInput(level=4, note="second"), revision=0, by=second, at=AT)
    assert (caught.value.current.level, caught.value.current.note) == (3, "first")
    answer.refresh_from_db()
    assert (answer.level, answer.note, answer.revision) == (3, "first", 1)


def test_same_content_sent_again_is_no_conflict_and_writes_nothing() -> None:
    audit = make_audit()
    answer, content = audit.answers.first(), AnswerInput(level=3)
    for _ in range(2):
        saved = answer_save(answer_id=answer.pk, content=content, revision=0, by=leader_of(audit), at=AT)
    assert saved.revision == 1
    assert Entry.objects.filter(action="answer.saved").count() == 1


@pytest.mark.parametrize("level", [-1, 6, 99])
def test_level_outside_the_scale_is_refused(level: int) -> None:
    audit = make_audit()
    with pytest.raises(InvalidAnswerError, match="bad_level"):
        answer_save(
            answer_id=audit.answers.first().pk,
            content=AnswerInput(level=level),
            revision=0,
            by=leader_of(audit),
            at=AT,
        )


def test_not_applicable_is_taken_only_where_the_edition_allows_it() -> None:
    audit = make_audit()
    first, last = audit.answers.first(), audit.answers.last()
    content, leader = AnswerInput(na_reason="No such channel."), leader_of(audit)
    with pytest.raises(InvalidAnswerError, match="na_not_allowed"):
        answer_save(answer_id=first.pk, content=content, revision=0, by=leader, at=AT)
    assert answer_save(answer_id=last.pk, content=content, revision=0, by=leader, at=AT).na_reason


@pytest.mark.parametrize("note", ["a\x00b", "x" * 20_001])
def test_text_that_cannot_be_stored_is_refused(note: str) -> None:
    audit = make_audit()
    with pytest.raises(InvalidAnswerError, match="bad_text"):
        answer_save(
            answer_id=audit.answers.first().pk, content=AnswerInput(note=note), revision=0, by=leader_of(audit), at=AT
        )


def test_right_to_left_emoji_and_rare_characters_survive() -> None:
    audit = make_audit()
    answer, note = audit.answers.first(), "שלום مرحبا 👩‍💻 𠮷 = + - @"
    answer_save(answer_id=answer.pk, content=AnswerInput(note=note), revision=0, by=leader_of(audit), at=AT)
    answer.refresh_from_db()
    assert answer.note == note


def test_planned_audit_takes_no_answer() -> None:
    audit = make_audit(started=False)
    with pytest.raises(NotEditableError):
        answer_save(
            answer_id=audit.answers.first().pk, content=AnswerInput(level=3), revision=0, by=leader_of(audit), at=AT
        )


def test_submitted_audit_takes_no_answer() -> None:
    audit = make_audit()
    leader = leader_of(audit)
    for answer in audit.answers.all():
        answer_save(answer_id=answer.pk, content=AnswerInput(level=4), revision=0, by=leader, at=AT)
    submit(audit)
    with pytest.raises(NotEditableError):
        answer_save(answer_id=answer.pk, content=AnswerInput(level=5), revision=1, by=leader, at=AT)
    answer.refresh_from_db()
    assert answer.level == 4


def test_ledger_refusing_means_the_answer_is_not_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = make_audit()
    answer = audit.answers.first()

    def refuse(**_fields: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("audits.services.answers.ledger_append", refuse)
    with pytest.raises(OSError, match="disk full"):
        answer_save(answer_id=answer.pk, content=AnswerInput(level=3), revision=0, by=leader_of(audit), at=AT)
    answer.refresh_from_db()
    assert (answer.level, answer.revision) == (None, 0)


def test_save_costs_the_same_queries_in_a_large_audit() -> None:
    counts = []
    for per_block in (2, 20):
        audit = make_audit(edition=make_edition(per_block))
        answer, leader = audit.answers.first(), leader_of(audit)
        with CaptureQueriesContext(connection) as queries:
            answer_save(answer_id=answer.pk, content=AnswerInput(level=3), revision=0, by=leader, at=AT)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10

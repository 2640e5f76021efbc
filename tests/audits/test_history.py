"""Every save of an answer is kept, and shown with the words that changed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.answering import AnswerRevision
from audits.selectors.history import history_of
from audits.services.answers import AnswerInput, answer_save
from tests.factories import AT, leader_of, make_audit

if TYPE_CHECKING:
    from django.test import Client

    from audits.models import Answer

pytestmark = pytest.mark.django_db


def saved(contents: list[AnswerInput]) -> Answer:
    """Save the contents one after the other on one answer."""
    audit = make_audit()
    answer = audit.answers.first()
    for revision, content in enumerate(contents):
        answer_save(answer_id=answer.pk, content=content, revision=revision, by=leader_of(audit), at=AT)
    answer.refresh_from_db()
    return answer


def test_every_save_is_a_row_with_its_content() -> None:
    answer = saved(
        [AnswerInput(level=2, note="one"), AnswerInput(level=3, note="one two"), AnswerInput(note="one two")]
    )
    rows = AnswerRevision.objects.filter(answer=answer).values_list("revision", "level", "note")
    assert list(rows) == [(1, 2, "one"), (2, 3, "one two"), (3, None, "one two")]


def test_the_same_content_again_makes_no_row() -> None:
    answer = saved([AnswerInput(level=2), AnswerInput(level=2)])
    assert answer.revisions.count() == 1


def test_history_shows_the_latest_first_with_the_words_that_changed() -> None:
    answer = saved([AnswerInput(level=2, note="five days"), AnswerInput(level=2, note="three days")])
    last, first = history_of(answer, with_marks=True)
    assert [(piece.kind, piece.text) for piece in last.saved.note] == [
        ("removed", "five"),
        ("added", "three"),
        ("same", " days"),
    ]
    assert (last.saved.moved, first.saved.moved) == (False, True)


def test_two_very_long_notes_are_shown_whole_and_not_compared_word_by_word() -> None:
    answer = saved([AnswerInput(note="a " * 9_000), AnswerInput(note="b " * 9_000)])
    last, _first = history_of(answer, with_marks=False)
    assert [piece.kind for piece in last.saved.note] == ["removed", "added"]


def test_drawer_costs_the_same_for_one_and_for_many_saves(client: Client) -> None:
    answer = saved([AnswerInput(level=1, note="<i>1</i>")])
    leader = leader_of(answer.audit)
    client.force_login(leader)
    url, counts = reverse("audits:answer_panel", args=[answer.pk]), []
    for revision in range(1, 4):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url).content.decode()
        counts.append(len(captured))
        assert "<i>1</i>" not in page
        content = AnswerInput(level=revision, note=f"{revision} <i>1</i>")
        answer_save(answer_id=answer.pk, content=content, revision=revision, by=leader, at=AT)
    assert len(set(counts)) == 1


def test_history_begins_with_what_was_stored_before_there_was_any() -> None:
    answer = saved([AnswerInput(level=2), AnswerInput(level=3, note="kept")])
    AnswerRevision.objects.all().delete()
    importlib.import_module("audits.migrations.0008_answering").present_state(apps, None)
    row = AnswerRevision.objects.get()
    assert (row.answer, row.revision, row.level, row.note, row.by) == (answer, 2, 3, "kept", answer.answered_by)

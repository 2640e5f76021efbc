"""Comments on a criterion: who is meant by an @, who is told, who sees them, and what a thread can become."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import Membership, Notice, Role
from audits.mentions import mentioned, pieces
from audits.models import Audit
from audits.selectors.talk import insiders, threads_of
from audits.services.talk import CommentError, comment_post, comment_settle, comment_take_back
from audits.talk import AnswerComment
from ledger.models import Entry
from tests.audits.scenes import Scene, make_people
from tests.factories import AT, make_audit, make_edition

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

NAMES = ("Ann", "Ann Lee", "王明", "王明哲", "Ben O'Hara")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ann Lee, look", ["Ann Lee"]),
        ("@Anna and ann@Ann Lee.org", []),
        ("@Ann's view; (@Ann)", ["Ann"]),
        ("请@王明哲看一下@王明，谢谢", ["王明哲", "王明"]),
        ("@王明请看", ["王明"]),
        ("＠Ben O'Hara @Ben", ["Ben O'Hara"]),
        ("@", []),
    ],
)
def test_an_at_means_the_longest_name_that_is_known(text: str, found: list[str]) -> None:
    assert mentioned(text, NAMES) == found
    assert "".join(piece.text for piece in pieces(text, NAMES)) == text


@pytest.fixture
def scene() -> Scene:
    audit = make_audit(edition=make_edition(2))
    return Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())


def say(scene: Scene, text: str, who: str = "leader", under: AnswerComment | None = None) -> AnswerComment:
    return comment_post(
        answer_id=scene.answer.pk, text=text, under_id=under.pk if under else None, by=scene.people[who], at=AT
    )


@pytest.mark.django_db
def test_inside_are_team_planners_reviewers_and_deciders_and_nobody_of_the_auditee(scene: Scene) -> None:
    Membership.objects.create(user=scene.people["observer"], organisation=scene.audit.auditee, role=Role.VIEWER)
    inside = set(insiders(scene.audit))
    names = ("administrator", "audit_manager", "decision_maker", "leader", "auditor", "reviewer")
    assert {scene.people[name] for name in names} <= inside
    assert not inside & {scene.people[name] for name in ("observer", "centre_manager", "viewer", "outsider")}


@pytest.mark.django_db(transaction=True)
def test_who_is_mentioned_is_told_in_the_page_and_by_mail_and_nobody_outside(
    scene: Scene, mailoutbox: list[EmailMessage]
) -> None:
    told, outside = scene.people["decision_maker"], scene.people["centre_manager"]
    first = say(scene, f"@{told.name} @{outside.name} @{scene.people['leader'].name}: is it met?")
    assert [notice.to for notice in Notice.objects.all()] == [told]
    assert scene.audit.reference in str(Notice.objects.get())
    assert [mail.to for mail in mailoutbox] == [[told.email]]
    assert set(first.mentioned.all()) == {scene.people["leader"], told}
    say(scene, "It is.", "decision_maker", first)
    assert Notice.objects.filter(kind="audits.reply").get().to == scene.people["leader"]


@pytest.mark.django_db
def test_a_thread_is_answered_settled_and_open_again_when_somebody_answers(scene: Scene) -> None:
    first = say(scene, "Which wall?")
    reply = say(scene, "The north one.", "auditor", first)
    assert say(scene, "Thanks.", "leader", reply).under == first
    comment_settle(comment_id=first.pk, settled=True, by=scene.people["auditor"], at=AT)
    before = Entry.objects.count()
    comment_settle(comment_id=first.pk, settled=True, by=scene.people["leader"], at=AT)
    assert Entry.objects.count() == before
    (thread,) = threads_of(scene.answer, user=scene.people["leader"], at=AT)
    assert (thread.settled, len(thread.replies)) == (True, 2)
    say(scene, "Or not?", "auditor", first)
    assert not threads_of(scene.answer, user=scene.people["leader"], at=AT)[0].settled


@pytest.mark.django_db
def test_taken_back_words_go_from_the_page_and_stay_in_the_ledger(scene: Scene) -> None:
    first = say(scene, "Too hasty.")
    with pytest.raises(CommentError, match="not_yours"):
        comment_take_back(comment_id=first.pk, by=scene.people["auditor"], at=AT)
    comment_take_back(comment_id=first.pk, by=scene.people["leader"], at=AT)
    assert threads_of(scene.answer, user=scene.people["leader"], at=AT) == []
    payload = json.loads(Entry.objects.get(action="comment.posted").content)["payload"]
    assert (payload["text"], Entry.objects.latest("sequence").action) == ("Too hasty.", "comment.taken_back")
    answered = say(scene, "Stands.")
    say(scene, "Yes.", "auditor", answered)
    late = say(scene, "Late.")
    for comment, at in ((answered, AT), (late, AT + timedelta(days=1, seconds=1))):
        with pytest.raises(CommentError, match="too_late"):
            comment_take_back(comment_id=comment.pk, by=scene.people["leader"], at=at)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["  ", "x" * 10_001, "a\x00b"])
def test_bad_text_is_refused_and_stands_in_the_form(client: Client, scene: Scene, text: str) -> None:
    client.force_login(scene.people["leader"])
    response = client.post(reverse("audits:comment_add", args=[scene.answer.pk]), {"text": text})
    assert response.status_code == 422
    assert b'role="alert"' in response.content
    assert not AnswerComment.objects.exists()


@pytest.mark.django_db
def test_sent_again_under_its_key_it_is_said_once_and_an_answer_to_nothing_is_refused(
    client: Client, scene: Scene
) -> None:
    client.force_login(scene.people["auditor"])
    url, key = reverse("audits:comment_add", args=[scene.answer.pk]), str(uuid.uuid4())
    sent = [client.post(url, {"text": "Seen?"}, headers={"Idempotency-Key": key}).status_code for _ in range(2)]
    assert (sent, AnswerComment.objects.count()) == ([200, 204], 1)
    for under in ("999999", "x", "9" * 40):
        assert client.post(url, {"text": "To whom?", "under": under}).status_code == 422
    Audit.objects.filter(pk=scene.audit.pk).update(status="closed")
    assert client.post(url, {"text": "Too late."}).status_code == 409


@pytest.mark.django_db
def test_the_panel_shows_them_inside_only_and_in_a_constant_number_of_queries(
    client: Client, scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = say(scene, f"<b>@{scene.people['auditor'].name}</b>")
    panel = reverse("audits:answer_panel", args=[scene.answer.pk])
    client.force_login(scene.people["auditor"])
    shown = client.get(panel).content.decode()
    assert f'&lt;b&gt;<span class="ts-mention">@{scene.people["auditor"].name}</span>' in shown
    with django_assert_num_queries(2):
        threads_of(scene.answer, user=scene.people["leader"], at=AT)
    for number in range(4):
        say(scene, f"More {number}.", "auditor", first)
        say(scene, f"Other {number}.")
    with django_assert_num_queries(2):
        threads_of(scene.answer, user=scene.people["leader"], at=AT)
    client.force_login(scene.people["centre_manager"])
    assert b'data-section="comments"' not in client.get(panel).content

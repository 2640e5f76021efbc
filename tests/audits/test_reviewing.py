"""Marks of the technical review: who may, how long they hold, what the team sees and says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from audits.answering import AnswerReview, ReviewMark
from audits.selectors.reviewing import standing, with_reviews
from audits.selectors.situation import situation_of
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import NotEditableError, ReviewRefusedError
from audits.services.reviewing import answer_acknowledge, answer_review
from audits.workflow import refusals
from ledger.models import Entry
from tests.audits.scenes import Scene, make_scene
from tests.factories import AT

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene("technical_review")


def mark(scene: Scene, kind: str, reason: str = "", *, who: str = "reviewer", revision: int = 1) -> AnswerReview:
    return answer_review(
        answer_id=scene.answer.pk,
        mark=ReviewMark(kind),
        reason=reason,
        revision=revision,
        by=scene.people[who],
        at=AT,
    )


def holding(scene: Scene) -> str | None:
    """Return the mark that the sheet shows."""
    scene.answer.refresh_from_db()
    (answer,) = with_reviews([scene.answer])
    return answer.review.mark if answer.review else None


def test_reviewed_holds_and_is_in_the_ledger(scene: Scene) -> None:
    mark(scene, "reviewed")
    assert holding(scene) == "reviewed"
    assert Entry.objects.last().action == "answer.reviewed"


def test_the_same_mark_again_writes_nothing(scene: Scene) -> None:
    assert mark(scene, "reviewed").pk == mark(scene, "reviewed").pk
    assert AnswerReview.objects.count() == 1


def test_nothing_is_approved_while_an_answer_is_returned(scene: Scene) -> None:
    wanted = {"by": scene.people["reviewer"], "reason": "Complete."}
    assert situation_of(scene.audit, **wanted).returned == 0
    mark(scene, "returned", "Which calls?")
    returned = situation_of(scene.audit, **wanted)
    assert returned.returned == 1
    assert "answers_returned" in refusals("approve", status=scene.audit.status, situation=returned)
    mark(scene, "cleared")
    assert situation_of(scene.audit, **wanted).returned == 0


def test_a_mark_can_be_taken_back(scene: Scene) -> None:
    mark(scene, "returned", "Which calls?")
    mark(scene, "cleared")
    assert holding(scene) is None


@pytest.mark.parametrize(("kind", "reason", "code"), [
    ("returned", "  ", "no_reason"),
    ("returned", "a\x00b", "bad_text"),
    ("returned", "x" * 20_001, "bad_text"),
    ("acknowledged", "Mine.", "bad_mark"),
])  # fmt: skip
def test_what_is_no_mark_is_refused(scene: Scene, kind: str, reason: str, code: str) -> None:
    with pytest.raises(ReviewRefusedError, match=code):
        mark(scene, kind, reason)
    assert not AnswerReview.objects.exists()


def test_nobody_of_the_team_reviews(scene: Scene) -> None:
    with pytest.raises(ReviewRefusedError, match="actor_on_team"):
        mark(scene, "reviewed", who="leader")


def test_nobody_of_the_audited_organisation_reviews(scene: Scene) -> None:
    with pytest.raises(ReviewRefusedError, match="actor_audited"):
        mark(scene, "reviewed", who="centre_manager")


def test_a_mark_on_another_revision_than_the_stored_is_refused(scene: Scene) -> None:
    with pytest.raises(ReviewRefusedError, match="answered_meanwhile"):
        mark(scene, "reviewed", revision=7)


def test_marks_are_made_in_technical_review_only() -> None:
    with pytest.raises(NotEditableError):
        mark(make_scene("fieldwork"), "reviewed")


def back_in_fieldwork(scene: Scene) -> None:
    mark(scene, "returned", "Which calls were heard?")
    scene.step("return", "reviewer", "One criterion.")


def test_returned_holds_until_it_is_answered_anew(scene: Scene) -> None:
    back_in_fieldwork(scene)
    assert holding(scene) == "returned"
    content = AnswerInput(level=4, note="Calls 3 and 7.")
    answer_save(answer_id=scene.answer.pk, content=content, revision=1, by=scene.people["auditor"], at=AT)
    assert holding(scene) is None


def test_team_may_let_a_returned_answer_stand_and_must_say_why(scene: Scene) -> None:
    back_in_fieldwork(scene)
    with pytest.raises(ReviewRefusedError, match="no_reason"):
        answer_acknowledge(answer_id=scene.answer.pk, reason=" ", by=scene.people["auditor"], at=AT)
    answer_acknowledge(answer_id=scene.answer.pk, reason="They are in E-2.", by=scene.people["auditor"], at=AT)
    assert holding(scene) is None
    with pytest.raises(ReviewRefusedError, match="not_returned"):
        answer_acknowledge(answer_id=scene.answer.pk, reason="Again.", by=scene.people["auditor"], at=AT)


def test_no_mark_is_no_standing_mark(scene: Scene) -> None:
    assert standing(None, scene.answer) is None


# --- pages ----------------------------------------------------------------------------------------------------------


def page(client: Client, scene: Scene, who: str, show: str = "") -> str:
    client.force_login(scene.people[who])
    return client.get(reverse("audits:sheet", args=[scene.audit.pk]), {"show": show}).content.decode()


def test_reviewer_marks_in_the_sheet_and_the_badges_come_back(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["reviewer"])
    data = {"mark": "returned", "reason": "שלום <i>why</i>", "revision": "1"}
    response = client.post(reverse("audits:answer_review", args=[scene.answer.pk]), data)
    text = response.content.decode()
    assert response.status_code == 200
    assert "שלום &lt;i&gt;why&lt;/i&gt;" in text
    assert f'id="badges-{scene.answer.pk}"' in text
    assert "hx-swap-oob" in text


@pytest.mark.parametrize("data", [{}, {"mark": "\x00"}, {"mark": "returned", "revision": "1"}, {"mark": "reviewed"},
                                  {"mark": "reviewed", "revision": "9" * 400}])  # fmt: skip
def test_what_cannot_be_marked_is_said_at_its_place(client: Client, scene: Scene, data: dict[str, str]) -> None:
    client.force_login(scene.people["reviewer"])
    response = client.post(reverse("audits:answer_review", args=[scene.answer.pk]), data)
    assert (response.status_code, "ts-review-problem" in response.content.decode()) == (422, True)
    assert not AnswerReview.objects.exists()


def test_team_finds_the_returned_row_with_its_reason(client: Client, scene: Scene) -> None:
    back_in_fieldwork(scene)
    text = page(client, scene, "auditor", "returned")
    assert "Which calls were heard?" in text
    assert text.count("<article") - text.count(" hidden\n                           tabindex") >= 1
    assert "Let it stand" in text


def test_the_audited_organisation_does_not_see_marks(client: Client, scene: Scene) -> None:
    back_in_fieldwork(scene)
    assert "Which calls were heard?" not in page(client, scene, "centre_manager")
    panel = client.get(reverse("audits:answer_panel", args=[scene.answer.pk])).content.decode()
    assert "Which calls were heard?" not in panel


def test_outsiders_find_nothing(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["outsider"])
    for name in ("answer_review", "answer_acknowledge", "answer_confirm"):
        assert client.post(reverse(f"audits:{name}", args=[scene.answer.pk])).status_code == 404

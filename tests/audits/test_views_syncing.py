"""What waited in a browser is saved once, told truthfully, and never dropped."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import AnswerVariant, Audit, AuditStatus, SaveReceipt
from audits.services.answers import AnswerInput, answer_save
from ledger.models import Entry
from tests.audits.scenes import Scene, make_people
from tests.factories import AT, make_audit, make_edition, make_user

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from audits.models import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(client: Client) -> Scene:
    audit = make_audit(edition=make_edition(3))
    made = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    client.force_login(made.people["leader"])
    return made


def fields(level: str = "", note: str = "", na_reason: str = "") -> dict[str, str]:
    return {"level": level, "na_reason": na_reason, "note": note}


def change(answer: Answer | int, revision: int = 0, **values: Any) -> dict[str, Any]:
    """Return an operation as the browser's queue sends it."""
    content = {
        "level": values.pop("level", "3"),
        "na_reason": values.pop("na_reason", ""),
        "note": values.pop("note", ""),
    }
    operation = {
        "key": str(uuid.uuid4()),
        "kind": "answer",
        "answer": answer if isinstance(answer, int) else answer.pk,
        "revision": revision,
        "base": fields(),
        "content": content,
        "at": "1970-01-01T00:00:00Z",
    }
    return operation | values


def send(client: Client, scene: Scene, *operations: Any, who: str = "leader", **body: Any) -> HttpResponse:
    data = {"user": scene.people[who].pk, "operations": list(operations)} | body
    url = reverse("audits:sync", args=[scene.audit.pk])
    return client.post(url, json.dumps(data), content_type="application/json")


def states(response: HttpResponse) -> list[str]:
    assert response.status_code == 200, response.content
    return [each["state"] for each in response.json()["results"]]


def stored(answer: Answer) -> tuple[int | None, str, str, int]:
    answer.refresh_from_db()
    return answer.level, answer.na_reason, answer.note, answer.revision


def theirs(scene: Scene, *, revision: int = 0, who: str = "auditor", **content: Any) -> None:
    content = {"level": 2, "note": "theirs", **content}
    answer_save(
        answer_id=scene.answer.pk, content=AnswerInput(**content), revision=revision, by=scene.people[who], at=AT
    )


# --- saving ---------------------------------------------------------------------------------------------------------


def test_changes_of_several_answers_are_saved_and_the_strip_comes_back(client: Client, scene: Scene) -> None:
    first, last = scene.audit.answers.first(), scene.audit.answers.last()
    response = send(client, scene, change(first, note="seen\r\n"), change(last, level="na", na_reason="None."))
    assert states(response) == ["saved", "saved"]
    assert "2 of 6 answered" in response.json()["strip"]
    assert stored(first) == (3, "", "seen", 1)
    assert stored(last) == (None, "None.", "", 1)


def test_same_change_sent_again_gets_the_same_answer_and_is_saved_once(client: Client, scene: Scene) -> None:
    sent = change(scene.answer)
    first, again = send(client, scene, sent), send(client, scene, sent)
    assert first.json()["results"] == again.json()["results"]
    assert Entry.objects.filter(action="answer.saved").count() == 1


def test_same_change_again_after_somebody_else_saved_is_still_saved(client: Client, scene: Scene) -> None:
    sent = change(scene.answer)
    send(client, scene, sent)
    theirs(scene, revision=1)
    assert states(send(client, scene, sent)) == ["saved"]
    assert stored(scene.answer) == (2, "", "theirs", 2)


@pytest.mark.parametrize("differing", [{"content": fields("4")}, {"revision": 1}, {"at": "2026-01-01T00:00:00Z"}])
def test_key_used_for_something_else_is_refused(client: Client, scene: Scene, differing: dict[str, Any]) -> None:
    sent = change(scene.answer)
    send(client, scene, sent)
    assert states(send(client, scene, sent | differing)) == ["reused"]
    assert stored(scene.answer) == (3, "", "", 1)


def test_key_of_another_person_tells_nothing(client: Client, scene: Scene) -> None:
    sent = change(scene.answer)
    send(client, scene, sent)
    client.force_login(scene.people["auditor"])
    assert states(send(client, scene, sent, who="auditor")) == ["reused"]


def test_the_clock_of_the_laptop_decides_nothing(client: Client, scene: Scene) -> None:
    for number, at in enumerate(("1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "never", None, 7, {"a": []})):
        assert states(send(client, scene, change(scene.answer, number, level=str(number), at=at))) == ["saved"]
    assert stored(scene.answer)[3] == 6


# --- two people, or one in two tabs ---------------------------------------------------------------------------------


def test_conflict_shows_both_marks_the_words_and_keeps_what_was_typed(client: Client, scene: Scene) -> None:
    theirs(scene, note="Seen in March.")
    sent = change(scene.answer, level="5", note="Seen in April.", base=fields(note="Seen."))
    (result,) = send(client, scene, sent).json()["results"]
    assert (result["state"], result["revision"], result["content"]["note"]) == ("conflict", 1, "Seen in March.")
    assert "<ins>" in result["html"]
    assert "Seen in March.\n\nSeen in April." in result["html"]
    assert stored(scene.answer) == (2, "", "Seen in March.", 1)
    (kept,) = AnswerVariant.objects.all()
    assert (kept.reason, kept.level, kept.note, kept.revision, kept.by) == (
        "conflict", 5, "Seen in April.", 0, scene.people["leader"],
    )  # fmt: skip


def test_typing_on_in_a_conflict_keeps_the_newest_text_only(client: Client, scene: Scene) -> None:
    theirs(scene)
    sent = change(scene.answer, note="one")
    assert states(send(client, scene, sent)) == ["conflict"]
    assert states(send(client, scene, sent)) == ["conflict"]
    assert states(send(client, scene, change(scene.answer, note="one two"))) == ["conflict"]
    assert [each.note for each in AnswerVariant.objects.all()] == ["one two"]


def test_choosing_saves_and_the_variant_stays_settled(client: Client, scene: Scene) -> None:
    theirs(scene)
    sent = change(scene.answer, note="mine")
    send(client, scene, sent)
    chosen = change(scene.answer, 1, level="4", note="theirs and mine", resolves=sent["key"])
    assert states(send(client, scene, chosen)) == ["saved"]
    assert stored(scene.answer) == (4, "", "theirs and mine", 2)
    assert AnswerVariant.objects.get().settled_at is not None


def test_two_tabs_of_one_person_that_changed_different_things_are_joined(client: Client, scene: Scene) -> None:
    theirs(scene, who="leader", level=None, note="typed in one tab")
    (result,) = send(client, scene, change(scene.answer, level="4")).json()["results"]
    assert (result["state"], result["content"]) == ("merged", fields("4", "typed in one tab"))
    assert stored(scene.answer) == (4, "", "typed in one tab", 2)


def test_two_tabs_of_one_person_on_one_note_are_a_choice(client: Client, scene: Scene) -> None:
    theirs(scene, who="leader", note="typed in one tab")
    assert states(send(client, scene, change(scene.answer, level="2", note="and in another"))) == ["conflict"]


def test_two_people_are_never_joined_unasked(client: Client, scene: Scene) -> None:
    theirs(scene, level=None)
    assert states(send(client, scene, change(scene.answer, level="4"))) == ["conflict"]


# --- what cannot be saved -------------------------------------------------------------------------------------------


def test_audit_closed_meanwhile_says_so_and_keeps_the_text_beside_the_answer(client: Client, scene: Scene) -> None:
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.TECHNICAL_REVIEW)
    (result,) = send(client, scene, change(scene.answer, note="typed on the train")).json()["results"]
    assert result["state"] == "locked"
    assert "Technical review" in result["message"]
    assert stored(scene.answer) == (None, "", "", 0)
    assert AnswerVariant.objects.get().note == "typed on the train"


def test_reopened_audit_takes_the_same_change(client: Client, scene: Scene) -> None:
    sent = change(scene.answer)
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.TECHNICAL_REVIEW)
    assert states(send(client, scene, sent)) == ["locked"]
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.FIELDWORK)
    assert states(send(client, scene, sent)) == ["saved"]


def test_criterion_that_moved_edition_names_its_successor(client: Client, scene: Scene) -> None:
    newer = make_edition(3)
    later = scene.audit.answers.create(criterion=newer.criteria.get(code="A1.1"))
    later.former.add(scene.answer)
    Audit.objects.filter(pk=scene.audit.pk).update(edition=newer)
    (result,) = send(client, scene, change(scene.answer, note="typed before")).json()["results"]
    assert (result["state"], result["successor"]) == ("moved", {"answer": later.pk, "code": "A1.1"})
    assert AnswerVariant.objects.get().note == "typed before"


def test_answers_of_other_audits_are_unknown(client: Client, scene: Scene) -> None:
    other = make_audit()
    assert states(send(client, scene, change(other.answers.first()), change(10**17))) == ["unknown", "unknown"]
    assert stored(other.answers.first())[3] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "6"}, {"level": "٣"}, {"level": "9" * 5000}, {"level": "3.0"}, {"level": "na"},
        {"note": "a\x00b"}, {"note": "x" * 20_001}, {"note": "x" * 60_001}, {"note": "\ud800"},
    ],
)  # fmt: skip
def test_content_that_does_not_fit_is_refused_in_words(client: Client, scene: Scene, wrong: dict[str, str]) -> None:
    good = scene.audit.answers.last()
    response = send(client, scene, change(scene.answer, **wrong), change(good))
    assert sorted(states(response)) == ["invalid", "saved"]
    assert all(each["message"] for each in response.json()["results"])
    assert stored(scene.answer) == (None, "", "", 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "x"}, {"key": None}, {"key": 7}, {"key": "{12345678123456781234567812345678}"}, {"kind": "finding"},
        {"answer": "1"}, {"answer": True}, {"answer": -1}, {"answer": 10**30}, {"answer": 1.5}, {"revision": None},
        {"revision": "0"}, {"revision": -1}, {"revision": 10**9}, {"content": None}, {"content": []},
        {"content": {"level": 3}}, {"content": {"note": {}}}, {"base": "x"}, {"resolves": "x"},
    ],
)  # fmt: skip
def test_operation_that_is_none_is_refused_and_holds_up_no_other(
    client: Client, scene: Scene, wrong: dict[str, Any]
) -> None:
    good = scene.audit.answers.last()
    response = send(client, scene, change(scene.answer) | wrong, change(good))
    assert sorted(states(response)) == ["invalid", "saved"]
    assert stored(scene.answer) == (None, "", "", 0)
    assert states(send(client, scene, "text", None, [], 3)) == ["invalid"] * 4


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b"null", b'{"operations": {}}', b"[" * 100_000, b'{"operations": [], "user": "1"}']
)
def test_body_that_is_none_is_refused(client: Client, scene: Scene, body: bytes) -> None:
    response = client.post(reverse("audits:sync", args=[scene.audit.pk]), body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"] in {"unreadable", "bad_operation"}


def test_body_that_is_too_large_or_has_too_many_changes_is_refused(client: Client, scene: Scene) -> None:
    url = reverse("audits:sync", args=[scene.audit.pk])
    assert client.post(url, b" " * 2_000_001, content_type="application/json").status_code == 413
    assert send(client, scene, *[{}] * 51).status_code == 400


# --- who ------------------------------------------------------------------------------------------------------------


def test_what_was_kept_for_one_person_is_never_saved_under_another_name(client: Client, scene: Scene) -> None:
    response = send(client, scene, change(scene.answer), who="auditor")
    assert (response.status_code, response.json()["error"]) == (409, "another_user")
    assert stored(scene.answer) == (None, "", "", 0)
    assert not SaveReceipt.objects.exists()


def test_strangers_readers_and_visitors_save_nothing(client: Client, scene: Scene) -> None:
    client.force_login(make_user())
    assert send(client, scene, change(scene.answer)).status_code == 404
    client.force_login(scene.people["viewer"])
    response = send(client, scene, change(scene.answer), who="viewer")
    assert (response.status_code, response.json()["error"]) == (403, "denied")
    client.logout()
    response = send(client, scene, change(scene.answer))
    assert response.status_code == 302
    assert "/account/login/" in response["Location"]
    assert stored(scene.answer) == (None, "", "", 0)


def test_strip_costs_the_same_for_few_and_many_answers(client: Client) -> None:
    counts = []
    for per_block in (2, 55):
        audit = make_audit(edition=make_edition(per_block))
        scene = Scene(audit, make_people(audit), audit.answers.first())
        client.force_login(scene.people["leader"])
        send(client, scene, change(scene.answer))
        with CaptureQueriesContext(connection) as captured:
            assert states(send(client, scene, change(audit.answers.last()))) == ["saved"]
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 19 + (connection.vendor == "postgresql")  # which is asked for its lock

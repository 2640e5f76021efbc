"""Answers given together: what was previewed is what is done, whole or not at all, and it can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.answering import AnswerBulk
from audits.models import Audit
from audits.selectors.bulk import Together, bulk_plan
from audits.services.answers import AnswerInput, answer_save
from audits.services.bulk import answers_bulk_preview, answers_bulk_save, answers_bulk_undo
from audits.services.errors import BulkRefusedError, NotEditableError
from ledger.models import Entry
from tests.audits.scenes import Scene, make_people, make_scene
from tests.factories import AT, make_audit, make_edition

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """Return an audit of six criteria, A1.1 answered with 2 and a note; B1.3 alone may be N/A."""
    audit = make_audit()
    made = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    content = AnswerInput(level=2, note="Seen.")
    answer_save(answer_id=made.answer.pk, content=content, revision=0, by=made.people["leader"], at=AT)
    return made


def ids(scene: Scene) -> list[int]:
    return list(scene.audit.answers.values_list("pk", flat=True))


def save(scene: Scene, wanted: Together, fingerprint: str = "") -> AnswerBulk:
    plan = answers_bulk_preview(audit=scene.audit, answer_ids=ids(scene), wanted=wanted)
    return answers_bulk_save(
        audit_id=scene.audit.pk,
        answer_ids=ids(scene),
        wanted=wanted,
        fingerprint=fingerprint or plan.fingerprint,
        by=scene.people["auditor"],
        at=AT,
    )


def stored(scene: Scene) -> list[tuple[int | None, str, str]]:
    return list(scene.audit.answers.values_list("level", "na_reason", "note"))


def outcome(scene: Scene, wanted: Together) -> dict[str, str]:
    return {row["code"]: row["what"] for row in bulk_plan(scene.audit, ids(scene), wanted).data["rows"]}


def test_only_the_unanswered_are_set_unless_asked_otherwise(scene: Scene) -> None:
    assert outcome(scene, Together(level=3)) == {"A1.1": "kept"} | dict.fromkeys(
        ("A1.2", "A1.3", "B1.1", "B1.2", "B1.3"), "set"
    )
    assert set(outcome(scene, Together(level=3, replace=True)).values()) == {"set"}
    assert outcome(scene, Together(level=2, replace=True))["A1.1"] == "same"


def test_not_applicable_is_set_only_where_the_edition_allows_it(scene: Scene) -> None:
    found = outcome(scene, Together(na_reason="No such channel."))
    assert [code for code, what in found.items() if what == "set"] == ["B1.3"]
    assert found["A1.2"] == "na_not_allowed"


def test_a_level_that_the_scale_has_not_is_not_set(scene: Scene) -> None:
    assert outcome(scene, Together(level=9))["A1.2"] == "bad_level"


def test_all_are_saved_with_history_ledger_and_a_record(scene: Scene) -> None:
    bulk = save(scene, Together(level=3, note="By the records."))
    assert stored(scene) == [(2, "", "Seen."), *[(3, "", "By the records.")] * 5]
    assert Entry.objects.filter(action="answer.saved").count() == 6
    assert Entry.objects.last().action == "answers.set_together"
    assert len([row for row in bulk.plan["rows"] if row["what"] == "set"]) == 5
    assert scene.audit.answers.last().revisions.count() == 1


def test_notes_are_added_to_and_the_same_words_not_twice(scene: Scene) -> None:
    save(scene, Together(level=3, note="More.", replace=True))
    save(scene, Together(level=4, note="More.", replace=True))
    assert stored(scene)[0] == (4, "", "Seen.\nMore.")


def test_what_was_not_previewed_is_not_done(scene: Scene) -> None:
    before = stored(scene)
    with pytest.raises(BulkRefusedError, match="plan_changed"):
        save(scene, Together(level=3), "0" * 64)
    assert stored(scene) == before
    assert not AnswerBulk.objects.exists()


def test_an_answer_saved_since_the_preview_changes_the_plan(scene: Scene) -> None:
    wanted = Together(level=3)
    seen = answers_bulk_preview(audit=scene.audit, answer_ids=ids(scene), wanted=wanted).fingerprint
    content = AnswerInput(note="meanwhile")
    last = scene.audit.answers.last()
    answer_save(answer_id=last.pk, content=content, revision=0, by=scene.people["leader"], at=AT)
    with pytest.raises(BulkRefusedError, match="plan_changed"):
        save(scene, wanted, seen)


def test_nothing_to_set_is_said(scene: Scene) -> None:
    with pytest.raises(BulkRefusedError, match="nothing_to_set"):
        save(scene, Together(level=9))


@pytest.mark.parametrize("wanted", [Together(level=1, note="\x00"), Together(level=1, note="x" * 20_001)])
def test_text_that_cannot_be_stored_is_refused(scene: Scene, wanted: Together) -> None:
    with pytest.raises(BulkRefusedError, match="bad_text"):
        answers_bulk_preview(audit=scene.audit, answer_ids=ids(scene), wanted=wanted)


def test_answers_of_another_audit_are_left_out(scene: Scene) -> None:
    other = make_audit()
    with pytest.raises(BulkRefusedError, match="nothing_chosen"):
        answers_bulk_preview(
            audit=scene.audit, answer_ids=list(other.answers.values_list("pk", flat=True)), wanted=Together(level=1)
        )


def test_undo_puts_everything_back_and_once(scene: Scene) -> None:
    before = stored(scene)
    bulk = save(scene, Together(level=5, note="All.", replace=True))
    answers_bulk_undo(bulk_id=bulk.pk, by=scene.people["leader"], at=AT)
    assert stored(scene) == before
    with pytest.raises(BulkRefusedError, match="undone_already"):
        answers_bulk_undo(bulk_id=bulk.pk, by=scene.people["leader"], at=AT)


def test_undo_is_refused_once_any_of_them_was_saved_again(scene: Scene) -> None:
    bulk = save(scene, Together(level=5))
    last = scene.audit.answers.last()
    answer_save(answer_id=last.pk, content=AnswerInput(level=1), revision=1, by=scene.people["leader"], at=AT)
    after = stored(scene)
    with pytest.raises(BulkRefusedError, match="answered_meanwhile"):
        answers_bulk_undo(bulk_id=bulk.pk, by=scene.people["leader"], at=AT)
    assert stored(scene) == after


def test_outside_fieldwork_nothing_is_saved_or_undone(scene: Scene) -> None:
    bulk = save(scene, Together(level=5))
    Audit.objects.filter(pk=scene.audit.pk).update(status="technical_review")
    with pytest.raises(NotEditableError):
        save(scene, Together(level=1, replace=True))
    with pytest.raises(NotEditableError):
        answers_bulk_undo(bulk_id=bulk.pk, by=scene.people["leader"], at=AT)


# --- pages ----------------------------------------------------------------------------------------------------------


def test_preview_confirm_and_undo_through_the_pages(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["auditor"])
    url = reverse("audits:together", args=[scene.audit.pk])
    data = {"answer": ids(scene), "choice": "3", "note": "<b>Seen</b> 見過"}
    page = client.get(url, data)
    assert "5 answers will change" in page.content.decode()
    assert "<b>Seen</b>" not in page.content.decode()
    fingerprint = page.context["plan"].fingerprint
    done = client.post(url, {**data, "fingerprint": fingerprint})
    assert done.status_code == 302
    assert stored(scene)[1] == (3, "", "<b>Seen</b> 見過")
    assert client.get(done["Location"]).status_code == 200
    assert client.post(done["Location"]).status_code == 302
    assert stored(scene)[1] == (None, "", "")
    assert client.post(done["Location"]).status_code == 409


@pytest.mark.parametrize(
    "data",
    [
        {"choice": "x"},
        {"choice": "na"},
        {"choice": "\x00"},
        {"choice": "9" * 99},
        {"choice": "3", "note": "\x00"},
        {"choice": "3", "note": "x" * 20_001},
    ],
)
def test_what_cannot_be_answered_is_said_in_the_form(client: Client, scene: Scene, data: dict[str, str]) -> None:
    client.force_login(scene.people["auditor"])
    response = client.get(reverse("audits:together", args=[scene.audit.pk]), {"answer": ids(scene), **data})
    assert response.status_code == 422


@pytest.mark.parametrize("chosen", [[], ["x", "-1", "٣", "9" * 50, "\x00"]])
def test_nothing_chosen_says_what_to_do(client: Client, scene: Scene, chosen: list[str]) -> None:
    client.force_login(scene.people["auditor"])
    response = client.get(reverse("audits:together", args=[scene.audit.pk]), {"answer": chosen})
    assert response.status_code == 200
    assert "Nothing is chosen" in response.content.decode()


def test_confirming_another_plan_shows_the_present_one(client: Client, scene: Scene) -> None:
    client.force_login(scene.people["auditor"])
    data = {"answer": ids(scene), "choice": "3", "fingerprint": "stale"}
    response = client.post(reverse("audits:together", args=[scene.audit.pk]), data)
    assert response.status_code == 409
    assert "5 answers will change" in response.content.decode()


def test_preview_costs_the_same_for_few_and_for_many(client: Client) -> None:
    counts = []
    for per_block in (2, 40):
        audit = make_audit(edition=make_edition(per_block))
        with CaptureQueriesContext(connection) as captured:
            bulk_plan(audit, list(audit.answers.values_list("pk", flat=True)), Together(level=3))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_bulk_of_another_audit_is_not_found_or_not_mine_to_undo(client: Client, scene: Scene) -> None:
    bulk = save(scene, Together(level=5))
    url = reverse("audits:together_done", args=[bulk.pk])
    for who, status in (("outsider", 404), ("viewer", 403), ("observer", 403), ("audit_manager", 403)):
        client.force_login(scene.people[who])
        assert client.post(url).status_code == status
    assert make_scene("fieldwork").audit.pk != scene.audit.pk

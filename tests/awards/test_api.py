"""The API of the awards room: what the pages show, a judge's own cards saved once and on what was seen, and blind."""

from __future__ import annotations

import json
import uuid
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from accounts.models import Role, Scope
from audits.models import SaveReceipt
from awards.models import Assignment, Score
from awards.services.panels import judge_add
from ledger.models import Entry as LedgerEntry
from tests.api import Program, queries_of
from tests.awards.scenes import FACTS, IN_JUDGING, WORDS, enter, fill, make_judging, make_programme
from tests.factories import AT, make_organisation, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.awards.scenes import AwardScene

pytestmark = pytest.mark.django_db
FULL = {"scores": [{"criterion": "value", "level": 4, "comment": " good\r\nwork "}, {"criterion": "proof", "level": 3}]}


@pytest.fixture
def scene() -> AwardScene:
    return make_judging()


@pytest.fixture
def card(scene: AwardScene) -> Assignment:
    return scene.assign()[0]


@pytest.fixture
def judge(card: Assignment) -> Iterator[Program]:
    program = Program(card.judge.user)
    with patch("awards.api.cards.timezone.now", return_value=IN_JUDGING):
        yield program


def test_programmes_are_read_by_everybody_once_they_are_open(scene: AwardScene) -> None:
    draft = make_programme(opened=False)
    anybody = Program(make_user(Role.VIEWER))
    assert [each["code"] for each in anybody.get("awards").json()["items"]] == [scene.programme.code]
    assert anybody.get(f"awards/{draft.programme.code}").status_code == 404
    assert Program(draft.chair).get(f"awards/{draft.programme.code}").json()["status"] == "draft"
    found = anybody.get(f"awards/{scene.programme.code}").json()
    assert [(each["code"], each["blind"]) for each in found["stages"]] == [("papers", False), ("blind", True)]
    assert [(each["code"], each["weight"]) for each in found["criteria"]] == [("value", "2"), ("proof", "1")]
    assert (found["least"], found["most"], found["sha256"]) == (0, 5, scene.programme.sha256)
    assert anybody.get("awards?status=frozen").json()["items"] == []
    assert anybody.get("awards?year=2026&status=open").json()["items"]


def test_entries_are_those_of_ones_own_and_what_chairs_may_see(scene: AwardScene) -> None:
    mine, other = scene.entries[:2]
    manager, chair = Program(scene.managers[0]), Program(scene.chair)
    assert [each["code"] for each in manager.get("entries").json()["items"]] == [mine.code]
    assert manager.get(f"entries/{other.code}").status_code == 404
    found = manager.get(f"entries/{mine.code}").json()
    assert found["parts"][0]["asks"][0]["text"] == WORDS
    assert [each["number"] for each in found["versions"]] == [1]
    assert len(chair.get(f"entries?programme={scene.programme.code}").json()["items"]) == 4
    assert Program(scene.judges[0].user).get("entries").json()["items"] == []
    for program in (manager, chair):
        assert mine.blind_code not in program.get(f"entries/{mine.code}").content.decode()


def test_pages_of_entries_hold_every_row_once(scene: AwardScene) -> None:
    chair, seen, path = Program(scene.chair), [], "entries?limit=3"
    for _ in range(2):
        page = chair.get(path).json()
        seen += [each["code"] for each in page["items"]]
        path = f"entries?limit=3&after={page['next']}"
    assert page["next"] is None
    assert sorted(seen) == sorted(each.code for each in scene.entries)
    for odd in ("1", "x-a", "1-" + "a" * 31, "1-%00", "1-a%0A"):
        assert chair.get(f"entries?after={odd}").status_code == 422


def test_a_judge_sees_own_cards_and_no_name_in_a_blind_round(
    scene: AwardScene, card: Assignment, judge: Program
) -> None:
    others = [each for each in Assignment.objects.all() if each.judge_id != card.judge_id]
    for each in others:
        fill(each, 1, 2, note="PEER-NOTE", feedback="PEER-WORDS")
    listed = judge.get(f"awards/{scene.programme.code}/cards")
    assert {each["code"] for each in listed.json()["items"]} == {
        each.code for each in Assignment.objects.filter(judge=card.judge)
    }
    detail = judge.get(f"cards/{card.code}")
    assert (detail["ETag"], detail.json()["entry"], detail.json()["version"]) == ('"0"', card.entry.blind_code, 1)
    assert detail.json()["parts"][0]["text"] == WORDS
    assert [each["level"] for each in detail.json()["scores"]] == [None, None]
    entrant = card.entry
    for said in (listed.content.decode(), detail.content.decode()):
        hidden = (entrant.organisation.name, entrant.centre.name, entrant.code, "PEER-NOTE", "PEER-WORDS")
        assert not [each for each in hidden if each in said]
    assert judge.get(f"cards/{others[0].code}").status_code == 404
    assert Program(scene.chair).get(f"cards/{card.code}").status_code == 404
    for stranger in (scene.chair, scene.managers[0], make_user()):
        assert Program(stranger).get(f"awards/{scene.programme.code}/cards").status_code == 404


def test_the_entrants_own_names_are_taken_out_of_what_they_wrote() -> None:
    scene, organisation = make_programme(), make_organisation()
    enter(scene, organisation=organisation, story=f"{organisation.name} answers at once.")
    user = make_user()
    judge_add(programme_id=scene.programme.pk, email=user.email, facts=FACTS, by=scene.chair, at=AT)
    card = scene.assign()[0]
    said = Program(user).get(f"cards/{card.code}").json()["parts"][0]["text"]
    assert organisation.name not in said
    assert said.endswith("answers at once.")


def test_a_card_is_saved_on_the_revision_that_was_read(card: Assignment, judge: Program) -> None:
    path = f"cards/{card.code}"
    refused = judge.put(path, FULL)
    assert (refused.status_code, refused.json()["error"]) == (428, "if_match_missing")
    saved = judge.put(path, FULL, If_Match='"0"')
    assert (saved.status_code, saved["ETag"]) == (200, '"1"')
    assert saved.json() == {"code": card.code, "revision": 1, "state": "assigned"}
    stored = {score.criterion: (score.level, score.comment) for score in card.scores.all()}
    assert stored == {"value": (4, "good\nwork"), "proof": (3, "")}
    stale = judge.put(path, {"scores": [{"criterion": "value", "level": 0}]}, If_Match='"0"')
    assert (stale.status_code, stale.json()["error"], stale["ETag"]) == (412, "stale", '"1"')
    assert [each["level"] for each in stale.json()["current"]["scores"]] == [4, 3]
    assert LedgerEntry.objects.filter(action="award.card_saved", actor=card.judge.user).count() == 1


def test_a_save_under_a_key_is_done_once(card: Assignment, judge: Program) -> None:
    path, key = f"cards/{card.code}", str(uuid.uuid4())
    first = judge.put(path, FULL, If_Match='"0"', Idempotency_Key=key)
    again = judge.put(path, FULL, If_Match='"0"', Idempotency_Key=key)
    assert (first.status_code, first.json(), first["ETag"]) == (200, again.json(), again["ETag"])
    assert LedgerEntry.objects.filter(action="award.card_saved").count() == 1
    other = judge.put(path, {"scores": []}, If_Match='"1"', Idempotency_Key=key)
    assert (other.status_code, other.json()["error"]) == (422, "key_reused")
    assert "4" not in json.dumps(SaveReceipt.objects.get().response)  # no copy of a level is kept


def test_what_was_refused_may_be_sent_again_under_its_key(card: Assignment, judge: Program) -> None:
    path, key = f"cards/{card.code}/submission", str(uuid.uuid4())
    sent = {"version": 1}
    post = lambda: judge.client.post(  # noqa: E731 - the same request, twice
        f"/api/v1/{path}", json.dumps(sent), content_type="application/json", headers={"Idempotency-Key": key}
    )
    refused = post()
    assert (refused.status_code, refused.json()["error"]) == (422, "card_incomplete")
    assert not SaveReceipt.objects.exists()
    judge.put(f"cards/{card.code}", FULL, If_Match='"0"')
    done = post()
    assert (done.status_code, done.json()) == (200, {"code": card.code, "revision": 2, "state": "submitted"})
    assert post().json() == done.json()
    assert LedgerEntry.objects.filter(action="award.card_submitted").count() == 1
    changed = judge.post(path, {"version": 7})
    assert (changed.status_code, changed.json()["error"]) == (409, "entry_changed")


@pytest.mark.parametrize(
    ("scores", "code"),
    [
        ([{"criterion": "value", "level": 9}], "bad_level"),
        ([{"criterion": "nothing", "level": 1}], "no_ask"),
        ([{"criterion": "value", "level": 1}, {"criterion": "value", "level": 2}], "named_twice"),
        ([{"criterion": "value", "comment": "x" * 5001}], "too_long"),
        ([{"criterion": "value", "comment": "\x00"}], "bad_text"),
        ([{"criterion": "value", "judge": "other"}], "invalid"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    card: Assignment, judge: Program, scores: list[object], code: str
) -> None:
    refused = judge.put(f"cards/{card.code}", {"scores": scores}, If_Match='"0"')
    assert (refused.status_code, refused.json()["error"]) == (422, code)
    assert not Score.objects.exists()


def test_closed_cards_and_tokens_that_only_read_write_nothing(card: Assignment, judge: Program) -> None:
    reader = Program(card.judge.user, Scope.AWARDS)
    assert reader.put(f"cards/{card.code}", FULL, If_Match='"0"').json()["error"] == "scope_missing"
    card.judge.removed_at = IN_JUDGING
    card.judge.save()
    assert judge.put(f"cards/{card.code}", FULL, If_Match='"0"').status_code == 404


def test_after_the_stage_a_card_is_closed(card: Assignment) -> None:
    late = Program(card.judge.user).put(f"cards/{card.code}", FULL, If_Match='"0"')
    assert (late.status_code, late.json()["error"]) == (409, "card_closed")


def test_lists_cost_the_same_whatever_their_length(scene: AwardScene, card: Assignment, judge: Program) -> None:
    chair = Program(scene.chair)
    paths = {"awards": judge, "entries": chair, f"awards/{scene.programme.code}/cards": judge}

    def costs() -> list[int]:
        return [queries_of(partial(program.get, path)) for path, program in paths.items()]

    costs()
    first = costs()
    make_programme()
    enter(scene)
    assert costs() == first
    assert max(first) <= 6

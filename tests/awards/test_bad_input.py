"""What goes wrong in real programmes: named, explained on the desk, frozen all the same, and nothing of it lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from awards.models import Assignment, Entry, Result, Score
from awards.services.entries import answer_save
from awards.services.panels import conflict_add, judge_remove
from awards.services.programmes import category_merge, stage_move
from awards.services.results import results_freeze
from awards.services.scoring import CardInput, card_save, card_submit
from awards.services.submitting import entry_submit, late_allow
from tests.awards.scenes import IN_JUDGING, OVER, enter, fill, make_judging
from tests.awards.test_entering import refused
from tests.factories import AT, make_organisation

if TYPE_CHECKING:
    from tests.awards.scenes import AwardScene

pytestmark = pytest.mark.django_db
LADDER = ["score", "criterion:value", "head_to_head", "deliberation", "joint"]
ADJUSTED = {"score": "adjusted", "trim": 0, "ladder": LADDER}


def desk_of(scene: AwardScene) -> str:
    """Return what the chair reads."""
    client = Client()
    client.force_login(scene.chair)
    page = client.get(reverse("awards:desk", args=[scene.programme.code]))
    assert page.status_code == 200
    return page.content.decode()


def frozen(scene: AwardScene) -> dict[str, Any]:
    """Freeze; the same follows when it is computed again; every score is in the document."""
    given = Score.objects.filter(assignment__stage=scene.stage, level__isnull=False).count()
    results_freeze(programme_id=scene.programme.pk, by=scene.chair, at=OVER)
    document: dict[str, Any] = json.loads(Result.objects.get().content)
    client = Client()
    client.force_login(scene.chair)
    page = client.get(reverse("awards:results", args=[scene.programme.code])).content.decode()
    assert "the same" in page
    assert page.count("is-bad") == 0
    assert Score.objects.filter(assignment__stage=scene.stage, level__isnull=False).count() == given
    return document


def levels(entry: Entry, judge: Any) -> tuple[int, int]:
    """Return levels that differ by entry and judge."""
    return ((entry.pk + judge.pk) % 4 + 1, entry.pk % 5)


def test_two_panels_that_share_no_entry() -> None:
    scene = make_judging(0, 4, judges_per_entry=2, method=ADJUSTED)
    for name in ("Aldersey", "Brackwater", "Corwenby", "Dunmereside"):
        enter(scene, organisation=make_organisation(name=name))
    for number, judge in enumerate(scene.judges):
        for entry in scene.entries[2:] if number < 2 else scene.entries[:2]:
            name = entry.organisation.name
            conflict_add(judge_id=judge.pk, name=name, reason="A client.", by=judge.user, at=AT)
    client = Client()
    client.force_login(scene.chair)
    preview = client.get(reverse("awards:assign", args=[scene.programme.code, "blind"])).content.decode()
    assert "not connected" in preview  # said before anybody is assigned
    scene.assign()
    scene.score(levels)
    assert "The panel falls into 2 parts that no judge links" in desk_of(scene)
    (group,) = next(each for each in frozen(scene)["stages"] if each["code"] == "blind")["outcome"]
    assert "not_connected" in json.dumps(group)  # the plain mean stands in, and the result says why


@pytest.mark.parametrize(("entries", "judges"), [(3, 1), (1, 3), (1, 1)], ids=["one judge", "one entrant", "one each"])
def test_panels_of_one(entries: int, judges: int) -> None:
    scene = make_judging(entries, judges, method=ADJUSTED)
    scene.assign()
    scene.score(levels)
    page = desk_of(scene)
    assert "What these scores do not allow to be said" in page
    assert "nan" not in page.lower().split("<main")[1].replace("finance", "")
    assert frozen(scene)["winners"]


def test_scores_that_are_all_equal() -> None:
    scene = make_judging(3, 3)
    scene.assign()
    scene.score(lambda _entry, _judge: (3, 3))
    page = desk_of(scene)
    assert "All scores are equal: there is nothing to tell apart." in page
    assert "Joint award" in page
    assert len(frozen(scene)["winners"]) == 3


def test_a_criterion_without_a_level_and_levels_off_the_scale() -> None:
    scene = make_judging(3, 3)
    card = scene.assign()[0]
    facts = {"card_id": card.pk, "revision": card.revision, "by": card.judge.user, "at": IN_JUDGING}
    for level in (-1, 6):
        error = refused("bad_level", card_save, **facts, content=CardInput({"value": (level, "")}))
        assert error.params == {"least": 0, "most": 5}
    saved = card_save(**facts, content=CardInput({"value": (4, "well put")}))
    error = refused("card_incomplete", card_submit, card_id=saved.pk, seen=1, by=card.judge.user, at=IN_JUDGING)
    assert "Proof" in str(error.params)
    assert card.scores.get(criterion="value").comment == "well put"  # kept, and counted by nobody
    for other in Assignment.objects.filter(stage=scene.stage).exclude(pk=card.pk):
        fill(other, 3, other.entry_id % 5)
    assert frozen(scene)["winners"]


def test_a_judge_removed_midway_and_the_entry_of_another_changed() -> None:
    scene = make_judging(3, 3)
    scene.assign()
    scene.score(levels)
    judge = scene.judges[0]
    given = Score.objects.filter(assignment__judge=judge).count()
    judge_remove(judge_id=judge.pk, reason="Fell ill.", by=scene.chair, at=IN_JUDGING)
    assert Score.objects.filter(assignment__judge=judge).count() == given
    entry, manager = scene.entries[1], scene.managers[1]
    until = IN_JUDGING + timedelta(days=1)
    late_allow(entry_id=entry.pk, until=until, reason="A figure was wrong.", by=scene.chair, at=IN_JUDGING)
    answer_save(entry_id=entry.pk, ask="rate", text="92", unit="", revision=1, by=manager, at=IN_JUDGING)
    entry_submit(entry_id=entry.pk, by=manager, at=IN_JUDGING)
    page = desk_of(scene)
    assert "Fell ill." in page or scene.judges[0].user.name not in page.split("<tbody")[1]
    document = json.dumps(frozen(scene))
    assert judge.key in document  # what was given stands in the document, as not counted


def test_a_category_merged_after_scoring_ranks_all_together() -> None:
    scene = make_judging(3, 3)
    Entry.objects.filter(pk=scene.entries[2].pk).update(category="team")
    scene.assign()
    scene.score(levels)
    given = Score.objects.count()
    category_merge(
        programme_id=scene.programme.pk, source="team", target="centre", reason="Few.", by=scene.chair, at=IN_JUDGING
    )
    assert Score.objects.count() == given
    (group,) = next(each for each in frozen(scene)["stages"] if each["code"] == "blind")["outcome"]
    assert group["category"] == "centre"
    assert len(group["places"]) == 3


def test_a_deadline_of_judging_is_not_moved_to_before_what_judges_handed_in() -> None:
    scene = make_judging(2, 2)
    scene.assign()
    scene.score(levels)
    stage = scene.stage
    facts = {"stage_id": stage.pk, "opens_at": stage.opens_at, "reason": "Room.", "by": scene.chair, "at": IN_JUDGING}
    error = refused("cards_after", stage_move, **facts, closes_at=IN_JUDGING - timedelta(hours=1))
    assert error.params["number"] == 4
    stage_move(**facts, closes_at=IN_JUDGING + timedelta(hours=1))

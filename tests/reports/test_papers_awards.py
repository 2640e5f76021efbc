"""Documents of an award: the chair's comparison without names, and what an entrant learns."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from awards.models import Assignment
from awards.services.results import results_announce, results_freeze
from reports.papers import KINDS, SUBJECTS, Order
from reports.papers.shelf import shelf_of
from tests.awards.scenes import OVER, AwardScene, fill, make_judging
from tests.factories import AT, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> AwardScene:
    """Return four entries judged by three: the first ahead of three that tie, with one judge strict."""
    scene = make_judging(4, 3)
    scene.assign()
    best, strict = scene.entries[0], scene.judges[0]
    for card in Assignment.objects.filter(stage=scene.stage).select_related("judge__user", "entry"):
        if card.entry == best:
            fill(card, 5, 3, feedback=f"=Well done, says {card.judge_id}.")
        else:
            fill(card, 1 if card.judge == strict else 3, 3)
    return scene


def freeze(scene: AwardScene, *, announce: bool = True) -> None:
    results_freeze(programme_id=scene.programme.pk, by=scene.chair, at=OVER)
    if announce:
        results_announce(programme_id=scene.programme.pk, embargo_until=None, by=scene.chair, at=OVER)
    scene.programme.refresh_from_db()


def sheets(code: str, subject: Any, by: User) -> dict[str, list[list[Any]]]:
    order = Order(subject=subject, by=by, language="en", at=AT)
    book = openpyxl.load_workbook(io.BytesIO(KINDS[code].formats["xlsx"](order).data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets}


def test_the_comparison_has_places_intervals_criteria_and_judges_without_names(
    scene: AwardScene, django_assert_num_queries: Any
) -> None:
    freeze(scene)
    programme = SUBJECTS["award"].fetch(scene.chair, scene.programme.code)
    order = Order(subject=programme, by=scene.chair, language="en", at=AT)
    with django_assert_num_queries(2):
        KINDS["judges_comparison"].formats["csv"](order)
    found = sheets("judges_comparison", scene.programme, scene.chair)
    ranked = next(sheet for sheet in found.values() if sheet[0][:2] == ["Category", "Place"])
    first, second, *_others = ranked[1:]
    assert first[1] == 1
    assert first[4:7] == ["Entry 0", scene.entries[0].organisation.name, pytest.approx(13 / 3)]
    places = json.loads(scene.programme.result.content)["stages"][0]["outcome"][0]["places"]
    assert [row[1:4] for row in ranked[1:]] == [[each["place"], *each["may_be"]] for each in places]
    assert second[1] == second[2] == 2
    assert second[3] == 4  # three with the same scores hold any of three places
    assert first[7:9] == [5, 3]
    assert second[7:9] == [pytest.approx(7 / 3), 3]
    cards = found["Totals of the score cards"]
    assert cards[0][1:4] == ["Judge 1", "Judge 2", "Judge 3"]
    assert cards[2][4] == pytest.approx(4 / 3)  # from 5/3 to 3
    strictness = sorted(row[4] for row in found["Strictness of the judges"][1:])
    assert strictness == [pytest.approx(-2 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)]
    said = str(found)
    for judge in scene.judges:
        assert judge.user.name not in said
        assert judge.user.email not in said
        assert judge.key not in said


def test_before_the_freeze_there_is_nothing_to_compare(scene: AwardScene, client: Client) -> None:
    client.force_login(scene.chair)
    address = reverse("reports:document_request", args=["judges_comparison"])
    answer = client.post(address, {"key": scene.programme.code, "format": "pdf"}, follow=True)
    assert "not frozen yet" in answer.content.decode()
    freeze(scene, announce=False)
    assert client.post(address, {"key": scene.programme.code, "format": "pdf"}).status_code == 302


def test_the_comparison_is_for_the_chair_alone(scene: AwardScene, client: Client) -> None:
    freeze(scene)
    address = reverse("reports:document_request", args=["judges_comparison"])
    data = {"key": scene.programme.code, "format": "xlsx"}
    organiser = scene.programme.organiser
    for who in (scene.judges[0].user, scene.managers[0], make_user(Role.ADMINISTRATOR, organiser)):
        client.force_login(who)
        assert client.post(address, data).status_code == 403


def test_feedback_sets_own_means_beside_the_middle_and_quotes_judges_unnamed(scene: AwardScene) -> None:
    freeze(scene)
    entry, weak = scene.entries[:2]
    entry.programme.refresh_from_db()
    found = sheets("entrant_feedback", entry, scene.managers[0])
    rows = {row[0]: row[1:] for row in next(sheet for sheet in found.values() if sheet[0][0] == "Criterion")}
    assert rows["Value"] == [5, pytest.approx(2.33), pytest.approx(2.67), "Strength"]
    assert rows["Proof"] == [3, 3, 0, None]
    said = [row[1] for row in found["Overview"] if "Well done" in str(row[1])]
    assert len(said) == 3
    assert not any(judge.user.name in str(found) for judge in scene.judges)
    others = sheets("entrant_feedback", weak, scene.managers[1])
    assert scene.entries[0].organisation.name not in str(others)


def test_an_entrant_has_the_feedback_once_it_is_public_and_others_never(scene: AwardScene, client: Client) -> None:
    entry = scene.entries[0]
    address = reverse("reports:document_request", args=["entrant_feedback"])
    data = {"key": entry.code, "format": "pdf"}

    def answer(who: User) -> int:
        client.force_login(who)
        return client.post(address, data).status_code

    assert answer(scene.managers[0]) == 403
    freeze(scene, announce=False)
    assert answer(scene.managers[0]) == 403
    results_announce(
        programme_id=scene.programme.pk,
        embargo_until=timezone.now() + timedelta(days=1),
        by=scene.chair,
        at=OVER,
    )
    assert (answer(scene.managers[0]), answer(scene.chair)) == (403, 302)
    results_announce(programme_id=scene.programme.pk, embargo_until=None, by=scene.chair, at=OVER)
    assert answer(scene.managers[0]) == 302
    assert answer(scene.managers[1]) == 404
    assert answer(scene.judges[0].user) == 404


def test_feedback_is_on_the_page_of_documents_once_it_may_be_had(scene: AwardScene) -> None:
    def offered(who: User) -> list[str]:
        groups = shelf_of(who, at=timezone.now())
        return [offer.key for group in groups for each in group.shelves for offer in each.offers
                if offer.kind.code == "entrant_feedback"]  # fmt: skip

    assert offered(scene.chair) == offered(scene.managers[0]) == []
    freeze(scene)
    assert sorted(offered(scene.chair)) == sorted(each.code for each in scene.entries)
    assert offered(scene.managers[0]) == [scene.entries[0].code]

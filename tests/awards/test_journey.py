"""An award from template to winners, through the pages that people use."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from awards.models import Assignment, Entry, Programme, Result
from awards.selectors.templates import templates
from awards.tally import replayed
from ledger.models import Entry as LedgerEntry
from tests.awards.scenes import make_judging
from tests.factories import make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def post(client: Client, user: object, page: str, /, *args: object, **data: object) -> object:
    client.force_login(user)
    return client.post(reverse(f"awards:{page}", args=args), data)


def get(client: Client, user: object, name: str, *args: object) -> str:
    client.force_login(user)
    response = client.get(reverse(f"awards:{name}", args=args))
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def test_an_award_from_template_to_winners(client: Client) -> None:  # noqa: PLR0915 - a journey
    organiser = make_organisation(name="Scheme Office")
    chair = make_user(Role.AWARD_CHAIR, organiser)
    page = get(client, chair, "create")
    assert all(document["title"]["en"] in page for document in templates().values())
    given = {
        "template": "four-ps",
        "organiser": organiser.pk,
        "name": "Spring award",
        "begins": timezone.localdate().isoformat(),
        "time_zone": "UTC",
        "edition": "",
    }
    assert post(client, chair, "create", **given).status_code == 302
    programme = Programme.objects.get()
    declared = {"score": "mean", "trim": 0, "judges_per_entry": 2, "first_criterion": "performance"}
    assert post(client, chair, "declare", programme.code, **declared).status_code == 302
    # Without an edition nobody could have a certificate of it: the answer says so, and nobody gets in.
    document = json.loads(Programme.objects.get().document)
    document["eligibility"] = []
    Programme.objects.update(document=json.dumps(document))
    assert post(client, chair, "open", programme.code).status_code == 302

    codes = []
    for number in range(3):
        organisation = make_organisation(name=f"Harbour Voice {number}")
        centre = make_centre(organisation)
        manager = make_user(Role.CENTRE_MANAGER, organisation)
        facts = {"organisation": organisation.pk, "centre": centre.pk, "category": "centre", "title": f"Idea {number}"}
        response = post(client, manager, "enter", programme.code, **facts)
        assert response.status_code == 302
        entry = Entry.objects.get(title=f"Idea {number}")
        codes.append(entry.code)
        for ask in ("story", "survey"):
            facts = {"text": f"Words {number}", "revision": 0}
            assert post(client, manager, "answer", entry.code, ask, **facts).status_code == 200
        for ask, answers in (("nps", b"score\n9\n10\n3"), ("csat", b"score\n5\n4")):
            wrong = SimpleUploadedFile("answers.csv", b"score\n4\n99")
            response = post(client, manager, "table", entry.code, ask, table=wrong)
            assert response.status_code == 422
            assert "line 3" in response.content.decode()
            table = SimpleUploadedFile("answers.csv", answers)
            assert post(client, manager, "table", entry.code, ask, table=table).status_code == 302
        assert "NPS 33.33" in get(client, manager, "entry", entry.code)
        receipt = post(client, manager, "submit", entry.code)
        assert receipt["Location"].endswith("/receipts/1/")
        assert Entry.objects.get(code=entry.code).versions.get().sha256 in get(
            client, manager, "receipt", entry.code, 1
        )

    judges = [make_user() for _number in range(2)]
    for judge in judges:
        facts = {"email": judge.email, "capacity": 10}
        assert post(client, chair, "panel", programme.code, **facts).status_code == 302
    now = timezone.now()
    stage = programme.stages.get(code="paper")
    programme.stages.filter(code="paper").update(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1))
    page = get(client, chair, "assign", programme.code, "paper")
    fingerprint = page.split('name="fingerprint" value="')[1].split('"')[0]
    assert post(client, chair, "assign", programme.code, "paper", fingerprint=fingerprint).status_code == 302
    assert Assignment.objects.count() == 6

    for judge in judges:
        assert "0 of 3 done" in get(client, judge, "judging", programme.code)
        for card in Assignment.objects.filter(judge__user=judge).order_by("position"):
            page = get(client, judge, "card", card.code)
            assert "Harbour" not in page
            levels = {f"level-{each.code}": 2 + codes.index(card.entry.code) for each in programme.scheme.criteria}
            facts = {**levels, "revision": 0, "seen": 1, "hand": 1, "feedback": "More figures, please."}
            assert post(client, judge, "card_save", card.code, **facts).status_code == 302
        assert "3 of 3 done" in get(client, judge, "judging", programme.code)
        assert "3 answers" in get(client, judge, "compare", programme.code, "paper")
    page = get(client, chair, "desk", programme.code)
    assert "Idea 2" in page
    assert get(client, chair, "deliberate", programme.code, "paper", codes[0])

    programme.stages.filter(code="paper").update(closes_at=now - timedelta(minutes=1))
    assert post(client, chair, "gate", programme.code, "paper").status_code == 302
    stage.refresh_from_db()
    assert sorted(stage.passed) == sorted(codes)
    programme.stages.filter(code="visit").update(
        opens_at=now - timedelta(minutes=9), closes_at=now - timedelta(minutes=1)
    )
    post(client, chair, "freeze", programme.code)
    assert not Result.objects.exists()  # nobody was scored in the last stage


def test_frozen_results_are_replayed_corrected_and_shown_after_the_embargo(client: Client) -> None:
    scene = make_judging(4, 3)
    scene.assign()
    best = scene.entries[2]
    scene.score(lambda entry, _judge: (5, 4) if entry == best else (2, 3))
    code = scene.programme.code
    now = timezone.now()
    scene.programme.stages.update(opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1))
    assert post(client, scene.chair, "freeze", code).status_code == 302
    result = Result.objects.get()
    content = json.loads(result.content)
    assert [winner["entry"] for winner in content["winners"]] == [best.code]
    assert replayed(content) == []
    content["stages"][0]["facts"]["scores"][0][3] = 0
    assert replayed(content) == ["blind"]
    assert LedgerEntry.objects.filter(action="award.results_frozen").count() == 1

    post(client, scene.chair, "freeze", code)  # again: the first stands
    assert Result.objects.get().sha256 == result.sha256
    assert "the same" in get(client, scene.chair, "results", code)
    post(client, scene.chair, "correct", code, reason="The name of the centre is misspelt.")
    assert result.corrections.count() == 1

    gallery = reverse("awards:gallery", args=[code])
    later = timezone.localtime(now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    post(client, scene.chair, "announce", code, embargo_until=later)
    assert get(client, scene.chair, "gallery", code)  # a preview
    client.logout()
    assert client.get(gallery).status_code == 404
    post(client, scene.chair, "announce", code, embargo_until="")
    client.logout()
    page = client.get(gallery).content.decode()
    assert best.organisation.name in page
    assert scene.entries[0].organisation.name not in page

    manager = scene.managers[0]
    page = get(client, manager, "feedback", scene.entries[0].code)
    assert "2.00" in page
    assert not any(judge.user.name in page for judge in scene.judges)

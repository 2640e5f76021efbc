"""Blind judging does not leak: names in any script, files, addresses, titles, counts, other judges."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from PIL import Image

from awards.models import Assignment, EntryFile
from awards.redaction import MARK, redact
from awards.services.files import file_add, file_clear
from awards.services.panels import conflict_add, judge_add
from awards.services.submitting import entry_submit
from tests.awards.scenes import FACTS, enter, fill, make_programme
from tests.factories import AT, make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client

NAME = "Evergreen Mutual Bank 長青互惠銀行 (demo)"
STORY = (
    "At EVERGREEN mutual, 长青互惠银行, we (Ｅvergreen) answer from 九龙: "
    "ask lam.kit@evergreen.example or +852 2345 6789. "
    "Wing-lam Chau wrote the PearlCall script. 珍珠热线 is new."
)
SECRETS = ("vergreen", "長青", "长青", "九龍", "九龙", "Kowloon", "lam.kit", "2345", "Chau", "PearlCall", "珍珠热线")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("EVERGREEN  Mutual\nBank says", f"{MARK} says"),
        ("Evergreens' team", f"{MARK}' team"),
        ("长 青 互惠 銀行的做法", f"{MARK}的做法"),
        ("Ｅｖｅｒｇｒｅｅｎ", MARK),
        ("evergreen.com", MARK),
        ("The bank is mutual, the demo is a centre.", "The bank is mutual, the demo is a centre."),
        ("ever green evergreenish", "ever green evergreenish"),
        ("", ""),
    ],
)
def test_names_are_taken_out_however_they_are_written(text: str, left: str) -> None:
    assert redact(text, [NAME]).text == left


def test_what_was_taken_out_is_told_to_the_chair() -> None:
    assert redact("Evergreen and 長青互惠銀行", [NAME]).hits == ("Evergreen", "長青互惠銀行")
    assert redact("Nothing here", []).hits == ()


@pytest.fixture
def scene(db: None, settings: object, tmp_path: object):
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    scene = make_programme()
    organisation = make_organisation(name=NAME)
    centre = make_centre(organisation, name="Kowloon Contact Centre 九龍客服中心")
    make_user("viewer", organisation, name="Wing-lam Chau")
    entry = enter(
        scene,
        organisation=organisation,
        centre=centre,
        story=STORY,
        title="PearlCall at Evergreen",
        nominee="珍珠热线",
    )
    entry.names = "PearlCall\n珍珠热线"
    entry.save()
    for _number in range(2):
        enter(scene)
    for _number in range(3):
        user = make_user()
        scene.judges.append(
            judge_add(programme_id=scene.programme.pk, email=user.email, facts=FACTS, by=scene.chair, at=AT)
        )
    return scene


def picture() -> io.BytesIO:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Evergreen Mutual"
    Image.new("RGB", (40, 30), "teal").save(file, "JPEG", exif=exif)
    file.seek(0)
    return file


def test_no_page_of_a_judge_names_the_entrant(client: Client, scene, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, manager = scene.entries[0], scene.managers[0]
    photo = file_add(entry=entry, ask="files", source=picture(), filename="Evergreen logo.jpg", by=manager, at=AT)
    file_add(entry=entry, ask="files", source=io.BytesIO(b"Evergreen"), filename="Evergreen.txt", by=manager, at=AT)
    entry_submit(entry_id=entry.pk, by=manager, at=AT)
    cards = scene.assign()
    now = scene.stage.opens_at
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    card = next(each for each in cards if each.entry_id == entry.pk)
    judge = card.judge.user
    client.force_login(judge)
    code = scene.programme.code
    addresses = [
        reverse("awards:home"),
        reverse("awards:programme", args=[code]),
        reverse("awards:judging", args=[code]),
        reverse("awards:card", args=[card.code]),
        reverse("awards:abstain", args=[card.code]),
        reverse("awards:recuse", args=[card.code]),
        reverse("awards:compare", args=[code, "blind"]),
        reverse("awards:declare_conflicts", args=[code]),
        reverse("accounts:notice_list"),
    ]
    others = [each.user.name for each in scene.judges if each.user_id != judge.pk]
    shown = {address: client.get(address) for address in addresses}
    for address, response in shown.items():
        assert response.status_code == 200, address
        page = response.content.decode()
        found = [secret for secret in (*SECRETS, *others, entry.code, photo.sha256) if secret in page]
        assert found == [], (address, found)
        assert not any(secret in address for secret in SECRETS)
    assert entry.blind_code in shown[addresses[3]].content.decode()

    # The entry itself, its files and the chair's pages are not there for a judge.
    for name, arguments in {
        "entry": [entry.code],
        "receipt": [entry.code, 1],
        "blind_check": [entry.code],
        "feedback": [entry.code],
        "file": [entry.code, photo.code],
        "card_file": [card.code, photo.code],  # not cleared
    }.items():
        assert client.get(reverse(f"awards:{name}", args=arguments)).status_code == 404
    assert client.get(reverse("awards:desk", args=[code])).status_code == 403
    assert client.get(reverse("awards:gallery", args=[code])).status_code == 404

    file_clear(entry_id=entry.pk, code=photo.code, clear=True, by=scene.chair, at=AT)
    response = client.get(reverse("awards:card_file", args=[card.code, photo.code]))
    assert response["Content-Disposition"].endswith('filename="1.jpg"')
    assert b"Evergreen" not in b"".join(response.streaming_content)
    text = EntryFile.objects.get(filename="Evergreen.txt")
    assert client.get(reverse("awards:card_file", args=[card.code, text.code])).status_code == 404
    other = next(each for each in cards if each.judge.user_id != judge.pk)
    assert client.get(reverse("awards:card", args=[other.code])).status_code == 404


def test_nobody_sees_what_others_gave_before_or_after_handing_in(client: Client, scene, monkeypatch) -> None:
    cards = scene.assign()
    monkeypatch.setattr("django.utils.timezone.now", lambda: scene.stage.opens_at)
    mine = next(each for each in cards if each.entry_id == scene.entries[0].pk)
    for card in cards:
        if card.entry_id == mine.entry_id:
            fill(card, 5, 4, feedback="A word of mine.", note="secret note")
    theirs = next(each for each in cards if each.entry_id == mine.entry_id and each.pk != mine.pk)
    Assignment.objects.filter(pk=theirs.pk).update(feedback="A word of theirs.", note="their note")
    client.force_login(mine.judge.user)
    page = client.get(reverse("awards:card", args=[mine.code])).content.decode()
    assert "A word of mine." in page
    assert "theirs" not in page
    assert "their note" not in page


def test_declaring_a_conflict_never_tells_who_entered(client: Client, scene) -> None:
    judge = scene.judges[0]
    client.force_login(judge.user)
    address = reverse("awards:declare_conflicts", args=[scene.programme.code])
    answers = []
    for name in ("Evergreen", "Nobody at all"):
        response = client.post(address, {"name": name, "reason": "A cousin works there."}, follow=True)
        answers.append(response.content.decode().replace(name, "").split("csrf")[0])
    assert response.status_code == 200
    assert judge.conflicts.count() == 2
    scene.assign()
    assert not Assignment.objects.filter(judge=judge, entry=scene.entries[0]).exists()


def test_the_order_differs_between_judges_and_from_the_order_of_entry(db: None) -> None:
    from tests.awards.scenes import make_judging

    scene = make_judging(8, 3)
    scene.assign()
    orders = {
        tuple(Assignment.objects.filter(judge=judge).order_by("position").values_list("entry", flat=True))
        for judge in scene.judges
    }
    assert len(orders) == 3


def test_a_typed_conflict_meets_the_name_in_another_script(scene) -> None:
    conflict_add(judge_id=scene.judges[1].pk, name="长青互惠", reason="I taught there.", by=scene.judges[1].user, at=AT)
    scene.assign()
    assert not Assignment.objects.filter(judge=scene.judges[1], entry=scene.entries[0]).exists()

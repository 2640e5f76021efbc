"""Blind judging from outside: whatever a judge asks for, in whatever language, no entrant is named or counted."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pypdf
import pytest
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse
from PIL import Image, PngImagePlugin

from accounts.models import Role, User
from audits.models import Audit, AuditStatus
from awards.models import Assignment, Entry
from awards.services.entries import reference_add
from awards.services.files import file_add, file_clear, table_add
from awards.services.panels import judge_add, judges_remind, tie_add
from awards.services.submitting import entry_submit, entry_withdraw
from tests.api import Program
from tests.awards.scenes import FACTS, enter, fill, make_programme, template
from tests.config.test_urls import ADDRESSES, OURS
from tests.factories import AT, make_audit, make_centre, make_organisation, make_user
from tests.reports.rows import make_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.awards.scenes import AwardScene

NAME = "Evergreen Mutual Bank 長青互惠銀行 (demo)"
STORY = (
    "At EVERGREEN mutual, 长青互惠银行, we (Ｅvergreen) answer from 九龙: "
    "ask lam.kit@evergreen.example or +852 2345 6789. "
    "Wing-lam Chau (周詠琳) wrote the PearlCall script. 珍珠热线 is new; 珍珠熱線 too."
)
# Every name in every script and in every place where one could stand; looked for in small letters.
SECRETS = (
    *(
        "evergreen",
        "ｅvergreen",
        "長青",
        "长青",
        "kowloon",
        "九龍",
        "九龙",
        "lam.kit",
        "2345 6789",
        "chau",
        "周詠琳",
        "周咏琳",
    ),
    *("pearlcall", "珍珠热线", "珍珠熱線", "wing-lam", "quillback", "odalys"),
)
TOKENS = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"|"X-CSRFToken": ?"\w+"')


def picture(kind: str) -> io.BytesIO:
    """Return a picture whose properties name the entrant."""
    file, image = io.BytesIO(), Image.new("RGB", (40, 30), "teal")
    if kind == "JPEG":
        exif = Image.Exif()
        exif[0x010E], exif[0x013B], exif[0x8298] = NAME, "Wing-lam Chau", "PearlCall"
        image.save(file, kind, exif=exif, comment=b"Evergreen")
    else:
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", "Wing-lam Chau")
        text.add_itxt("Title", "珍珠热线 PearlCall")
        image.save(file, kind, pnginfo=text)
    file.seek(0)
    return file


def documents() -> Iterator[tuple[str, bytes]]:
    """Yield documents whose properties name the entrant."""
    written = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "Wing-lam Chau", "/Title": "Evergreen PearlCall"})
    writer.write(written)
    yield "Evergreen plan.pdf", written.getvalue()
    written = io.BytesIO()
    book = openpyxl.Workbook()
    book.properties.creator, book.properties.title = "Wing-lam Chau", "Evergreen"
    book.active.append(["PearlCall"])
    book.save(written)
    yield "珍珠热线.xlsx", written.getvalue()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr("word/document.xml", "<document>PearlCall</document>")
        archive.writestr("docProps/core.xml", "<coreProperties><creator>Wing-lam Chau</creator></coreProperties>")
    yield "Evergreen.docx", written.getvalue()


class Leaks:
    """A blind stage with one entrant whose names are everywhere, and judges who look for them."""

    scene: AwardScene
    entry: Entry
    audit: Audit
    words: tuple[str, ...]

    def __init__(self) -> None:
        """Enter, put five judges on the panel, assign and remind."""
        document = template()
        document["stages"][0]["asks"].append(
            {"code": "survey", "kind": "survey", "required": False, "mark": 9, "title": {"en": "Survey"}}
        )
        self.scene = scene = make_programme(stages=document["stages"])
        organisation = make_organisation(name=NAME)
        centre = make_centre(organisation, name="Kowloon Contact Centre 九龍客服中心")
        make_user("viewer", organisation, name="Wing-lam Chau 周詠琳")
        self.audit = make_audit(centre=centre, started=False)
        Audit.objects.filter(pk=self.audit.pk).update(status=AuditStatus.CLOSED, result={"result": {"tier": "base"}})
        piece = make_evidence(self.audit, "PearlCall at Evergreen, 九龍", "A1.1")
        self.entry = entry = enter(
            scene,
            organisation=organisation,
            centre=centre,
            story=STORY,
            title="PearlCall at Evergreen",
            nominee="珍珠热线",
        )
        Entry.objects.filter(pk=entry.pk).update(names="PearlCall\n珍珠热线")
        manager = scene.managers[0]
        User.objects.filter(pk=manager.pk).update(name="Odalys Brandt", email="odalys@evergreen.example")
        facts: dict[str, Any] = {"entry": entry, "ask": "files", "by": manager, "at": AT}
        shown = [
            file_add(**facts, source=picture(kind), filename=f"Evergreen logo.{kind.lower()}")
            for kind in ("JPEG", "PNG")
        ]
        hidden = [file_add(**facts, source=io.BytesIO(data), filename=name) for name, data in documents()]
        rows = io.BytesIO("respondent,channel,score\n1,PearlCall,9\n2,珍珠熱線,10\n3,voice,3".encode())
        table_add(
            entry=entry, ask="survey", source=rows, filename="Evergreen survey.csv", encoding="", by=manager, at=AT
        )
        reference_add(entry_id=entry.pk, ask="audit", audit_id=self.audit.pk, evidence_id=piece.pk, by=manager, at=AT)
        entry_submit(entry_id=entry.pk, by=manager, at=AT)
        self.entry.refresh_from_db()
        for each in shown:
            file_clear(entry_id=entry.pk, code=each.code, clear=True, by=scene.chair, at=AT)
        for number in range(3):
            enter(scene, organisation=make_organisation(name=f"Quillback {number}"))
        for _number in range(5):
            # The last one works for a supplier of the entrant, which the chair noted: found before assignment.
            employer = make_organisation()
            user = make_user(Role.VIEWER, employer)
            scene.judges.append(
                judge_add(programme_id=scene.programme.pk, email=user.email, facts=FACTS, by=scene.chair, at=AT)
            )
        tie_add(
            programme_id=scene.programme.pk,
            one=employer,
            other=organisation,
            kind="supplier",
            by=scene.chair,
            at=AT,
        )
        self.cards = scene.assign()
        judges_remind(stage_id=scene.stage.pk, by=scene.chair, at=AT)
        self.now = scene.stage.opens_at
        versions = entry.versions.values_list("sha256", flat=True)
        ids = [entry.code, *versions, self.audit.reference, *(file.sha256 for file in entry.files.all())]
        self.words = tuple(word.lower() for word in (*SECRETS, *ids, *(each.code for each in scene.entries)))
        assert hidden

    def addresses(self, name: str) -> Iterator[str]:
        """Yield an address with every combination of what can stand in it."""
        pattern = ADDRESSES[name].pattern
        scene, route = self.scene, str(pattern)
        files = list(self.entry.files.values_list("code", flat=True))
        numbers = {
            1,
            self.entry.organisation_id,
            self.entry.centre_id,
            self.audit.pk,
            *(judge.user_id for judge in scene.judges),
        }
        codes = [scene.programme.code]
        if "entries/" in route:
            codes = [code for each in scene.entries for code in (each.code, each.blind_code)]
        if "cards/" in route:
            codes = [card.code for card in self.cards]
        known = {
            "code": codes,
            "programme": [scene.programme.code],
            "stage": ["blind", "papers"],
            "ask": ["story", "files", "audit", "survey"],
            "file": files,
            "entry": [self.entry.code, self.entry.blind_code],
            "key": [judge.key for judge in scene.judges],
            "reference": [self.audit.reference, *self.entry.references.values_list("pk", flat=True)],
        }
        names = list(pattern.converters)
        values = []
        for each in names:
            whole = type(pattern.converters[each]).__name__ == "IntConverter"
            given = known.get(each, [*numbers] if whole else ["x", scene.programme.code, self.audit.reference])
            values.append([value for value in given if not whole or isinstance(value, int)] or [1])
        for combination in itertools.product(*values):
            with contextlib.suppress(NoReverseMatch):  # an address that takes no such word
                yield reverse(name, kwargs=dict(zip(names, combination, strict=True)))

    def found_in(self, response: Any) -> list[str]:
        """Return the secrets in a response: its text, its headers, its file opened, its properties read."""
        body = b"".join(response.streaming_content) if response.streaming else response.content
        texts = [body.decode("utf-8", "ignore"), body.decode("utf-16-le", "ignore"), str(response.headers)]
        if body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                texts += [
                    archive.read(each).decode("utf-8", "ignore") for each in archive.namelist()
                ] + archive.namelist()
        elif body[:4] == b"%PDF":
            reader = pypdf.PdfReader(io.BytesIO(body))
            texts += [str(reader.metadata), *(page.extract_text() for page in reader.pages)]
        elif response.headers.get("Content-Type", "").startswith("image/") and b"<svg" not in body[:300]:
            image = Image.open(io.BytesIO(body))
            texts += [str(image.info), str(dict(image.getexif()))]
        if "json" in response.headers.get("Content-Type", ""):
            texts.append(body.decode("unicode-escape", "ignore"))
        text = "\n".join(texts).lower()
        return [word for word in self.words if word in text]


@pytest.fixture
def leaks(db: None, settings: object, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Leaks:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    made = Leaks()
    monkeypatch.setattr("django.utils.timezone.now", lambda: made.now)
    return made


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_no_address_names_an_entrant_to_a_judge(leaks: Leaks) -> None:
    """Every address of the product that a judge can reach with anything that could stand in it, pages and API."""
    card = next(each for each in leaks.cards if each.entry_id == leaks.entry.pk)
    clear = leaks.scene.judges[-1].user  # who is kept from the entry
    reached: dict[str, int] = {}
    for user in (card.judge.user, clear):
        client, program = signed_in(user), Program(user).client
        answered = []
        for name in OURS:
            for address in leaks.addresses(name):
                response = (program if name.startswith("api:") else client).get(address)
                if response.status_code == 404:
                    # Whoever asks in vain reads their own address, which names nobody but what they knew.
                    continue
                assert response.status_code < 500, address
                assert leaks.found_in(response) == [], (address, response.status_code)
                if response.status_code == 200:
                    answered.append((name, address))
                    reached[name] = reached.get(name, 0) + 1
        for language in ("zh-hans", "zh-hant"):
            User.objects.filter(pk=user.pk).update(language=language)
            for name, address in answered:
                response = (program if name.startswith("api:") else client).get(address)
                assert leaks.found_in(response) == [], (language, address)
    # The walk is no walk past closed doors.
    wanted = {"awards:card", "awards:judging", "awards:recuse", "awards:abstain", "awards:compare", "awards:programme"}
    assert wanted | {"awards:card_file", "awards:declare_conflicts", "accounts:notice_list", "awards:home"} <= set(
        reached
    )
    assert reached["awards:card_file"] == 2  # the two pictures that the chair cleared, to the one who judges them
    assert len(mail.outbox) == len(
        [message for message in mail.outbox if not any(w in message.body.lower() for w in leaks.words)]
    )


def test_an_address_that_is_not_there_tells_nothing(leaks: Leaks) -> None:
    """What exists and is hidden answers as what does not exist."""
    client = signed_in(leaks.scene.judges[0].user)
    hidden = client.get(reverse("awards:entry", args=[leaks.entry.code]))
    absent = client.get(reverse("awards:entry", args=["a" * len(leaks.entry.code)]))
    assert hidden.status_code == absent.status_code == 404
    assert TOKENS.sub("", hidden.content.decode()).replace(leaks.entry.code, "") == TOKENS.sub(
        "", absent.content.decode()
    ).replace("a" * len(leaks.entry.code), "")


def pages_of(leaks: Leaks, judge: Any) -> dict[str, str]:
    """Return every page of the award that a judge can open, without what is new at each request."""
    client, scene = signed_in(judge.user), leaks.scene
    code = scene.programme.code
    addresses = [
        reverse("awards:home"),
        *(reverse(f"awards:{name}", args=[code]) for name in ("programme", "judging", "declare_conflicts")),
        reverse("awards:compare", args=[code, "blind"]),
        *(reverse("awards:card", args=[card.code]) for card in leaks.cards if card.judge_id == judge.pk),
    ]
    return {address: TOKENS.sub("", client.get(address).content.decode()) for address in addresses}


def test_nothing_a_judge_sees_moves_with_what_others_do(leaks: Leaks) -> None:
    """Search, sort order and counts: entries come and go, others score and step aside, and no page changes a sign."""
    scene = leaks.scene
    judge = scene.judges[0]
    before = pages_of(leaks, judge)
    mine = set(Assignment.objects.filter(judge=judge).values_list("entry", flat=True))
    for query in (
        "q=Evergreen",
        "q=zzzz",
        "sort=score",
        "sort=name&order=desc",
        "order=organisation",
        "page=2",
        f"entry={leaks.entry.code}",
    ):
        client = signed_in(judge.user)
        for address, page in before.items():
            said = TOKENS.sub("", client.get(f"{address}?{query}").content.decode())
            assert strip_query(said) == strip_query(page), (address, query)
    for card in leaks.cards:
        if card.judge_id != judge.pk:
            fill(card, 5, 5, feedback="theirs")
    away = next(entry for entry in scene.entries if entry.pk not in mine) if len(mine) < len(scene.entries) else None
    if away:
        entry_withdraw(entry_id=away.pk, reason="Merged.", by=scene.managers[scene.entries.index(away)], at=leaks.now)
    assert pages_of(leaks, judge) == before


def strip_query(page: str) -> str:
    """Return a page without its own address, which links of language and sign-in carry."""
    return re.sub(r'(href|action|value|content)="[^"]*\?[^"]*"', "", page)

"""How an organisation's documents look: what may be chosen, what is refused, and what a document then wears."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import Role
from ledger.models import Entry
from reports.house import MOVABLE, House, contrast, dress, dyed, ordered, readable
from reports.house_forms import HouseForm
from reports.models import HouseStyle
from reports.pdf.logo import LogoRefusedError, logo_of
from reports.renderers import render_html
from reports.selectors import audit_document
from reports.services import house_save
from tests.factories import AT, make_audit, make_organisation, make_user
from tests.reports.samples import make_report

if TYPE_CHECKING:
    from accounts.models import Organisation


def picture(size: tuple[int, int] = (600, 200), form: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "#204060").save(target, form)
    return target.getvalue()


def bomb() -> bytes:
    """Return a PNG of 80 megapixels in a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 10_000, 8_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0")) + chunk(b"IEND", b"")


def sent(**fields: str) -> dict[str, str]:
    places = {f"place_{section}": str(place) for place, section in enumerate(MOVABLE, 1)}
    return {"plate": "#10302f", "accent": "#0f5e5b", **places, **fields}


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_our_own_colours_are_readable_and_pale_ones_are_not() -> None:
    assert readable()
    assert not readable(plate="#c0c0c0")
    assert not readable(accent="#8fd0c0")


def test_sections_move_within_bounds_and_none_is_lost() -> None:
    there = ["summary", "market", "findings", "criteria", "methods"]
    assert ordered(there, ("criteria", "market", "summary")) == ["summary", "criteria", "market", "findings", "methods"]
    assert sorted(ordered(there, ())) == sorted(there)


def test_the_hash_says_which_version() -> None:
    house = House(texts={"en": {"legal": "Ours."}})
    assert House.restored(house.content()) == house
    assert house.sha256() != replace(house, plate="#102040").sha256()


def test_a_text_that_a_language_has_not_is_taken_in_english() -> None:
    house = House(texts={"en": {"legal": "Ours.", "foreword": "Hello"}, "zh-hant": {"legal": "法律"}})
    worn = dress(house, code="Body", version=3, language="zh-hant")
    assert (worn.legal, worn.foreword, worn.title) == ("法律", "Hello", "")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_mark_is_encoded_anew(form: str) -> None:
    with Image.open(io.BytesIO(logo_of(picture((3000, 1000), form)))) as image:
        assert (image.format, image.size) == ("PNG", (1200, 400))
        assert image.info.keys() <= {"dpi"}


@pytest.mark.parametrize(("data", "code"), [(bomb(), "too_many_pixels"), (b"GIF89a", "bad_image"), (b"", "bad_image")])
def test_a_bomb_and_what_is_no_picture_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(LogoRefusedError) as caught:
        logo_of(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"plate": "#c0c0c0"}, "plate"),
        ({"accent": "url(x)"}, "accent"),
        ({"plate": "#10302f; } * { display: none"}, "plate"),
        ({"place_market": "2"}, "__all__"),
        ({"legal_en": "x" * 3001}, "legal_en"),
        ({"place_market": "7"}, "place_market"),
    ],
)
def test_the_form_says_what_cannot_be(fields: dict[str, str], place: str) -> None:
    form = HouseForm(sent(**fields))
    assert not form.is_valid()
    assert place in form.errors


def test_the_form_refuses_a_bomb_at_its_place() -> None:
    form = HouseForm(sent(), {"logo": SimpleUploadedFile("a.png", bomb())})
    assert "40 megapixels" in str(form.errors["logo"])


def test_a_report_wears_it_and_executes_nothing() -> None:
    said = {"title": "{{ 7|add:7 }}", "foreword": "{{7*7}} <script>x</script>", "legal": "<b>Ours</b>"}
    house = House(
        plate="#102040", order=("criteria", *[each for each in MOVABLE if each != "criteria"]), texts={"en": said}
    )
    report = make_report()
    plain = report.content_sha256()
    report = replace(report, dress=dress(house, code="Body", version=2, language="en"))
    html = render_html(report)
    assert "{{7*7}} &lt;script&gt;" in html
    assert "{{ 7|add:7 }}" in html
    assert "&lt;b&gt;Ours&lt;/b&gt;" in html
    assert house.sha256() in html
    found = re.findall(r'<section id="(\w+)"', html)
    assert found.index("criteria") < found.index("market") < found.index("methods")
    assert set(MOVABLE) - {"measurements"} <= set(found)
    assert report.content_sha256() != plain
    assert "#102040" in dyed(".plate { background: #10302f }", report.dress)


def test_a_report_without_a_house_keeps_its_hash() -> None:
    assert b'"dress"' not in make_report().canonical()
    assert b'"logo"' not in make_report().canonical()


@pytest.fixture
def body() -> Organisation:
    return make_organisation()


@pytest.mark.django_db
def test_each_change_is_a_version_and_nothing_is_kept_twice(body: Organisation) -> None:
    manager = make_user(Role.AUDIT_MANAGER, body)
    first = house_save(organisation=body, house=House(), logo=b"", by=manager, at=AT)
    assert house_save(organisation=body, house=House(), logo=b"", by=manager, at=AT) == first
    mark = logo_of(picture())
    second = house_save(organisation=body, house=House(), logo=mark, by=manager, at=AT)
    assert (second.version, HouseStyle.objects.count()) == (2, 2)
    assert Entry.objects.filter(action="house.saved").count() == 2


@pytest.mark.django_db
def test_documents_wear_the_newest_of_the_conducting_body() -> None:
    audit = make_audit()
    manager = make_user(Role.AUDIT_MANAGER, audit.conductor)
    mark = logo_of(picture())
    style = house_save(organisation=audit.conductor, house=House(plate="#102040"), logo=mark, by=manager, at=AT)
    report = audit_document(audit, language="en", at=AT)
    assert report.dress
    assert (report.dress.sha256, report.dress.version) == (style.sha256, 1)
    assert report.logo == mark


@pytest.mark.django_db
def test_the_page_saves_shows_faults_and_is_not_for_others(body: Organisation, client: Client) -> None:
    client.force_login(make_user(Role.AUDIT_MANAGER, body))
    address = reverse("reports:house", args=[body.pk])
    assert client.get(reverse("reports:house_list")).headers["Location"] == address
    assert client.get(address).status_code == 200
    page = client.post(address, sent(plate="#ffffff"))
    assert "cannot be read well" in page.content.decode()
    client.post(address, sent(plate="#102040", legal_en="Ours."))
    assert HouseStyle.objects.get().content["texts"] == {"en": {"legal": "Ours."}}
    preview = client.post(reverse("reports:house_preview", args=[body.pk]), sent())
    assert "needs an audit" in preview.content.decode()
    viewer, stranger = Client(), Client()
    viewer.force_login(make_user(Role.VIEWER, body))
    stranger.force_login(make_user(Role.ADMINISTRATOR))
    assert viewer.get(address).status_code == 403
    assert stranger.get(address).status_code == 404


@pytest.mark.django_db
def test_the_preview_is_the_cover_as_it_would_be_printed(client: Client) -> None:
    audit = make_audit()
    client.force_login(make_user(Role.AUDIT_MANAGER, audit.conductor))
    files: dict[str, Any] = {"logo": SimpleUploadedFile("mark.png", picture())}
    answer = client.post(
        reverse("reports:house_preview", args=[audit.conductor_id]), {**sent(plate="#402010"), **files}
    )
    data = re.search(r"base64,([^\"]+)", answer.content.decode())
    assert data
    with Image.open(io.BytesIO(base64.b64decode(data[1]))) as image:
        shown = image.convert("RGB")
        assert shown.getpixel((5, 5)) == (0x40, 0x20, 0x10)
        assert (0x20, 0x40, 0x60) in {colour for _count, colour in shown.getcolors(1 << 20) or []}, "the mark is on it"
    assert not HouseStyle.objects.exists()

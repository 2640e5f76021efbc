"""Evidence as people keep it: versions, notes, confidentiality, copies of pictures, hostile files, withdrawal."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import wave
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.access import may
from audits.models import Audit, AuditStatus, Evidence, EvidenceUse
from audits.services.evidence import evidence_attach, note_add
from audits.services.pieces import EvidenceError, evidence_revise, evidence_withdraw
from audits.storage import path_of
from ledger.models import Entry
from reports.selectors.certification import audit_document
from tests.audits.scenes import PNG, WHO, Scene, make_scene, picture
from tests.factories import AT

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"
OPENERS = {"leader", "auditor", "audit_manager", "decision_maker"}


@pytest.fixture
def scene(client: Client, settings: SettingsWrapper, tmp_path: Path) -> Scene:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    made = make_scene(answered=False)
    client.force_login(made.people["leader"])
    return made


def upload(client: Client, scene: Scene, content: bytes, name: str, **fields: str) -> HttpResponse:
    url = reverse("audits:evidence_upload", args=[scene.answer.pk])
    data = {"kind": "document", "file": SimpleUploadedFile(name, content), **fields}
    return client.post(url, data, headers={"Accept": "application/json"})


def revise(scene: Scene, content: bytes, name: str = "b.pdf") -> Evidence:
    return evidence_revise(
        evidence=scene.evidence, source=io.BytesIO(content), filename=name, by=scene.people["leader"], at=AT
    )


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def address(name: str, piece: Evidence, query: str = "") -> str:
    return reverse(f"audits:{name}", args=[piece.pk]) + query


# --- the upload as scripts use it -------------------------------------------------------------------------------------


def test_same_upload_again_answers_the_same_and_changes_nothing(client: Client, scene: Scene) -> None:
    first = upload(client, scene, PDF, "a.pdf")
    entries, uses = Entry.objects.count(), EvidenceUse.objects.count()
    second = upload(client, scene, PDF, "a.pdf")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (Entry.objects.count(), EvidenceUse.objects.count()) == (entries, uses)


def test_refusal_as_json_has_code_and_words(client: Client, scene: Scene) -> None:
    response = upload(client, scene, b"MZ", "a.exe")
    assert response.status_code == 422
    assert response.json()["error"] == "unknown_type"
    assert "docx" in response.json()["message"]


def test_closed_audit_refuses_a_late_upload_as_json(client: Client, scene: Scene) -> None:
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.CLOSED)
    response = upload(client, scene, PDF, "a.pdf")
    assert (response.status_code, response.json()["error"]) == (409, "closed")


# --- pictures ---------------------------------------------------------------------------------------------------------


def photo() -> bytes:
    """Return a photo that lies on its side and says where it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 17.0, 5.0), 3: "E", 4: (114.0, 10.0, 3.0)})
    return picture("JPEG", (60, 40), exif=exif, comment=b"SecretComment")


def test_displayed_photo_is_upright_and_says_nothing_but_the_picture(client: Client, scene: Scene) -> None:
    content = photo()
    piece = Evidence.objects.get(pk=upload(client, scene, content, "p.jpg", kind="photo").json()["id"])
    for name, query in (("evidence_view", ""), ("evidence_view", "?size=small"), ("evidence_file", "")):
        shown = body(client.get(address(name, piece, query)))
        with Image.open(io.BytesIO(shown)) as image:
            assert image.size == (40, 60)
            assert not image.getexif()
            assert "comment" not in image.info
        assert b"Secret" not in shown
    assert body(client.get(address("evidence_original", piece))) == content


def test_large_picture_is_made_smaller_for_the_screen(client: Client, scene: Scene) -> None:
    piece = Evidence.objects.get(pk=upload(client, scene, picture("PNG", (3000, 1000)), "p.png").json()["id"])
    sizes = []
    for query in ("", "?size=small"):
        with Image.open(io.BytesIO(body(client.get(address("evidence_view", piece, query))))) as image:
            sizes.append(max(image.size))
    assert sizes == [1600, 320]


def test_picture_of_the_time_before_copies_is_shown_without_its_position(client: Client, scene: Scene) -> None:
    piece = Evidence.objects.get(pk=upload(client, scene, photo(), "p.jpg").json()["id"])
    Evidence.objects.filter(pk=piece.pk).update(view_sha256="", thumb_sha256="")
    assert b"Secret" not in body(client.get(address("evidence_file", piece)))


def huge_png() -> bytes:
    """Return a PNG of 100 megapixels in a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 10_000, 10_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def office(**entries: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<x/>")
        for name, data in entries.items():
            archive.writestr(f"word/{name}", data)
    return content.getvalue()


def many_entries() -> bytes:
    return office(**{f"e{number}": b"" for number in range(5001)})


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("a.png", huge_png, "too_many_pixels"),
        ("a.png", lambda: PNG[:40], "bad_image"),
        ("a.jpg", lambda: picture("JPEG", (300, 300))[:400], "bad_image"),
        ("a.jpg", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + HTML, "bad_image"),
        ("a.jpg", lambda: HTML, "content_differs"),
        ("a.png", lambda: SVG, "content_differs"),
        ("a.svg", lambda: SVG, "unknown_type"),
        ("a.png.svg", lambda: SVG, "unknown_type"),
        ("call\u202egpj.exe", lambda: PNG, "unknown_type"),
        ("a.docx", many_entries, "swollen"),
        ("a.docx", lambda: office(**{"vbaProject.bin": b"x"}), "macros"),
        ("a.txt", lambda: b"", "empty"),
    ],
    ids=lambda value: "made" if callable(value) else str(value).encode("ascii", "replace").decode(),
)
def test_hostile_file_is_refused_and_leaves_nothing(
    client: Client, scene: Scene, settings: SettingsWrapper, name: str, make: Any, code: str
) -> None:
    before = sorted(Path(settings.EVIDENCE_DIR).rglob("*"))
    response = upload(client, scene, make(), name)
    assert (response.status_code, response.json()["error"]) == (422, code)
    assert sorted(path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file()) == [
        path for path in before if path.is_file()
    ]
    assert Evidence.objects.count() == 1


def test_zip_bomb_named_as_a_document_is_refused_by_its_list_of_contents(client: Client, scene: Scene) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as target:
            for _ in range(520):
                target.write(bytes(1024 * 1024))
    assert upload(client, scene, content.getvalue(), "a.docx").json()["error"] == "swollen"


def test_polyglot_is_shown_encoded_anew_and_handed_out_as_a_picture_only(client: Client, scene: Scene) -> None:
    piece = Evidence.objects.get(pk=upload(client, scene, PNG + HTML, "a.png").json()["id"])
    for name in ("evidence_view", "evidence_file", "evidence_original"):
        response = client.get(address(name, piece))
        assert response.headers["Content-Type"] == "image/png"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert (HTML in body(response)) == (name == "evidence_original")


def test_written_script_is_shown_as_text(client: Client, scene: Scene) -> None:
    piece = Evidence.objects.get(pk=upload(client, scene, HTML, "a.txt").json()["id"])
    page = client.get(address("evidence_detail", piece)).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert client.get(address("evidence_view", piece)).status_code == 404


@pytest.mark.parametrize(
    ("code", "status", "error"), [("0", 200, None), ("1", 422, "infected"), ("2", 422, "scanner_failed")]
)
def test_scanner_decides_and_what_it_refuses_is_kept_apart(
    client: Client, scene: Scene, settings: SettingsWrapper, code: str, status: int, error: str | None
) -> None:
    settings.EVIDENCE_SCANNER = ["sh", "-c", f"exit {code}"]
    response = upload(client, scene, PDF, "a.pdf")
    assert (response.status_code, response.json().get("error")) == (status, error)
    digest = hashlib.sha256(PDF).hexdigest()
    assert path_of(digest).exists() == (error is None)
    assert (Path(settings.EVIDENCE_DIR) / "quarantine" / digest).exists() == (error == "infected")
    assert Entry.objects.filter(action="evidence.quarantined").exists() == (error == "infected")


def test_organisation_without_room_is_told(client: Client, scene: Scene, settings: SettingsWrapper) -> None:
    settings.EVIDENCE_QUOTA_BYTES = scene.evidence.size
    assert upload(client, scene, PDF, "a.pdf").json()["error"] == "quota"


# --- players and viewers ----------------------------------------------------------------------------------------------


def sound() -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as made:
        made.setparams((1, 2, 8000, 0, "NONE", ""))
        made.writeframes(bytes(400))
    return target.getvalue()


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("", 200, slice(None)),
        ("bytes=0-9", 206, slice(10)),
        ("bytes=400-", 206, slice(400, None)),
        ("bytes=-4", 206, slice(-4, None)),
        ("bytes=9999-", 416, slice(0)),
        ("nonsense", 200, slice(None)),
    ],
)
def test_player_gets_the_part_that_it_asks_for(
    client: Client, scene: Scene, asked: str, status: int, part: slice
) -> None:
    content = sound()
    piece = Evidence.objects.get(pk=upload(client, scene, content, "a.wav", kind="recording").json()["id"])
    response = client.get(address("evidence_view", piece), headers={"Range": asked} if asked else {})
    assert response.status_code == status
    assert body(response) == content[part]


def test_pdf_is_shown_by_the_browsers_own_viewer_inside_our_pages_only(client: Client, scene: Scene) -> None:
    piece = Evidence.objects.get(pk=upload(client, scene, PDF, "a.pdf").json()["id"])
    response = client.get(address("evidence_view", piece))
    assert body(response) == PDF
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in client.get(address("evidence_detail", piece)).headers["Content-Security-Policy"]


# --- notes ------------------------------------------------------------------------------------------------------------


def test_written_note_is_stored_and_hashed_like_a_file(client: Client, scene: Scene) -> None:
    url = reverse("audits:evidence_note", args=[scene.answer.pk])
    data = {"kind": "interview", "title": "Shift lead\u202e", "text": "She said:\r\n坐席 👩"}
    assert client.post(url, data).status_code == 200
    piece = Evidence.objects.latest("pk")
    stored = "She said:\n坐席 👩\n".encode()
    assert path_of(piece.sha256).read_bytes() == stored
    assert (piece.sha256, piece.kind, piece.title) == (hashlib.sha256(stored).hexdigest(), "interview", "Shift lead")
    assert "坐席 👩" in client.get(address("evidence_detail", piece)).content.decode()


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "a\x1bb", "x" * 20_001])
def test_note_that_cannot_be_stored_is_refused_and_comes_back(client: Client, scene: Scene, text: str) -> None:
    response = client.post(
        reverse("audits:evidence_note", args=[scene.answer.pk]), {"kind": "observation", "title": "Kept", "text": text}
    )
    assert response.status_code == 422
    assert "Kept" in response.content.decode()
    assert Evidence.objects.count() == 1


# --- versions ---------------------------------------------------------------------------------------------------------


def test_newer_version_leaves_the_answer_on_the_one_its_author_saw(client: Client, scene: Scene) -> None:
    old = scene.evidence.sha256
    piece = revise(scene, PDF)
    use = EvidenceUse.objects.get(answer=scene.answer, evidence=piece)
    assert (piece.version, piece.sha256 != old, use.version) == (2, True, 1)
    assert body(client.get(address("evidence_original", piece, "?version=1"))) == PNG
    assert body(client.get(address("evidence_file", piece))) == PDF
    lines = client.get(reverse("audits:evidence_lines", args=[scene.answer.pk])).content.decode()
    assert "The answer rests on version 1; there is a version 2." in lines
    client.post(reverse("audits:evidence_rest", args=[scene.answer.pk, piece.pk]))
    use.refresh_from_db()
    assert use.version == 2


def test_report_names_the_version_that_an_answer_rests_on(scene: Scene) -> None:
    old = scene.evidence.sha256
    piece = revise(scene, PDF)
    code = scene.answer.criterion.code
    items = {item.label: item for item in audit_document(scene.audit, language="en", at=AT).evidence}
    assert set(items) == {"E1", "E1v1"}
    assert (items["E1v1"].sha256, items["E1v1"].criteria, items["E1v1"].version) == (old, (code,), 1)
    assert (items["E1"].sha256, items["E1"].criteria, items["E1"].version) == (piece.sha256, (), 2)


@pytest.mark.parametrize(("content", "code"), [(PNG, "same_content"), (PDF, "known_elsewhere")])
def test_content_that_the_audit_has_already_is_no_new_version(
    client: Client, scene: Scene, content: bytes, code: str
) -> None:
    upload(client, scene, PDF, "a.pdf")
    with pytest.raises(EvidenceError, match=code):
        revise(scene, content, "b.png" if content == PNG else "b.pdf")
    scene.evidence.refresh_from_db()
    assert scene.evidence.version == 1


def test_upload_of_a_former_content_finds_its_piece(client: Client, scene: Scene) -> None:
    piece = revise(scene, PDF)
    scene.answer = scene.audit.answers.last()
    assert upload(client, scene, PNG, "again.png").json()["id"] == piece.pk
    assert EvidenceUse.objects.get(answer=scene.answer).version == 1


@pytest.mark.parametrize("version", ["0", "3", "-1", "x", "99999999999", "²"])
def test_version_that_does_not_exist_is_not_found(client: Client, scene: Scene, version: str) -> None:
    for name in ("evidence_detail", "evidence_file", "evidence_view", "evidence_original"):
        assert client.get(address(name, scene.evidence), {"version": version}).status_code == 404


def test_verify_evidence_covers_versions_copies_and_notes(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    note_add(answer=scene.answer, text="Seen.", kind="observation", title="N", by=scene.people["leader"], at=AT)
    big = evidence_revise(
        evidence=scene.evidence,
        source=io.BytesIO(picture("JPEG", (900, 600))),
        filename="b.jpg",
        by=scene.people["leader"],
        at=AT,
    )
    for sha256 in (PNG_SHA, big.sha256, big.view_sha256, big.thumb_sha256, hashlib.sha256(b"Seen.\n").hexdigest()):
        path = path_of(sha256)
        content = path.read_bytes()
        path.write_bytes(content + b"!")
        with pytest.raises(SystemExit):
            call_command("verify_evidence", "--json")
        assert json.loads(capsys.readouterr().out)["bad"] == [{"sha256": sha256, "problem": "changed"}]
        path.write_bytes(content)
    call_command("verify_evidence")


PNG_SHA = hashlib.sha256(PNG).hexdigest()


# --- what is confidential ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", WHO)
def test_confidential_piece_opens_to_team_reviewers_and_decider_only(client: Client, scene: Scene, who: str) -> None:
    Evidence.objects.update(confidential=True, title="Payroll", filename="hidden-name.png")
    user = scene.people[who]
    client.force_login(user)
    opens = who in OPENERS
    assert may(user, "audits.open_sealed", scene.audit) == opens
    assert Evidence.objects.visible_to(user).exists() == opens
    for name in ("evidence_detail", "evidence_file", "evidence_view", "evidence_original"):
        response = client.get(address(name, scene.evidence))
        body(response)
        assert (response.status_code == 200) == opens
    if who == "outsider":
        return
    pages = [
        reverse("audits:evidence_list", args=[scene.audit.pk]),
        reverse("audits:evidence_lines", args=[scene.answer.pk]),
        reverse("audits:answer_panel", args=[scene.answer.pk]),
    ]
    for page in pages:
        text = client.get(page).content.decode()
        assert "Payroll" in text
        assert (scene.evidence.sha256[:12] in text) == opens
        assert (address("evidence_detail", scene.evidence) in text) == opens
    for query in ("q=hidden", f"q={scene.evidence.sha256[:8]}", "kind=photo"):
        found = "Payroll" in client.get(f"{pages[0]}?{query}").content.decode()
        assert found == opens


def test_report_tells_a_confidential_piece_by_its_title_alone(scene: Scene) -> None:
    Evidence.objects.update(confidential=True)
    (item,) = audit_document(scene.audit, language="en", at=AT).evidence
    assert (item.title, item.filename, item.size, item.sha256) == (scene.evidence.title, "", 0, "")


@pytest.mark.parametrize("who", sorted(set(WHO) - OPENERS - {"outsider"}))
def test_original_of_a_picture_is_for_those_who_may_open_it(client: Client, scene: Scene, who: str) -> None:
    client.force_login(scene.people[who])
    handed = client.get(address("evidence_file", scene.evidence))
    assert (handed.status_code, bool(body(handed))) == (200, True)
    assert client.get(address("evidence_original", scene.evidence)).status_code == 403


# --- one piece, many criteria -----------------------------------------------------------------------------------------


def test_piece_is_found_and_attached_to_more_criteria_once(client: Client, scene: Scene) -> None:
    others = list(scene.audit.answers.exclude(pk=scene.answer.pk).values_list("pk", flat=True))[:2]
    url = address("evidence_serve", scene.evidence)
    for _ in range(2):
        client.post(url, {"answers": [*others, scene.answer.pk, "x", 10**30]})
    assert set(scene.evidence.answers.values_list("pk", flat=True)) == {scene.answer.pk, *others}
    choose = reverse("audits:evidence_choose", args=[scene.audit.answers.last().pk])
    assert "wall.png" in client.get(choose, {"q": "WALL"}).content.decode()
    assert "wall.png" not in client.get(choose, {"q": "\x00nothing"}).content.decode()


def test_detaching_can_be_undone_to_the_same_version(client: Client, scene: Scene) -> None:
    piece = revise(scene, PDF)
    arguments = [scene.answer.pk, piece.pk]
    text = client.post(reverse("audits:evidence_remove", args=arguments)).content.decode()
    assert '{"version": "1"}' in text
    client.post(reverse("audits:evidence_attach", args=arguments), {"version": "1"})
    assert EvidenceUse.objects.get().version == 1


def test_piece_of_another_audit_cannot_be_attached(client: Client, scene: Scene) -> None:
    foreign = make_scene(answered=False).evidence
    response = client.post(reverse("audits:evidence_attach", args=[scene.answer.pk, foreign.pk]))
    assert response.status_code == 404
    with pytest.raises(Evidence.DoesNotExist):
        evidence_attach(answer=scene.answer, evidence_id=foreign.pk, by=scene.people["leader"], at=AT)


# --- withdrawal and validity ------------------------------------------------------------------------------------------


def test_piece_is_withdrawn_only_when_nothing_rests_on_it_and_never_destroyed(client: Client, scene: Scene) -> None:
    by = scene.people["leader"]
    with pytest.raises(EvidenceError, match="still_used"):
        evidence_withdraw(evidence=scene.evidence, reason="Double.", by=by, at=AT)
    client.post(reverse("audits:evidence_remove", args=[scene.answer.pk, scene.evidence.pk]))
    with pytest.raises(EvidenceError, match="no_reason"):
        evidence_withdraw(evidence=scene.evidence, reason="  ", by=by, at=AT)
    client.post(address("evidence_withdraw", scene.evidence), {"reason": "Double."})
    listed = reverse("audits:evidence_list", args=[scene.audit.pk])
    assert "wall.png" not in client.get(listed).content.decode()
    assert "wall.png" in client.get(listed, {"state": "withdrawn"}).content.decode()
    assert path_of(scene.evidence.sha256).exists()
    client.post(address("evidence_restore", scene.evidence))
    scene.evidence.refresh_from_db()
    assert scene.evidence.withdrawn_at is None


def test_uploading_a_withdrawn_content_again_takes_it_back(client: Client, scene: Scene) -> None:
    client.post(reverse("audits:evidence_remove", args=[scene.answer.pk, scene.evidence.pk]))
    client.post(address("evidence_withdraw", scene.evidence), {"reason": "Double."})
    upload(client, scene, PNG, "wall.png")
    scene.evidence.refresh_from_db()
    assert scene.evidence.withdrawn_at is None


@pytest.mark.parametrize(("days", "holds", "words"), [(-1, "expired", "Expired on"), (0, "soon", "Valid only until")])
def test_validity_is_marked_and_found(client: Client, scene: Scene, days: int, holds: str, words: str) -> None:
    Evidence.objects.update(valid_until=timezone.localdate() + timedelta(days=days))
    listed = reverse("audits:evidence_list", args=[scene.audit.pk])
    assert words in client.get(listed, {"state": holds}).content.decode()
    other = "soon" if holds == "expired" else "expired"
    assert "wall.png" not in client.get(listed, {"state": other}).content.decode()


@pytest.mark.parametrize("query", ["sort=password", "kind=x", "state=x", "page=99999", "q=%00%ff", "q=" + "x" * 5000])
def test_nonsense_in_the_address_of_the_list_is_harmless(client: Client, scene: Scene, query: str) -> None:
    assert client.get(reverse("audits:evidence_list", args=[scene.audit.pk]) + "?" + query).status_code == 200


@pytest.mark.parametrize("name", ["evidence_list", "evidence_lines", "evidence_choose", "evidence_detail"])
def test_pages_take_the_same_queries_for_one_and_for_many(client: Client, scene: Scene, name: str) -> None:
    about = {"evidence_list": scene.audit.pk, "evidence_detail": scene.evidence.pk}.get(name, scene.answer.pk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(f"audits:{name}", args=[about])).status_code == 200
        return len(seen)

    queries()
    one = queries()
    for number in range(6):
        upload(client, scene, PDF + bytes([65 + number]), f"{number}.pdf")
    for other in scene.audit.answers.exclude(pk=scene.answer.pk)[:2]:
        evidence_attach(answer=other, evidence_id=scene.evidence.pk, by=scene.people["leader"], at=AT)
    revise(scene, PDF + b"z")
    assert queries() == one

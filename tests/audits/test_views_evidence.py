"""Evidence: what is taken, what is refused, what lies on disk, how it is handed out."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from audits.models import Audit, AuditStatus, Evidence
from audits.storage import path_of
from ledger.models import Entry
from tests.audits.scenes import PNG, Scene, make_scene, picture

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

JPEG = picture("JPEG")
PDF = b"%PDF-1.7\n1 0 obj\n"
WEBP = picture("WEBP")
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(16)
MP3 = b"ID3\x04\x00" + bytes(32)
OGG = b"OggS\x00\x02" + bytes(32)
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(32)
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2" + bytes(32)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def office(folder: str) -> bytes:
    """Return the smallest archive that looks like an Office file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return content.getvalue()


def plain_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("run.exe", b"MZ")
    return content.getvalue()


@pytest.fixture
def scene(client: Client, settings: SettingsWrapper, tmp_path: Path) -> Scene:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    made = make_scene(answered=False)
    client.force_login(made.people["leader"])
    return made


def upload(client: Client, scene: Scene, content: bytes, name: str = "new.png", **fields: str) -> HttpResponse:
    file = SimpleUploadedFile(name, content)
    data = {"kind": "document", "title": "", **fields}
    return client.post(reverse("audits:evidence_upload", args=[scene.answer.pk]), {**data, "file": file})


def files(settings: SettingsWrapper) -> list[Path]:
    return sorted(path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file())


def latest() -> Evidence:
    return Evidence.objects.latest("pk")


# --- what is taken --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", PNG + b"other", "image/png"),
        ("a.JPG", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.webp", WEBP, "image/webp"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.mp3", MP3, "audio/mpeg"),
        ("a.wav", WAV, "audio/x-wav"),
        ("a.ogg", OGG, "audio/ogg"),
        ("a.m4a", M4A, "audio/mp4"),
        ("a.mp4", MP4, "video/mp4"),
        ("a.docx", office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", office("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", office("ppt"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.txt", "Gespräch 对话".encode(), "text/plain"),
        ("a.csv", b"\xef\xbb\xbfa;b\n=1+1;2\n", "text/csv"),
        ("a.md", b"# Note", "text/markdown"),
    ],
)
def test_file_is_stored_under_its_hash_and_shown(
    client: Client, scene: Scene, settings: SettingsWrapper, name: str, content: bytes, media_type: str
) -> None:
    response = upload(client, scene, content, name, kind="sample")
    evidence, digest = latest(), hashlib.sha256(content).hexdigest()
    assert response.status_code == 200
    assert digest[:12] in response.content.decode()
    assert (evidence.sha256, evidence.media_type, evidence.size) == (digest, media_type, len(content))
    assert (evidence.filename, evidence.title, evidence.kind) == (name, name, "sample")
    assert (Path(settings.EVIDENCE_DIR) / digest[:2] / digest).read_bytes() == content
    assert json.loads(Entry.objects.last().content)["payload"]["sha256"] == digest


def test_same_file_twice_is_one_row_and_one_file(client: Client, scene: Scene, settings: SettingsWrapper) -> None:
    other = scene.audit.answers.last()
    upload(client, scene, PDF, "first.pdf")
    scene.answer = other
    upload(client, scene, PDF, "second.pdf")
    evidence = Evidence.objects.get(sha256=hashlib.sha256(PDF).hexdigest())
    assert evidence.filename == "first.pdf"
    assert evidence.answers.count() == 2
    assert len(files(settings)) == 2  # with the scene's own


def test_same_file_in_two_audits_is_two_rows_and_one_file(
    client: Client, scene: Scene, settings: SettingsWrapper
) -> None:
    other = make_scene(answered=False)
    assert Evidence.objects.filter(sha256=other.evidence.sha256).count() == 2
    assert len(files(settings)) == 1


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.svg", SVG, "Files of this type are not taken"),
        ("a.html", HTML, "Files of this type are not taken"),
        ("a.htm", HTML, "Files of this type are not taken"),
        ("a.exe", b"MZ" + bytes(64), "Files of this type are not taken"),
        ("a.zip", plain_zip(), "Files of this type are not taken"),
        ("a.docm", office("word"), "Files of this type are not taken"),
        ("noextension", PNG, "Files of this type are not taken"),
        ("a.pdf.html", PDF, "Files of this type are not taken"),
        ("a.png", SVG, "not what its name says"),
        ("a.png", HTML, "not what its name says"),
        ("a.pdf", HTML, "not what its name says"),
        ("a.png", JPEG, "not what its name says"),
        ("a.pdf", b"%PD", "not what its name says"),
        ("a.txt", PDF, "not what its name says"),
        ("a.csv", b"a,b\x00", "not what its name says"),
        ("a.txt", b"MZ" + bytes(64), "not what its name says"),
        ("a.xlsx", office("word"), "not what its name says"),
        ("a.docx", plain_zip(), "not what its name says"),
        ("a.docx", office("word")[:40], "not what its name says"),
        ("a.png", b"", "The file is empty"),
    ],
    # Zip files carry the second in which they are made: their bytes would name each worker's tests differently.
    ids=lambda value: "content" if isinstance(value, bytes) else None,
)
def test_refused_file_leaves_nothing_behind(
    client: Client, scene: Scene, settings: SettingsWrapper, name: str, content: bytes, words: str
) -> None:
    before, entries = files(settings), Entry.objects.count()
    response = upload(client, scene, content, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert (files(settings), Evidence.objects.count(), Entry.objects.count()) == (before, 1, entries)


def test_unknown_type_is_told_which_types_are_taken(client: Client, scene: Scene) -> None:
    assert "docx, jpeg, jpg" in upload(client, scene, SVG, "a.svg").content.decode()


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 422), (3_000_000, 422)])
def test_size_is_limited_to_the_byte(
    client: Client, scene: Scene, settings: SettingsWrapper, size: int, status: int
) -> None:
    settings.EVIDENCE_MAX_BYTES = 100
    before = files(settings)
    response = upload(client, scene, PNG.ljust(size, b"x"))
    assert response.status_code == status
    assert ("larger than allowed" in response.content.decode()) == (status == 422)
    assert len(files(settings)) - len(before) == (status == 200)


@pytest.mark.parametrize("fields", [{"kind": "nonsense"}, {"kind": ""}, {"title": "x" * 201}, {"title": "a\x00b"}])
def test_wrong_fields_are_named_and_nothing_is_stored(
    client: Client, scene: Scene, settings: SettingsWrapper, fields: dict[str, str]
) -> None:
    before = files(settings)
    response = upload(client, scene, PDF, "a.pdf", **fields)
    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    assert files(settings) == before


def test_form_without_a_file_says_so(client: Client, scene: Scene) -> None:
    response = client.post(reverse("audits:evidence_upload", args=[scene.answer.pk]), {"kind": "photo"})
    assert response.status_code == 422
    assert "required" in response.content.decode()


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\call.txt", "call.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("\u202etxt.fdp.txt", "txt.fdp.txt"),
        ("שלום.txt", "שלום.txt"),
        ("👩 通话.txt", "👩 通话.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
    ],
)
def test_file_names_are_taken_as_names_only(
    client: Client, scene: Scene, settings: SettingsWrapper, name: str, kept: str
) -> None:
    body = multipart(scene, name)
    url = reverse("audits:evidence_upload", args=[scene.answer.pk])
    response = client.generic("POST", url, body, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 200
    assert latest().filename == kept
    assert "<img src=x" not in response.content.decode()
    download = client.get(reverse("audits:evidence_file", args=[latest().pk]))
    assert b"".join(download.streaming_content) == b"text"  # type: ignore[attr-defined]
    assert "\n" not in download.headers["Content-Disposition"]
    assert {path.name for path in files(settings)} == {scene.evidence.sha256, hashlib.sha256(b"text").hexdigest()}


def multipart(scene: Scene, name: str) -> bytes:
    """Return a body with the name exactly as given, as a hostile client would send it."""
    quoted = name.replace("\\", "\\\\").replace('"', "%22").replace("\r\n", "&#13;&#10;")
    parts = [
        '--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nphoto\r\n',
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\ntext\r\n',
        "--b--\r\n",
    ]
    return "".join(parts).encode()


def test_name_of_300_characters_is_cut_and_fits_its_columns(client: Client, scene: Scene) -> None:
    assert upload(client, scene, b"text", "长" * 300 + ".txt").status_code == 200
    evidence = latest()
    assert len(evidence.filename) <= 255
    assert evidence.filename.endswith(".txt")
    assert len(evidence.title) <= 200


# --- the disk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.replace", "tempfile.mkstemp", "pathlib.Path.mkdir"])
def test_full_disk_is_told_and_leaves_neither_row_nor_file(
    client: Client, scene: Scene, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before, entries = files(settings), Entry.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr(failing, full)
        response = upload(client, scene, PDF, "a.pdf")
    assert response.status_code == 507
    assert "disk may be full" in response.content.decode()
    assert (files(settings), Evidence.objects.count(), Entry.objects.count()) == (before, 1, entries)
    assert upload(client, scene, PDF, "a.pdf").status_code == 200


def test_file_and_its_name_are_synced_before_the_row_exists(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, int]] = []
    real = os.fsync

    def watched(handle: int) -> None:
        synced.append((Path(f"/proc/self/fd/{handle}").resolve().is_dir(), Evidence.objects.count()))
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    upload(client, scene, PDF, "a.pdf")
    assert synced == [(False, 1), (True, 1), (True, 1)]
    assert Evidence.objects.count() == 2


def test_upload_after_submission_is_refused_with_words_and_stores_no_file(
    client: Client, scene: Scene, settings: SettingsWrapper
) -> None:
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.CLOSED)
    before = files(settings)
    response = upload(client, scene, PDF, "a.pdf", title="My title")
    assert response.status_code == 409
    assert "Closed" in response.content.decode()
    assert "My title" in response.content.decode()
    assert files(settings) == before


# --- detaching ------------------------------------------------------------------------------------------------------


def remove(client: Client, scene: Scene) -> HttpResponse:
    return client.post(reverse("audits:evidence_remove", args=[scene.answer.pk, scene.evidence.pk]))


def test_detached_evidence_stays_with_the_audit(client: Client, scene: Scene, settings: SettingsWrapper) -> None:
    assert remove(client, scene).status_code == 200
    assert not scene.answer.evidence.exists()
    assert (Evidence.objects.count(), len(files(settings))) == (1, 1)


def test_evidence_of_another_criterion_cannot_be_detached_from_this_one(client: Client, scene: Scene) -> None:
    entries = Entry.objects.count()
    scene.answer = scene.audit.answers.last()
    assert remove(client, scene).status_code == 404
    assert Entry.objects.count() == entries


def test_detaching_after_submission_is_refused_with_words(client: Client, scene: Scene) -> None:
    Audit.objects.filter(pk=scene.audit.pk).update(status=AuditStatus.DECISION)
    response = remove(client, scene)
    assert response.status_code == 409
    assert "Awaiting decision" in response.content.decode()
    assert scene.answer.evidence.exists()


# --- handing out ----------------------------------------------------------------------------------------------------


def test_download_cannot_run_and_is_kept_nowhere(client: Client, scene: Scene) -> None:
    response = client.get(reverse("audits:evidence_file", args=[scene.evidence.pk]))
    assert b"".join(response.streaming_content) == PNG  # type: ignore[attr-defined]
    assert response.headers["Content-Disposition"] == 'attachment; filename="wall.png"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("damage", ["changed", "missing", "folder"])
def test_file_that_is_not_what_it_was_is_not_handed_out(client: Client, scene: Scene, damage: str) -> None:
    path = path_of(scene.evidence.sha256)
    path.unlink()
    if damage == "changed":
        path.write_bytes(PNG + b"!")
    if damage == "folder":
        path.mkdir()
    response = client.get(reverse("audits:evidence_file", args=[scene.evidence.pk]))
    assert response.status_code == 409
    assert scene.evidence.sha256[:8] in response.content.decode()


# --- the command ----------------------------------------------------------------------------------------------------


def verify(*arguments: str) -> tuple[int, str]:
    output = io.StringIO()
    try:
        call_command("verify_evidence", *arguments, stdout=output)
    except SystemExit as stop:
        return int(str(stop.code)), output.getvalue()
    return 0, output.getvalue()


def test_command_says_that_all_is_intact(scene: Scene) -> None:
    assert verify() == (0, "1 files checked, 0 damaged or missing.\n")
    assert verify("--json") == (0, '{"checked": 1, "bad": []}\n')


@pytest.mark.parametrize("problem", ["changed", "missing"])
def test_command_names_what_is_not(scene: Scene, problem: str) -> None:
    path = path_of(scene.evidence.sha256)
    path.unlink()
    if problem == "changed":
        path.write_bytes(b"")
    code, text = verify("--json")
    assert (code, json.loads(text)) == (
        1,
        {"checked": 1, "bad": [{"sha256": scene.evidence.sha256, "problem": problem}]},
    )
    code, text = verify()
    assert code == 1
    assert f"{scene.evidence.sha256}  {problem}" in text

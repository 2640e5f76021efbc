"""With object storage nothing that people stored lies on a disk of ours, and everything works as with folders."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import bucket
from accounts.bucket import storage_options
from audits.storage import EvidenceRefusedError, exists, intact, local_copy, remove, store, whole
from benchmarks.storage import records_here, records_path, records_remove, records_write
from config.backup.copying import put
from config.doctor import examine
from reports.storage import ExportDamagedError, export_opened, export_read, export_remove, export_write, pack_write
from tests.audits.scenes import PNG, Scene, make_scene
from tests.buckets import serving_s3, with_bucket
from tests.factories import make_user

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from tests.buckets import Bucket

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cloud(settings: SettingsWrapper, tmp_path: Path) -> Bucket:
    """An empty bucket, and folders that should stay empty."""
    settings.DATA_DIR = tmp_path
    settings.EVIDENCE_DIR, settings.EXPORT_DIR = tmp_path / "evidence", tmp_path / "exports"
    return with_bucket(settings)


@pytest.fixture
def scene(cloud: Bucket) -> Scene:
    return make_scene("fieldwork")


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_evidence_goes_to_the_bucket_and_comes_back(client: Client, scene: Scene, tmp_path: Path) -> None:
    assert on_disk(tmp_path) == []
    sha256 = scene.evidence.sha256
    assert bucket.there(bucket.bucket(), f"evidence/{sha256[:2]}/{sha256}")
    assert intact(sha256)
    client.force_login(scene.people["leader"])
    for page in ("evidence_file", "evidence_original", "evidence_view"):
        answer = client.get(reverse(f"audits:{page}", args=[scene.evidence.pk]))
        assert answer.status_code == 200, page
        content = b"".join(answer.streaming_content)
        assert content.startswith(b"\x89PNG")
        assert int(answer.headers["Content-Length"]) == len(content)
    output = io.StringIO()
    call_command("verify_evidence", stdout=output)
    assert "0 damaged" in output.getvalue()


@pytest.mark.parametrize("damage", ["changed", "missing", "unreachable"])
def test_what_is_damaged_or_out_of_reach_is_not_handed_out(
    client: Client, scene: Scene, cloud: Bucket, damage: str
) -> None:
    name = f"evidence/{scene.evidence.sha256[:2]}/{scene.evidence.sha256}"
    cloud.delete(name)
    if damage == "changed":
        cloud.save(name, io.BytesIO(PNG + b"!"))
    cloud.refusing = damage == "unreachable"
    client.force_login(scene.people["leader"])
    assert client.get(reverse("audits:evidence_original", args=[scene.evidence.pk])).status_code == 409


def test_a_bucket_that_takes_nothing_refuses_the_upload_and_leaves_nothing(cloud: Bucket, tmp_path: Path) -> None:
    cloud.refusing = True
    with pytest.raises(EvidenceRefusedError) as caught:
        store(io.BytesIO(b"a note"), filename="a.txt")
    assert caught.value.code == "disk_full"
    assert on_disk(tmp_path) == []


def test_what_the_scanner_refuses_goes_to_quarantine_alone(
    cloud: Bucket, settings: SettingsWrapper, tmp_path: Path
) -> None:
    settings.EVIDENCE_SCANNER = ["sh", "-c", "exit 1"]
    with pytest.raises(EvidenceRefusedError):
        store(io.BytesIO(b"a note"), filename="a.txt")
    (name,) = bucket.names(cloud, "evidence")
    assert re.fullmatch("evidence/quarantine/[0-9a-f]{64}", name)
    assert on_disk(tmp_path) == []


def test_removing_leaves_what_is_fresh(cloud: Bucket) -> None:
    sha256 = store(io.BytesIO(b"a note"), filename="a.txt").sha256
    now = timezone.now()
    assert not remove(sha256, written_before=now - timedelta(days=1))
    assert intact(sha256)
    assert remove(sha256, written_before=now + timedelta(days=1))
    assert not intact(sha256)
    assert remove(sha256, written_before=now), "gone already is gone"


def test_exports_go_to_the_bucket_and_come_back(cloud: Bucket, tmp_path: Path) -> None:
    sha256 = export_write(b"%PDF content")
    assert export_read(sha256) == b"%PDF content"
    packed, _size = pack_write([("a.pdf", sha256, ".pdf")], b"index")
    with export_opened(packed, ".zip") as source:
        assert source.read(2) == b"PK"
    assert on_disk(tmp_path) == []
    cloud.save(f"exports/{sha256}.pdf", io.BytesIO(b"%PDF other"))
    with pytest.raises(ExportDamagedError, match="changed"):
        export_read(sha256)
    export_remove(sha256)
    with pytest.raises(ExportDamagedError, match="not there"):
        export_read(sha256)


def test_records_are_fetched_by_who_measures_elsewhere(cloud: Bucket) -> None:
    sha256 = records_write(7, [b"a,b\n", b"1,2\n"], 8)
    records_path(7, sha256).unlink()  # another machine
    assert records_here(7, sha256).read_bytes() == b"a,b\n1,2\n"
    assert records_here(7, sha256) == records_path(7, sha256)
    records_remove(7, sha256)
    assert not records_here(7, sha256).exists()
    assert list(bucket.names(cloud, "records")) == []


def test_a_backup_holds_what_lies_in_the_bucket_and_puts_it_back(
    scene: Scene, cloud: Bucket, settings: SettingsWrapper, tmp_path: Path
) -> None:
    from config.backup import making

    sources = {str(path): opened for path, opened in making._sources(tmp_path)}
    name = f"evidence/{scene.evidence.sha256[:2]}/{scene.evidence.sha256}"
    with sources[name]() as reading:
        assert reading.read() == PNG
        (tmp_path / "kept").write_bytes(PNG)
    cloud.delete(name)
    put(tmp_path / "kept", tmp_path / name)
    assert intact(scene.evidence.sha256)


def test_the_doctor_and_the_readiness_say_what_is_wrong(client: Client, cloud: Bucket) -> None:
    def told() -> str:
        return next(
            each.words for each in examine(at=timezone.now(), connect=False) if each.check in {"storage", "Storage"}
        )

    assert "free" in told()
    assert client.get("/readyz").json()["storage"] == "up"
    assert list(bucket.names(cloud, "doctor")) == []
    cloud.refusing = True
    assert "does not take, give back and remove a file" in told()
    assert "AccessDenied" in told()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["storage"]) == (503, "down")


def test_the_setting() -> None:
    found = storage_options("s3://evidence/touchstone?endpoint=https://objects.example.org&region=eu-central-1")
    options = found["OPTIONS"]
    assert found["BACKEND"] == "storages.backends.s3.S3Storage"
    assert (options["bucket_name"], options["location"], options["region_name"]) == (
        "evidence",
        "touchstone",
        "eu-central-1",
    )
    assert options["file_overwrite"] is True, "a name stands for its content"
    assert options["client_config"].s3 == {"addressing_style": "path"}
    for text, fault in (
        ("https://x", "it is like s3://"),
        ("s3://", "it is like s3://"),
        ("s3://b?key=1", "key is not known"),
        ("s3://b?endpoint=objects", "begins with https://"),
    ):
        with pytest.raises(ValueError, match=fault):
            storage_options(text)


def test_the_real_library_is_made_from_the_setting_and_its_faults_are_those_of_a_disk(
    settings: SettingsWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    settings.STORAGES = {
        **settings.STORAGES,
        "bucket": storage_options("s3://evidence?endpoint=http://127.0.0.1:1&region=x"),
    }
    storage = bucket.bucket()
    assert type(storage).__name__ == "S3Storage"
    (tmp_path / "a").write_bytes(b"a")
    for act in (
        lambda: bucket.there(storage, "a"),
        lambda: bucket.fetched(storage, "a"),
        lambda: bucket.send(storage, tmp_path / "a", "a"),
        lambda: list(bucket.names(storage, "a")),
    ):
        with pytest.raises(OSError, match="object storage: "):
            act()


def test_evidence_and_exports_go_through_the_real_library_over_http(
    settings: SettingsWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    settings.EVIDENCE_DIR, settings.EXPORT_DIR = tmp_path / "evidence", tmp_path / "exports"
    with serving_s3() as (address, objects):
        made = storage_options(f"s3://evidence/here?endpoint={address}&region=x")
        settings.STORAGES = {**settings.STORAGES, "bucket": made}
        for _ in range(2):
            sha256 = store(io.BytesIO(b"a note"), filename="a.txt").sha256
        assert objects == {f"here/evidence/{sha256[:2]}/{sha256}": b"a note"}, "the same again is stored once"
        with whole(sha256) as source:
            assert source.read() == b"a note"
        with local_copy(sha256) as path:
            assert path.read_bytes() == b"a note"
        export = export_write(b"%PDF content")
        assert export_read(export) == b"%PDF content"
        assert list(bucket.names(bucket.bucket(), "evidence")) == [f"evidence/{sha256[:2]}/{sha256}"]
        objects[f"here/evidence/{sha256[:2]}/{sha256}"] = b"another"
        assert whole(sha256) is None
        assert exists(sha256)
        assert remove(sha256, written_before=timezone.now() + timedelta(days=1))
        export_remove(export)
        assert objects == {}
        assert not exists(sha256)
        assert not intact(sha256)
    assert on_disk(tmp_path) == []


def test_no_code_asks_a_storage_for_a_path() -> None:
    """Object storage has none."""
    found = [
        str(path.relative_to(ROOT))
        for room in ("accounts", "ledger", "standards", "benchmarks", "audits", "awards", "reports", "config")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"(storage|file|document|image|logo)\.path\b(?!\.)|FileField\(upload_to", path.read_text())
    ]
    assert found == []
    assert make_user().pk

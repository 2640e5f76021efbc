"""A backup made while people work, restored into an empty installation; and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from config.backup.manifest import BackupError, Manifest, read, require_whole, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("DATABASE_URL", "")
WORK = """
import io
from django.db import transaction
from django.utils import timezone
from audits.services.evidence import evidence_add
from ledger.services import ledger_append
from tests.factories import make_audit, make_edition
audit = make_audit(edition=make_edition(3))
leader, now = audit.team.get(role="leader").user, timezone.now()
evidence_add(answer=audit.answers.first(), source=io.BytesIO(b"seen on the floor"), filename="note.txt",
    title="Note", kind="document", by=leader, at=now)
with transaction.atomic():
    for number in range(3):
        ledger_append(action="test.step", subject="test:1", by=None, at=now, payload={"number": number})
"""


@dataclass(frozen=True)
class Installation:
    """A data folder and a database of its own."""

    data: Path
    url: str

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ``manage.py`` in it."""
        leave = {"CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "DATABASE_URL", "SECRET_KEY"}
        environment = {name: value for name, value in os.environ.items() if name not in leave}
        environment |= {"TOUCHSTONE_DATA": str(self.data), "TOUCHSTONE_WORKER": "none"}
        environment |= {"DATABASE_URL": self.url} if self.url else {}
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def told(self, *words: str) -> dict[str, Any]:
        """Run a command that must succeed; return its JSON."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def installations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a function that makes an empty installation, on PostgreSQL where DATABASE_URL names one."""
    names: list[str] = []

    def make(name: str) -> Installation:
        folder = tmp_path_factory.mktemp(name)
        if not SERVER.startswith("postgres"):
            return Installation(folder, "")
        names.append(f"backup_{name}_{os.getpid()}")
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {names[-1]}")
        return Installation(folder, f"{SERVER.rpartition('/')[0]}/{names[-1]}")

    yield make
    for name in names:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def worked_in(installations: Any) -> Installation:
    made = installations("worked")
    assert made.run("migrate", "-v0").returncode == 0
    done = made.run("shell", "-v0", "-c", WORK)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def copied(worked_in: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "monday"
    assert worked_in.told("backup", str(folder))["damaged"] == []
    return folder


def test_restored_into_an_empty_installation_all_is_there(
    worked_in: Installation, copied: Path, installations: Any
) -> None:
    fresh = installations("fresh")
    assert fresh.told("restore", str(copied))["faults"] == []
    manifest = read(copied)
    assert manifest.counts["audits_answer"] > 0
    assert fresh.told("verify_ledger")["checked"] == manifest.head[0] + 1  # and that it was restored
    assert fresh.told("verify_evidence") == {"checked": 1, "bad": []}
    for name in ("evidence", "secret_key"):
        assert files_below(fresh.data / name) == files_below(worked_in.data / name)
    # What was restored is guarded as before, and is not restored over.
    again = fresh.run("restore", str(copied))
    assert (again.returncode, "not empty" in again.stderr) == (2, True)
    assert fresh.told("verify_ledger")["guarded"]


def files_below(path: Path) -> dict[str, str]:
    found = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return {str(each.relative_to(path)): sha256_of(each) for each in found}


def test_folder_holds_secrets_and_only_its_owner_reads_it(copied: Path) -> None:
    assert copied.stat().st_mode & 0o077 == 0
    kept = [path for path in copied.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}


def test_folder_in_use_and_folder_inside_of_what_is_copied_are_refused(worked_in: Installation, copied: Path) -> None:
    for folder in (copied, worked_in.data / "evidence" / "mine"):
        done = worked_in.run("backup", str(folder))
        assert done.returncode == 2
        assert str(folder) in done.stderr
    assert not (worked_in.data / "evidence" / "mine").exists()


def test_changed_byte_is_refused_and_nothing_written(copied: Path, installations: Any) -> None:
    database = copied / read(copied).database
    content = database.read_bytes()
    fresh = installations("changed")
    try:
        database.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        done = fresh.run("restore", str(copied))
    finally:
        database.write_bytes(content)
    assert (done.returncode, f"{database} was changed" in done.stderr) == (2, True)
    assert not (fresh.data / "evidence").exists()


def test_evidence_that_is_damaged_already_is_copied_and_named(worked_in: Installation, tmp_path: Path) -> None:
    (stored,) = [path for path in (worked_in.data / "evidence").rglob("*") if path.is_file()]
    content = stored.read_bytes()
    try:
        stored.write_bytes(b"something else")
        done = worked_in.run("backup", str(tmp_path / "copy"), "--json")
    finally:
        stored.write_bytes(content)
    assert done.returncode == 1
    assert json.loads(done.stdout)["damaged"] == [str(stored.relative_to(worked_in.data))]


def manifest(**changes: Any) -> Manifest:
    facts: dict[str, Any] = {
        "made_at": "2026-11-30T00:00:00Z",
        "vendor": "sqlite",
        "database": "database.sqlite3",
        "migrations": [],
        "counts": {},
        "head": (0, "0" * 64),
        "files": {"database.sqlite3": (1, "0" * 64)},
        "damaged": [],
    }
    return Manifest(**facts | changes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": 2}, "format is 2"),
        ({"files": {"../escape": (1, "0")}}, "leads out of the folder"),
        ({"files": {"/etc/passwd": (1, "0")}}, "leads out of the folder"),
        ({"files": {}}, "database is not among its files"),
        ({"counts": {"a": "many"}}, "no manifest"),
    ],
)
def test_manifest_that_is_none_is_refused(tmp_path: Path, changes: dict[str, Any], why: str) -> None:
    manifest(**changes).write(tmp_path)
    with pytest.raises(BackupError, match=why):
        read(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', "null", "\ufeff{}"])
def test_text_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(BackupError, match="no manifest"):
        read(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    manifest().write(tmp_path)
    with pytest.raises(BackupError, match=r"database\.sqlite3 is missing"):
        require_whole(tmp_path, read(tmp_path))


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="Is this the folder of a finished backup"):
        read(tmp_path / "nowhere")

"""From the tables of the first version to this one, with data in them; and a migration that is killed midway."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[2]
# The tables as the first version made them, filled through the models of that version.
FIRST = """
import django
django.setup()
from datetime import UTC, datetime
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from ledger.chain import GENESIS, entry_content, entry_hash
targets = [("accounts", "0001_initial"), ("ledger", "0002_triggers"), ("audits", "0001_initial"),
    ("reports", "0001_initial")]
executor = MigrationExecutor(connection)
executor.migrate(targets)
apps = MigrationExecutor(connection).loader.project_state(targets).apps
at = datetime(2026, 1, 5, 9, tzinfo=UTC)
user = apps.get_model("accounts", "User").objects.create(email="ada@example.org", name="Ada", password="!")
bank = apps.get_model("accounts", "Organisation").objects.create(name="Bank", country="HK")
apps.get_model("accounts", "Membership").objects.create(user=user, organisation=bank, role="administrator")
centre = apps.get_model("accounts", "Centre").objects.create(organisation=bank, name="Harbour", country="HK",
    industry="banking", seats=40, channels=["voice"], languages=["en"])
previous = GENESIS
for number in range(1, 4):
    content = entry_content(sequence=number, at=at, actor=user.pk, action="thing.did", subject="thing:1", payload={})
    digest = entry_hash(previous, content)
    apps.get_model("ledger", "Entry").objects.create(sequence=number, at=at, actor_id=user.pk, action="thing.did",
        subject="thing:1", content=content, previous_hash=previous, hash=digest)
    previous = digest

def make(name, **facts):
    room, _dot, model = name.partition(".")
    return apps.get_model(room, model).objects.create(**facts)

from datetime import date
edition = make("standards.Edition", code="four-block", version="2025", title={"en": "Four"}, status="published",
    document="{}", sha256="e" * 64, published_at=at)
block = make("standards.Block", edition=edition, code="A", position=1, points=180, title={"en": "Management"})
clause = make("standards.Clause", block=block, code="A1", position=1, title={"en": "Policy"})
criterion = make("standards.Criterion", edition=edition, clause=clause, code="A1.1", position=1, title={"en": "Aim"},
    requirement={"en": "There is one."}, anchors={}, kind="process", weight=1, tier="operational", mandatory=True,
    na_allowed=False)
audit = make("audits.Audit", reference="A-2025-00001", kind="certification", centre=centre, auditee=bank,
    conductor=bank, edition=edition, edition_sha256="e" * 64, status="closed", scope="Voice",
    onsite_from=date(2025, 3, 3), onsite_to=date(2025, 3, 5), created_at=at, created_by=user, submitted_at=at,
    submitted_by=user, closed_at=at, result={"total": "812.5"}, result_sha256="f" * 64)
answer = make("audits.Answer", audit=audit, criterion=criterion, level=4, note="Seen.", revision=2, answered_by=user,
    answered_at=at)
piece = make("audits.Evidence", audit=audit, kind="document", title="Policy", filename="policy.pdf",
    media_type="application/pdf", size=3, sha256="a" * 64, uploaded_at=at, uploaded_by=user)
piece.answers.add(answer)
make("audits.Finding", audit=audit, criterion=criterion, number=1, kind="minor", statement="Late", raised_at=at,
    objective_evidence="Two of ten", raised_by=user, closed_at=at, closed_by=user, closing_note="Seen closed")
make("audits.Decision", audit=audit, granted=True, tier="operational", route="panel", reason="Met", decided_by=user,
    decided_at=at)
make("audits.Certificate", audit=audit, number="TS-2025-0001", code="c" * 32, tier="operational", status_since=at,
    valid_from=date(2025, 4, 1), valid_until=date(2028, 3, 31), issued_at=at)
"""
CHECK = """
import json
from accounts.models import Centre, Membership, User
from accounts.services import membership_remove, membership_add
user = User.objects.get()
from audits.models import Answer, Audit, Certificate, Decision, Evidence, Finding
from django.utils import timezone
audit, answer, finding = Audit.objects.get(), Answer.objects.get(), Finding.objects.get()
piece, certificate = Evidence.objects.get(), Certificate.objects.get()
print("AUDIT" + json.dumps({
    "audit": [audit.reference, audit.status, audit.result, audit.result_sha256, audit.stage_2_round],
    "edition": [audit.edition.status, audit.edition.sha256, audit.edition.criteria.get().code],
    "answer": [answer.level, answer.note, answer.revision, answer.former.count()],
    "evidence": [piece.sha256, piece.version, [use.version for use in piece.uses.all()],
        piece.answers.get().pk == answer.pk],
    "finding": [finding.number, finding.kind, finding.state, finding.closing_note],
    "decision": Decision.objects.get().tier,
    "certificate": [certificate.number, certificate.status, certificate.valid_until.isoformat()],
    "seen": Audit.objects.visible_to(user).count(),
}) + "END")
print("FOUND" + json.dumps([user.name, user.language, [str(each) for each in Centre.objects.all()],
    [each.revision for each in Centre.objects.all()], list(Membership.objects.values_list("role", flat=True))]))
"""


def environment(data: Path) -> dict[str, str]:
    leave = {"DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
    kept = {name: value for name, value in os.environ.items() if name not in leave}
    return {
        **kept,
        "TOUCHSTONE_DATA": str(data),
        "TOUCHSTONE_WORKER": "none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def run(data: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_data_of_the_first_version_come_to_this_one(tmp_path: Path) -> None:
    run(tmp_path, "-c", FIRST)
    run(tmp_path, "manage.py", "migrate", "-v0")
    said = run(tmp_path, "manage.py", "shell", "-v0", "-c", CHECK)
    seen = json.loads(said.partition("FOUND")[2])
    assert seen == ["Ada", "en", ["Harbour"], [1], ["administrator"]]
    assert json.loads(said.partition("AUDIT")[2].partition("END")[0]) == {
        "audit": ["A-2025-00001", "closed", {"total": "812.5"}, "f" * 64, 1],
        "edition": ["published", "e" * 64, "A1.1"],
        "answer": [4, "Seen.", 2, 0],
        "evidence": ["a" * 64, 1, [1], True],
        "finding": [1, "minor", "closed", "Seen closed"],
        "decision": "operational",
        "certificate": ["TS-2025-0001", "active", "2028-03-31"],
        "seen": 1,
    }
    told = json.loads(run(tmp_path, "manage.py", "verify_ledger", "--json"))
    assert (told["intact"], told["guarded"], told["checked"]) == (True, True, 4), (
        "three of then, and the upgrade itself"
    )
    with closing(sqlite3.connect(tmp_path / "touchstone.sqlite3")) as database:
        (action, content) = database.execute("SELECT action, content FROM ledger_entry WHERE sequence = 4").fetchone()
    assert action == "installation.migrated"
    assert "accounts.0002_audit_bodies" in json.loads(content)["payload"]["applied"]


def test_a_migration_that_is_killed_midway_is_run_again(tmp_path: Path) -> None:
    """Killed as soon as some tables are there; what was begun is undone by the database, what was done stays."""
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    for _ in range(2):
        before = applied(tmp_path)
        process = subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), start_new_session=True)
        deadline = time.monotonic() + 60
        while process.poll() is None and applied(tmp_path) < before + 8 and time.monotonic() < deadline:
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert applied(tmp_path) >= 8
    run(tmp_path, *command[1:])
    assert "[ ]" not in run(tmp_path, "manage.py", "showmigrations")
    assert json.loads(run(tmp_path, "manage.py", "verify_ledger", "--json"))["guarded"]
    with closing(sqlite3.connect(tmp_path / "touchstone.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def applied(data: Path) -> int:
    path = data / "touchstone.sqlite3"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)) as database:
            return int(database.execute("SELECT count(*) FROM django_migrations").fetchone()[0])
    except sqlite3.OperationalError:
        return 0

"""Several processes append at once to a real database: no gap, no fork, nobody loses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.server
WRITERS, APPENDS = 4, 15
WRITER = f"""
import django; django.setup()
from django.db import transaction
from django.utils import timezone
from ledger.services import ledger_append
for number in range({APPENDS}):
    with transaction.atomic():
        ledger_append(action="race.step", subject="race:1", by=None, at=timezone.now(), payload={{"number": number}})
"""


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Return an environment in which commands find a migrated database: a file, or the PostgreSQL of the tests."""
    values = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "TOUCHSTONE_DATA": str(tmp_path)}
    if connection.vendor == "postgresql":
        request.getfixturevalue("transactional_db")
        facts = connection.settings_dict
        place = f"{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"
        return {**values, "DATABASE_URL": f"postgres://{place}"}
    values["DATABASE_URL"] = f"sqlite:///{tmp_path / 'race.sqlite3'}"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "ledger", "-v0"], cwd=settings.BASE_DIR, env=values, check=True
    )
    return values


def start_writer(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER], cwd=settings.BASE_DIR, env=environment)


def test_several_writers_make_one_chain(environment: dict[str, str]) -> None:
    writers = [start_writer(environment) for _ in range(WRITERS)]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * WRITERS
    check = subprocess.run(
        [sys.executable, "manage.py", "verify_ledger", "--json"],
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
    )
    result = json.loads(check.stdout)
    assert (result["intact"], result["checked"], result["guarded"]) == (True, WRITERS * APPENDS, True)

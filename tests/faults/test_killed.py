"""kill -9 of the web process after each acknowledged save, and of the worker in the middle of a report."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.serving import Served
from tests.faults.test_upgrade import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.server
KILLS = 3
SESSION = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.models import User
user = User.objects.get(email="ann@example.org")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("FOUND" + session.session_key, user.pk)
"""
ASK = """
from django.utils import timezone
from audits.models import Audit
from reports.services import export_request
audit = Audit.objects.get()
export_request(audit=audit, language="en", by=audit.team.get(role="leader").user, at=timezone.now())
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("killed"))
    yield made
    made.kill()


def manage(served: Served, *words: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=served.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def intact(served: Served) -> None:
    told = json.loads(manage(served, "verify_ledger", "--json"))
    assert told["intact"]
    assert served.ask("PRAGMA integrity_check") == [("ok",)]
    assert json.loads(manage(served, "verify_evidence", "--json"))


def test_nothing_acknowledged_is_lost_when_the_web_process_is_killed(served: Served) -> None:
    key, user = manage(served, "shell", "-v0", "-c", SESSION).partition("FOUND")[2].split()
    ((audit, answer),) = served.ask("SELECT audit_id, id FROM audits_answer ORDER BY id LIMIT 1")
    for number in range(KILLS):
        served.start()
        result = save(served, key, int(user), audit, answer, number)
        served.kill()  # at once: nothing had time to be written later
        assert (result["state"], result["revision"]) == ("saved", number + 1)
        assert served.ask("SELECT note, revision FROM audits_answer WHERE id = ?", answer) == [
            (f"Save {number}.", number + 1)
        ]
    ((entries,),) = served.ask("SELECT count(*) FROM ledger_entry WHERE action = 'answer.saved'")
    assert entries == KILLS, "each save once, and none twice"
    intact(served)


def save(served: Served, session: str, user: int, audit: int, answer: int, number: int) -> dict[str, Any]:
    token = secrets.token_hex(16)
    content = {"level": "3", "na_reason": "", "note": f"Save {number}."}
    operation = {"key": str(uuid.uuid4()), "kind": "answer", "answer": answer, "content": content, "revision": number}
    operation |= {"base": None, "resolves": None, "at": ""}
    headers = {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    body = json.dumps({"user": user, "operations": [operation]})
    connection.request("POST", f"/audits/{audit}/sync/", body, {**headers, "Content-Type": "application/json"})
    response = connection.getresponse()
    found: dict[str, Any] = json.loads(response.read())["results"][0]
    connection.close()
    return found


def test_a_worker_killed_in_the_middle_of_a_report_leaves_exactly_one(served: Served) -> None:
    manage(served, "shell", "-v0", "-c", ASK)
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "work_outbox"], cwd=ROOT, env=environment(served.data), start_new_session=True
    )
    deadline = time.monotonic() + 90
    while states(served) != ["running"]:
        assert worker.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, states(served)
        time.sleep(0.01)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert states(served) == ["running"]
    manage(served, "work_outbox", "--once")
    assert states(served) == ["done"]
    ((finished,),) = served.ask("SELECT count(*) FROM ledger_entry WHERE action = 'export.finished'")
    assert finished == 1
    files = [path for path in (served.data / "exports").iterdir() if path.suffix == ".pdf"]
    assert len(files) == 1
    assert [path for path in (served.data / "exports").iterdir() if path not in files] == []
    intact(served)


def states(served: Served) -> list[str]:
    return [state for (state,) in served.ask("SELECT status FROM reports_export ORDER BY requested_at")]

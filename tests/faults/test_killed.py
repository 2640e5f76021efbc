"""kill -9 of the web process after each acknowledged save."""

from __future__ import annotations

import http.client
import json
import secrets
import signal
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.serving import Served
from tests.faults.test_upgrade import ROOT

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


CERTIFIED = """
import itertools
from datetime import date
from django.db import transaction
from django.utils import timezone
from audits.models import Audit, Certificate
from reports.models import ExportKind
from reports.services import export_request
from tests import factories
from tests.factories import leader_of
from tests.reports.signed import make_audit_with_result
factories._numbers = itertools.count(50_000)  # names that no process before gave
with transaction.atomic():
    audit = make_audit_with_result(centre=Audit.objects.first().centre)
Certificate.objects.update(valid_from=date(2000, 1, 1), valid_until=date(2999, 1, 1))
export_request(audit=audit, language="en", by=leader_of(audit), at=timezone.now(), kind=ExportKind.CERTIFICATE)
"""
# A worker that dies while the pages are set: nothing of it runs after that, as after a power cut.
DYING = """
import os, signal
from django.core.management import call_command
from reports.services import exports
exports.render_certificate = lambda _document: os.kill(os.getpid(), signal.SIGKILL)
call_command("work_outbox", once=True)
"""


def test_a_worker_killed_in_the_middle_leaves_one_certificate_one_number_and_a_clear_state(served: Served) -> None:
    served.shell(CERTIFIED)
    ((number,),) = served.ask("SELECT number FROM audits_certificate")
    states = "SELECT status, attempts, sha256 FROM reports_export"
    died = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", DYING], cwd=ROOT, env=served.environment, check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert served.ask(states) == [("running", 1, "")]
    served.manage("work_outbox", "--once")
    ((status, attempts, sha256),) = served.ask(states)
    assert (status, attempts) == ("done", 2)
    files = [each.name for each in (served.data / "exports").rglob("*.pdf")]
    assert files == [f"{sha256}.pdf"]
    assert served.ask("SELECT number FROM audits_certificate") == [(number,)]
    assert served.ask("SELECT count(*) FROM ledger_entry WHERE action = 'export.finished'") == [(1,)]
    intact(served)

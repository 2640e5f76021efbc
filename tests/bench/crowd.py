"""Twenty auditors saving at once, over HTTP with keep-alive against gunicorn as ``docs/installation.md`` starts it.

On SQLite, and on PostgreSQL where ``BENCH_POSTGRES`` names a server's database that may be filled. Each auditor saves
one answer after the other as the sheet's queue does, for some seconds; afterwards every acknowledged answer must be in
the database, or the row fails. Beside it runs the least that could do the work: as many threads, each committing a bare
UPDATE and INSERT on the same database with the same settings, over no network.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.common import peak
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
AUDITORS, WARMING, SECONDS = 20, 3.0, 10.0
WORKERS, THREADS = 4, 4
NOTE = "Seen in the call recordings of the first week; two agents were interviewed."
# A migrated database with four audits of 110 criteria and five auditors each; prints who has which session and answers.
# The passwords, which nobody uses, are hashed cheaply: that is the most of such a scene otherwise.
SETUP = """
import json, sys
import django
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()
from importlib import import_module
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from accounts.models import Role
from audits.models import TeamMember
from tests.factories import make_audit, make_edition, make_user
call_command("migrate", verbosity=0)
engine = import_module(settings.SESSION_ENGINE)
edition, found = make_edition(55), []
for _ in range(4):
    audit = make_audit(edition=edition)
    people = [member.user for member in audit.team.all()]
    while len(people) < 5:
        people.append(make_user(Role.AUDITOR, audit.conductor))
        TeamMember.objects.create(audit=audit, user=people[-1], role="auditor")
    answers = list(audit.answers.values_list("pk", flat=True))
    for place, user in enumerate(people):
        session = engine.SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        found.append({"user": user.pk, "session": session.session_key, "audit": audit.pk, "answers": answers[place::5]})
json.dump(found, sys.stdout)
"""


@dataclass
class Auditor:
    """One person at a sheet: saves the answers that are theirs round and round, and remembers what was acknowledged."""

    port: int
    who: dict[str, Any]
    times: list[float] = field(default_factory=list)
    acknowledged: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def work(self, until: float) -> None:
        """Save until the time is over; anything but ``saved`` is a fault."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        token, revisions, number = secrets.token_hex(16), dict.fromkeys(self.who["answers"], 0), 0
        headers = {
            "Cookie": f"sessionid={self.who['session']}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/json",
        }
        while time.perf_counter() < until:
            answer = self.who["answers"][number % len(revisions)]
            note, number = f"{NOTE} {number}", number + 1
            content = {"level": str(number % 6), "na_reason": "", "note": note}
            operation = {"key": str(uuid.uuid4()), "kind": "answer", "answer": answer, "content": content}
            operation |= {"revision": revisions[answer], "base": None, "resolves": None, "at": ""}
            body = json.dumps({"user": self.who["user"], "operations": [operation]})
            start = time.perf_counter()
            connection.request("POST", f"/audits/{self.who['audit']}/sync/", body, headers)
            response = connection.getresponse()
            data = response.read()
            self.times.append(time.perf_counter() - start)
            result: dict[str, Any] = (
                json.loads(data)["results"][0] if response.status == http.HTTPStatus.OK else {"state": data[:200]}
            )
            if result["state"] != "saved":
                self.faults.append(str(result["state"]))
                continue
            revisions[answer] = result["revision"]
            self.acknowledged[answer] = note
        connection.close()


def rows() -> list[Row]:
    """Measure on each database that there is."""
    with tempfile.TemporaryDirectory() as folder:
        found = [_measured("SQLite", Path(folder), "")]
    if os.environ.get("BENCH_POSTGRES"):
        with tempfile.TemporaryDirectory() as folder:
            found.append(_measured("PostgreSQL", Path(folder), os.environ["BENCH_POSTGRES"]))
    return found


def _measured(name: str, folder: Path, url: str) -> Row:
    leave = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TOUCHSTONE_ENV", "DJANGO_SETTINGS_MODULE"}
    environment = {key: value for key, value in os.environ.items() if key not in leave}
    environment |= {"TOUCHSTONE_DATA": str(folder), "TOUCHSTONE_WORKER": "none"} | (
        {"DATABASE_URL": url} if url else {}
    )
    (folder / "static").mkdir()

    scene = [sys.executable, "-c", SETUP]
    settings = environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    people = json.loads(subprocess.run(scene, cwd=ROOT, env=settings, check=True, capture_output=True).stdout)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(port)
        warming = [Auditor(port, who | {"answers": who["answers"][::2]}) for who in people]
        _together([partial(each.work, time.perf_counter() + WARMING) for each in warming])
        auditors = [Auditor(port, who | {"answers": who["answers"][1::2]}) for who in people]
        start = time.perf_counter()
        _together([partial(each.work, start + SECONDS) for each in auditors])
        took = time.perf_counter() - start
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    times = sorted(each for auditor in auditors for each in auditor.times)
    faults = [each for auditor in auditors for each in auditor.faults]
    lost = _lost(warming + auditors, folder, url)
    if faults or lost:
        message = f"{len(faults)} saves failed ({faults[:3]}), {lost} acknowledged answers are not in the database."
        raise AssertionError(message)
    p95 = times[int(len(times) * 0.95)]
    bare = _bare(folder, url)
    speed = f"{len(times) / took:.0f} saves/s, p95 {p95 * 1000:.0f} ms, none lost"
    what = f"{AUDITORS} auditors saving at once on {name}: {speed}"
    return Row(what, took / len(times), f"{AUDITORS} threads, each a bare UPDATE and INSERT, committed", bare, peak())


def _lost(auditors: list[Auditor], folder: Path, url: str) -> int:
    connection = _connect(folder, url)
    stored = dict(connection.execute("SELECT id, note FROM audits_answer").fetchall())
    connection.close()
    return sum(stored[pk] != note for each in auditors for pk, note in each.acknowledged.items())


def _bare(folder: Path, url: str) -> float:
    """Return the time per bare transaction of as many threads."""
    counts: list[int] = []
    mark = "%s" if url else "?"
    update = "UPDATE audits_answer SET note = ? WHERE id = ?".replace("?", mark)
    insert = "INSERT INTO bench_entry VALUES (?)".replace("?", mark)
    until = time.perf_counter() + SECONDS / 2

    def work() -> None:
        connection = _connect(folder, url)
        done = 0
        while time.perf_counter() < until:
            if not url:
                connection.execute("BEGIN IMMEDIATE")
            connection.execute(update, (NOTE, 1 + done % 400))
            connection.execute(insert, (NOTE * 4,))
            connection.commit()
            done += 1
        counts.append(done)
        connection.close()

    connection = _connect(folder, url)
    connection.execute("CREATE TABLE bench_entry (content text)")
    connection.commit()
    start = time.perf_counter()
    _together([work] * AUDITORS)
    took = time.perf_counter() - start
    connection.execute("DROP TABLE bench_entry")
    connection.commit()
    connection.close()
    return took / sum(counts)


def _connect(folder: Path, url: str) -> Any:
    if url:
        import psycopg

        return psycopg.connect(url)
    import sqlite3

    connection = sqlite3.connect(folder / "touchstone.sqlite3", isolation_level=None, timeout=60)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    return connection


def _together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return

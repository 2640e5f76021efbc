"""Pages as gunicorn serves them: requests per second and what 95 of 100 keep to, with eight people asking at once.

On SQLite, and on PostgreSQL where ``BENCH_POSTGRES`` names a server's database that may be filled; there also eight
writers to the ledger. Every client has a loopback address of its own, a new one as often as the limits per address
ask for it, so that they stay as they are. The baseline is the budget of 150 ms, or a bare INSERT.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.bench.common import peak
from tests.bench.crowd import ROOT, SETUP, _together, _wait
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[[http.client.HTTPConnection, dict[str, Any]], int]

CLIENTS, WARMING, SECONDS, BUDGET = 8, 1.5, 6.0, 0.150
WORKERS, THREADS = 2, 4
PASSWORD = "a long pass phrase of four words"
PER_ADDRESS = 10  # requests
SCENE = (
    SETUP.replace("json.dump(found, sys.stdout)", "")
    + f"""
from accounts.models import User
from tests.reports.rows import make_certificate
from django.contrib.auth.hashers import Argon2PasswordHasher
code = make_certificate(make_audit(edition=edition)).code
password = Argon2PasswordHasher().encode({PASSWORD!r}, "0123456789abcdef")  # as in use, unlike the scene's own
for person in found:
    user = User.objects.get(pk=person["user"])
    user.password = password; user.save()
    person["email"], person["code"] = user.email, code
    session = engine.SessionStore(person["session"])
    session[HASH_SESSION_KEY] = user.get_session_auth_hash(); session.save()
json.dump(found, sys.stdout)
"""
)
APPENDING = """
import threading, time
import django
django.setup()
from datetime import UTC, datetime
from django.db import connection, connections, transaction
from ledger.services import ledger_append
def work(append):
    for _ in range(EACH):
        append()
    connections.close_all()
def ours():
    with transaction.atomic():
        ledger_append(action="answer.saved", subject="audit:1", by=None, at=datetime.now(UTC),
                      payload={"criterion": "A1.1", "level": 3, "note": "Seen in the recordings."})
def bare():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare VALUES ('Seen in the recordings.')")
def timed(append):
    threads = [threading.Thread(target=work, args=[append]) for _ in range(WRITERS)]
    began = time.perf_counter()
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return (time.perf_counter() - began) / (WRITERS * EACH)
with connection.cursor() as cursor:
    cursor.execute("DROP TABLE IF EXISTS bench_bare")
    cursor.execute("CREATE TABLE bench_bare (content text)")
print(timed(ours), timed(bare))
with connection.cursor() as cursor:
    cursor.execute("DROP TABLE bench_bare")
"""
WRITERS, EACH = 8, 100


def rows() -> list[Row]:
    """Measure on each database that there is."""
    with tempfile.TemporaryDirectory() as folder:
        found = _served("SQLite", Path(folder), "")
    url = os.environ.get("BENCH_POSTGRES", "")
    if url:
        with tempfile.TemporaryDirectory() as folder:
            found += _served("PostgreSQL", Path(folder), url)
            found.append(_appending(Path(folder), url))
    return found


def _surroundings(folder: Path, url: str) -> dict[str, str]:
    leave = {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TOUCHSTONE_ENV", "DJANGO_SETTINGS_MODULE"}
    found = {key: value for key, value in os.environ.items() if key not in leave}
    found |= {"TOUCHSTONE_DATA": str(folder), "TOUCHSTONE_WORKER": "none", "DJANGO_SETTINGS_MODULE": "config.settings"}
    return found | ({"DATABASE_URL": url} if url else {})


def _served(name: str, folder: Path, url: str) -> list[Row]:
    (folder / "static").mkdir()
    environment = _surroundings(folder, url)
    scene = [sys.executable, "-c", SCENE]
    people = json.loads(subprocess.run(scene, cwd=ROOT, env=environment, check=True, capture_output=True).stdout)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(port)
        return [_row(what, name, ask, port, people) for what, ask in PAGES.items()]
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _row(what: str, name: str, ask: Ask, port: int, people: list[dict[str, Any]]) -> Row:
    for seconds in (WARMING, SECONDS):
        times: list[float] = []
        faults: list[int] = []
        began = time.perf_counter()
        _together([partial(_work, ask, port, people[n], times, faults, began + seconds, n) for n in range(CLIENTS)])
        took = time.perf_counter() - began
    if faults:
        raise AssertionError(f"{what}: {len(faults)} answers were no page, the first {faults[0]}.")
    slow = sorted(times)[int(0.95 * len(times))]
    return Row(
        f"{what}, served on {name}: {len(times) / took:.0f} requests/s by {CLIENTS} clients, p95",
        slow,
        "the budget of 150 ms",
        BUDGET,
        peak(),
    )


def _work(
    ask: Ask, port: int, who: dict[str, Any], times: list[float], faults: list[int], until: float, place: int
) -> None:
    """Ask until the time is over; every answer must be the page."""
    for address in itertools.count(1):
        source = f"127.{1 + place}.{address // 250}.{1 + address % 250}"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
        for _ in range(PER_ADDRESS):
            if time.perf_counter() >= until:
                connection.close()
                return
            began = time.perf_counter()
            status = ask(connection, who)
            times.append(time.perf_counter() - began)
            if status not in {HTTPStatus.OK, HTTPStatus.FOUND}:
                faults.append(status)
        connection.close()


def _get(path: str, connection: http.client.HTTPConnection, who: dict[str, Any]) -> int:
    connection.request("GET", path.format(**who), headers={"Cookie": f"sessionid={who['session']}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _check(connection: http.client.HTTPConnection, who: dict[str, Any]) -> int:
    connection.request("GET", f"/verify/{who['code']}/")
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _sign_in(connection: http.client.HTTPConnection, who: dict[str, Any]) -> int:
    token = secrets.token_hex(16)
    headers = {"Cookie": f"csrftoken={token}", "X-CSRFToken": token}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("POST", "/account/login/", urlencode({"login": who["email"], "password": PASSWORD}), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status if answer.status == HTTPStatus.FOUND else HTTPStatus.FORBIDDEN


PAGES: dict[str, Ask] = {
    "answer sheet": partial(_get, "/audits/{audit}/sheet/"),
    "list of audits": partial(_get, "/audits/"),
    "check of a certificate": _check,
    "sign-in with a password": _sign_in,
}


def _appending(folder: Path, url: str) -> Row:
    script = [sys.executable, "-c", APPENDING.replace("WRITERS", str(WRITERS)).replace("EACH", str(EACH))]
    said = subprocess.run(script, cwd=ROOT, env=_surroundings(folder, url), check=True, capture_output=True, text=True)
    ours, bare = map(float, said.stdout.split())
    what = f"Ledger: {WRITERS} writers, {1 / ours:.0f} entries/s, PostgreSQL"
    return Row(what, ours, f"{WRITERS} threads, each a bare INSERT, committed", bare, peak())

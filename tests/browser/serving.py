"""A server of one small audit that can be killed and started again, for tests of what survives."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from tests.browser.conftest import ROOT, _wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "correct horse battery staple"
# One audit in fieldwork with six criteria, led by Ann, with Ben on the team; Mia manages it, Zoe knows nothing of it.
SETUP = """
from accounts.models import Membership, User
from audits.models import TeamRole
from tests.factories import make_audit, make_edition, make_user
audit = make_audit(edition=make_edition(3))
names = {"ann": audit.team.get(role="leader").user, "ben": audit.team.get(role="auditor").user}
names["mia"] = User.objects.get(memberships__role="audit_manager")
names["zoe"] = make_user("auditor")
for name, user in names.items():
    user.email, user.name = f"{name}@example.org", name.title()
    user.save()
"""
# Another one of the same two people.
NEW_AUDIT = """
import itertools
from accounts.models import User
from audits.models import Audit
from tests import factories
factories._numbers = itertools.count(10_000 * (1 + Audit.objects.count()))  # names that no process before gave
first = Audit.objects.order_by("pk").first()
made = factories.make_audit(edition=first.edition, conductor=first.conductor)
for name, role in (("ann", "leader"), ("ben", "auditor")):
    made.team.filter(role=role).update(user=User.objects.get(email=f"{name}@example.org"))
"""


class Served:
    """The product on a database of its own."""

    def __init__(self, data: Path) -> None:
        """Make the database."""
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        leave = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "TOUCHSTONE_WORKER"}
        self.environment = {name: value for name, value in os.environ.items() if name not in leave}
        self.environment |= {"TOUCHSTONE_DATA": str(data), "PUBLIC_URL": self.url, "TOUCHSTONE_WORKER": "none"}
        self.process: subprocess.Popen[bytes] | None = None
        self.manage("migrate", "-v0")
        self.shell(SETUP)

    def manage(self, *words: str) -> None:
        """Run a command in the database."""
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, check=True)

    def shell(self, code: str) -> None:
        """Run code in the database."""
        self.manage("shell", "-v0", "-c", code)

    def new_audit(self) -> int:
        """Start another audit of the same team and return its id, so that a test has one of its own."""
        self.shell(NEW_AUDIT)
        (found,) = self.ask("SELECT max(id) FROM audits_audit")[0]
        return int(found)

    def start(self) -> None:
        """Serve, and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--threads", "4", "--worker-tmp-dir", str(self.data)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _wait_for(f"{self.url}/healthz")

    def kill(self) -> None:
        """Take the server and its workers away at once, as a power cut does."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=20)
            self.process = None

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Let the server take connections and never answer, as a network does that is there and carries nothing."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the database beside the server."""
        with closing(sqlite3.connect(self.data / "touchstone.sqlite3", timeout=20)) as connection:
            return connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: Any) -> None:
        """Change the database beside the server."""
        with closing(sqlite3.connect(self.data / "touchstone.sqlite3", timeout=20)) as connection, connection:
            connection.execute(sql, values)

    def answer(self, audit: int, code: str) -> tuple[Any, ...]:
        """Return level, note and revision of one answer."""
        sql = """SELECT a.level, a.note, a.revision FROM audits_answer a JOIN standards_criterion c
            ON c.id = a.criterion_id WHERE a.audit_id = ? AND c.code = ?"""
        return self.ask(sql, audit, code)[0]

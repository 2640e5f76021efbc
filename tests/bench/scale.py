"""Pages of a large installation: 95 of 100 requests against the budget of 150 ms of the server's time.

By default a hundredth of the full size on SQLite. ``BENCH_AUDITS=100000`` is the full size: 1,000 organisations, 20,000
centres and 11 million answers. ``BENCH_POSTGRES`` names a PostgreSQL database that is migrated, and filled where it is
empty: filled once, it is measured again as it is. Requests go through Django's test client in this process: session,
rights, queries, template; no network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.common import peak, start
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

AUDITS, REQUESTS, BUDGET = 1_000, 40, 0.150
ROOT = Path(__file__).parents[2]


def rows() -> list[Row]:
    """Fill an installation unless it is filled, and ask for its main pages as the people who use them."""
    audits = int(os.environ.get("BENCH_AUDITS", str(AUDITS)))
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_POSTGRES", "")
        if url:
            _start_on(Path(folder), url)
        else:
            start(Path(folder))
        _fill(audits)
        from audits.models import Answer, Audit

        where = "PostgreSQL" if url else "SQLite"
        size = f"{Audit.objects.count():,} audits, {Answer.objects.count():,} answers, {where}"
        found = [_row(f"{name} ({{queries}} queries; {size})", ask) for name, ask in _pages()]
        from django.db import connections

        connections.close_all()
    return found


def _start_on(folder: Path, url: str) -> None:
    for name in ("REDIS_URL", "CELERY_BROKER_URL", "TOUCHSTONE_ENV"):
        os.environ.pop(name, None)
    (folder / "static").mkdir()
    os.environ |= {
        "TOUCHSTONE_DATA": str(folder),
        "TOUCHSTONE_WORKER": "none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": url,
    }
    import django

    django.setup()


def _fill(audits: int) -> None:
    """Run the command in a process of its own, so that what it remembers is not counted."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from accounts.models import Organisation

    if not Organisation.objects.exists():
        size = {"organisations": max(audits // 100, 2), "centres": max(audits // 5, 2), "audits": audits}
        words = [word for name, count in size.items() for word in (f"--{name}", str(count))]
        subprocess.run([sys.executable, "manage.py", "load_scale", *words], cwd=ROOT, check=True, stdout=sys.stderr)


def _pages() -> Iterator[tuple[str, Callable[[int], Any]]]:
    """Name each page and say how to ask for it: every time another audit, centre or page of a list."""
    from django.test import Client

    from accounts.models import Centre, User
    from audits.models import Audit, Certificate

    manager, customer = (
        User.objects.filter(memberships__role=role).order_by("pk")[0] for role in ("audit_manager", "centre_manager")
    )
    auditor = User.objects.filter(team_memberships__audit__status="fieldwork").order_by("pk")[0]
    as_manager, as_auditor, as_customer, as_nobody = Client(), Client(), Client(), Client()
    as_manager.force_login(manager)
    as_auditor.force_login(auditor)
    as_customer.force_login(customer)
    audits = list(Audit.objects.visible_to(manager).order_by("-pk").values_list("pk", flat=True)[:REQUESTS])
    own = list(
        Audit.objects.filter(team__user=auditor, status="fieldwork").order_by("-pk").values_list("pk", flat=True)[:9]
    )
    centres = list(Centre.objects.visible_to(manager).order_by("pk").values_list("pk", flat=True)[:REQUESTS])
    codes = list(Certificate.objects.order_by("-pk").values_list("code", flat=True)[:REQUESTS])
    pages: list[tuple[str, Client, Callable[[int], str]]] = [
        ("home of an audit manager", as_manager, lambda _n: "/"),
        ("home of an auditor", as_auditor, lambda _n: "/"),
        ("home of a centre manager", as_customer, lambda _n: "/"),
        ("list of audits", as_manager, lambda n: f"/audits/?page={n + 1}"),
        ("list of audits, searched", as_manager, lambda n: f"/audits/?q={7 * n:05d}"),
        ("list of audits, by centre", as_manager, lambda n: f"/audits/?sort=centre&page={n + 1}"),
        ("an audit", as_manager, lambda n: f"/audits/{audits[n % len(audits)]}/"),
        ("answer sheet", as_auditor, lambda n: f"/audits/{own[n % len(own)]}/sheet/"),
        ("list of centres", as_manager, lambda n: f"/centres/?page={n + 1}"),
        ("a centre", as_manager, lambda n: f"/centres/{centres[n % len(centres)]}/"),
        ("measurements of a centre", as_manager, lambda n: f"/benchmarks/centres/{centres[n % len(centres)]}/"),
        ("list of findings", as_manager, lambda n: f"/findings/?page={n + 1}"),
        ("list of certificates", as_manager, lambda n: f"/certificates/?page={n + 1}"),
        ("programmes", as_manager, lambda _n: "/programmes/"),
        ("the check of a certificate", as_nobody, lambda n: f"/verify/{codes[n % len(codes)]}/"),
    ]
    for name, client, address in pages:
        yield name, partial(_get, client, address)


def _get(client: Client, address: Callable[[int], str], number: int) -> Any:
    return client.get(address(number))


def _row(what: str, ask: Callable[[int], Any]) -> Row:
    """Take the time that 95 of 100 requests keep to, after two to warm up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            response = ask(number)
            statements = len(captured)
        if response.status_code != 200:
            raise AssertionError(f"{what}: the page answered {response.status_code}.")
    times = []
    for number in range(REQUESTS):
        began = time.perf_counter()
        ask(number)
        times.append(time.perf_counter() - began)
    slow = sorted(times)[int(0.95 * REQUESTS) - 1]
    return Row(what.format(queries=statements), slow, "the budget of 150 ms", BUDGET, peak())

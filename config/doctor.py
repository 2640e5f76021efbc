"""What is misconfigured, in words. Each check looks at one thing and says what it saw and what to do."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts import bucket
from ledger import triggers, witness
from ledger.models import Entry, OutboxMessage, Shipment
from ledger.outbox import WorkerLock, outbox_pending
from ledger.outbox.messages import MOST_ATTEMPTS
from reports.pdf.typefaces import TYPEFACES
from reports.signing.keys import key_of
from reports.signing.source import KeySourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.files.storage import Storage

GOOD: Final = "ok"
NOTE: Final = "note"
FAULT: Final = "fault"
SHORTEST_KEY = 50
LEAST_FREE = 2 << 30  # bytes
LATE = timedelta(minutes=10)
SKEW = timedelta(minutes=2)
MAIL_TO_NOBODY = ("filebased", "console", "dummy", "locmem")


@dataclass(frozen=True)
class Finding:
    """What one check saw: ``state`` is ok, note (works, but) or fault; ``words`` say what to do."""

    check: str
    state: str
    words: str


def examine(*, at: datetime, connect: bool = True) -> list[Finding]:
    """Run every check; one that cannot be carried out is a fault. ``connect`` False leaves out mail and workers."""
    return [_safely(name, check, at) for name, check in CHECKS.items() if connect or name not in FAR]


def _safely(name: str, check: Callable[[datetime], tuple[str, str]], at: datetime) -> Finding:
    try:
        return Finding(name, *check(at))
    except Exception as error:  # noqa: BLE001 - a doctor who faints helps nobody
        return Finding(name, FAULT, f"The check failed: {type(error).__name__}: {error}")


def _mode(_at: datetime) -> tuple[str, str]:
    if settings.DEBUG:
        return FAULT, "DEBUG is on: error pages show the code and the settings to everybody."
    if not settings.PRODUCTION:
        return NOTE, "TOUCHSTONE_ENV is not 'production': cookies are not bound to HTTPS. Right for trying things out."
    return GOOD, "Production."


def _secret_key(_at: datetime) -> tuple[str, str]:
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < 8:  # noqa: PLR2004 - as Django's own check
        return FAULT, f"SECRET_KEY is short or simple; take {SHORTEST_KEY} random characters or more."
    return GOOD, "Long enough."


def _hosts(_at: datetime) -> tuple[str, str]:
    public = urlsplit(settings.PUBLIC_URL)
    named = public.hostname or ""
    if "*" in settings.ALLOWED_HOSTS:
        return FAULT, "ALLOWED_HOSTS has '*': name the hosts."
    if not any(named == host or (host.startswith(".") and named.endswith(host)) for host in settings.ALLOWED_HOSTS):
        return FAULT, f"PUBLIC_URL names {named!r}, which is not in ALLOWED_HOSTS: links in mails would not open."
    if settings.PRODUCTION and named in {"127.0.0.1", "localhost"}:
        return FAULT, "PUBLIC_URL names this machine: people elsewhere cannot follow links in mails and QR codes."
    return GOOD, f"Links lead to {settings.PUBLIC_URL}."


def _https(_at: datetime) -> tuple[str, str]:
    if not settings.PUBLIC_URL.startswith("https://"):
        return (FAULT if settings.PRODUCTION else NOTE), "PUBLIC_URL is not https: passwords travel in the clear."
    if settings.PRODUCTION and not settings.SECURE_SSL_REDIRECT:
        return NOTE, "SECURE_SSL_REDIRECT is off: somebody else has to send HTTP to HTTPS."
    return GOOD, "HTTPS."


def _database(_at: datetime) -> tuple[str, str]:
    connection.ensure_connection()
    if connection.vendor == "sqlite" and settings.CELERY_BROKER_URL:
        return NOTE, "SQLite with a broker: workers must be on this machine. Set DATABASE_URL for more than one."
    return GOOD, f"{connection.vendor} answers."


def _migrations(_at: datetime) -> tuple[str, str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return FAULT, f"{len(plan)} migrations are not applied: run manage.py migrate."
    return GOOD, "All applied."


def _ledger(at: datetime) -> tuple[str, str]:
    if not triggers.in_place(connection):
        return FAULT, "The triggers that protect the ledger are missing: run manage.py migrate."
    last = Entry.objects.order_by("-sequence").values_list("at", flat=True).first()
    if last and last > at + SKEW:
        return FAULT, f"The last entry is of {last.isoformat()}, in the future: a clock was wrong, or is now."
    return GOOD, "Guarded by the database."


def _checkpoints(at: datetime) -> tuple[str, str]:
    path = Path(settings.LEDGER_CHECKPOINTS) / "checkpoints.jsonl"
    if not path.exists():
        return NOTE, "There is no checkpoint: run manage.py ship_ledger every hour, or Celery beat."
    age = at - datetime.fromtimestamp(path.stat().st_mtime, UTC)
    newer = Entry.objects.filter(sequence__gt=witness.read(path)[-1].checkpoint.sequence).exists()
    if newer and age > timedelta(days=1):
        return FAULT, f"The last checkpoint is {age.days} days old, and the ledger has gone on. Does beat run?"
    if settings.DATA_DIR in path.parents:
        return (
            NOTE,
            "Checkpoints lie beside the database: set LEDGER_CHECKPOINTS to a place that its owner cannot write.",
        )
    return GOOD, "Fresh, and elsewhere."


def _shipping(_at: datetime) -> tuple[str, str]:
    if not settings.LEDGER_SHIP:
        return NOTE, "LEDGER_SHIP is not set: no copy of the ledger's hashes leaves this machine."
    row = Shipment.objects.filter(place=settings.LEDGER_SHIP).first()
    left = Entry.objects.filter(sequence__gt=row.sequence if row else 0).count()
    if left > 1000:  # noqa: PLR2004 - some minutes of a busy day
        return FAULT, f"{left} entries wait to be handed to {settings.LEDGER_SHIP}."
    return GOOD, "Handed over."


def _bucket(storage: Storage) -> tuple[str, str]:
    """Write, read and remove a small file, as evidence is."""
    name = f"doctor/{uuid4()}"
    try:
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"well")
            file.flush()
            bucket.send(storage, Path(file.name), name)
        with bucket.fetched(storage, name) as source:
            kept = source.read() == b"well"
        bucket.erase(storage, name)
    except OSError as error:
        return FAULT, f"OBJECT_STORAGE does not take, give back and remove a file, so evidence is refused: {error}"
    return (GOOD, "Object storage.") if kept else (FAULT, "OBJECT_STORAGE gives back other bytes than it was sent.")


def _storage(_at: datetime) -> tuple[str, str]:
    if storage := bucket.bucket():
        told = _bucket(storage)
        if told[0] == FAULT:
            return told
    for folder in (settings.DATA_DIR, settings.EVIDENCE_DIR, settings.EXPORT_DIR):
        place = Path(folder)
        while not place.exists():
            place = place.parent
        if not os.access(place, os.W_OK):
            return FAULT, f"{place} cannot be written to: evidence and reports would be refused."
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LEAST_FREE:
        return FAULT, f"Only {free >> 20} MiB are free in {settings.DATA_DIR}."
    return GOOD, f"Writable, {free >> 30} GiB free."


def _cache(_at: datetime) -> tuple[str, str]:
    cache.set("doctor", "well", 30)
    if cache.get("doctor") != "well":
        return FAULT, "What is put into the cache does not come back: sign-in limits would not count."
    return GOOD, "Redis." if "Redis" in settings.CACHES["default"]["BACKEND"] else "In the database."


def _broker(_at: datetime) -> tuple[str, str]:
    if not settings.CELERY_BROKER_URL:
        return GOOD, "None is set: a local process does the background work."
    with current_app.connection_for_write(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return GOOD, "Answers."


def _worker(_at: datetime) -> tuple[str, str]:
    if settings.CELERY_BROKER_URL:
        found = current_app.control.ping(timeout=2)
        return (GOOD, f"{len(found)} answer.") if found else (FAULT, "No worker answers: celery -A config worker.")
    if settings.TOUCHSTONE_WORKER == "auto":
        return GOOD, "Starts by itself when there is work."
    with WorkerLock() as lock:
        return (FAULT, "None runs: manage.py work_outbox.") if lock.taken else (GOOD, "Runs.")


def _outbox(at: datetime) -> tuple[str, str]:
    aside = OutboxMessage.objects.filter(dispatched_at=None, attempts__gte=MOST_ATTEMPTS).count()
    if aside:
        return FAULT, f"{aside} tasks failed {MOST_ATTEMPTS} times and were put aside; the log says why."
    late = outbox_pending().filter(created_at__lt=at - LATE).count()
    if late:
        return FAULT, f"{late} tasks wait for more than {LATE.seconds // 60} minutes: is a worker running?"
    return GOOD, "Nothing waits for long."


def _clock(at: datetime) -> tuple[str, str]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs: datetime = cursor.fetchone()[0]
        if abs(theirs - datetime.now(UTC)) > SKEW:
            return FAULT, f"This clock and the database's differ: {at.isoformat()} and {theirs.isoformat()}."
    return GOOD, at.isoformat(timespec="seconds")


def _signing(at: datetime) -> tuple[str, str]:
    try:
        key = key_of(settings.SIGNING)
    except KeySourceError as error:
        return FAULT, f"The signing key does not open: {error}"
    ends: datetime = key.certificate.not_valid_after
    if ends < at + timedelta(days=60):
        return FAULT, f"The certificate of the signing key ends on {ends.date()}: renew it."
    if key.own:
        return NOTE, "The installation's own key: nobody vouches for it. Set SIGNING_KEY for certificates of weight."
    return GOOD, f"{key.name}, until {ends.date()}."


def _mail(_at: datetime) -> tuple[str, str]:
    if any(kind in settings.EMAIL_BACKEND for kind in MAIL_TO_NOBODY):
        state = FAULT if settings.PRODUCTION else NOTE
        return state, "E-mail goes to files or nowhere: set EMAIL_URL, or nobody gets an invitation."
    mail = get_connection()
    mail.open()
    mail.close()
    return GOOD, "The server takes the connection."


def _typefaces(_at: datetime) -> tuple[str, str]:
    missing = [str(face.path) for face in TYPEFACES if not face.path.is_file()]
    return (FAULT, f"Missing: {missing[0]}: run bin/setup.") if missing else (GOOD, "All there.")


def _catalogues(_at: datetime) -> tuple[str, str]:
    for source in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists():
            return FAULT, f"{compiled} is missing: pages speak English only. Run bin/setup."
    return GOOD, "Compiled."


def _static(_at: datetime) -> tuple[str, str]:
    if settings.PRODUCTION:
        there = (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file()
        return (GOOD, "Collected.") if there else (FAULT, "Static files are not collected: run bin/setup.")
    there = bool(finders.find("vendor/bootstrap/css/bootstrap.min.css"))
    return (GOOD, "Found.") if there else (FAULT, "The libraries' files are missing: run bin/setup.")


def _scanner(_at: datetime) -> tuple[str, str]:
    if not settings.EVIDENCE_SCANNER:
        return NOTE, "EVIDENCE_SCANNER is not set: uploads are not looked at for viruses."
    if not shutil.which(settings.EVIDENCE_SCANNER[0]):
        return FAULT, f"{settings.EVIDENCE_SCANNER[0]} is not on this machine: uploads will be refused."
    return GOOD, "Found."


def _backup(at: datetime) -> tuple[str, str]:
    last = Entry.objects.filter(action="installation.backed_up").order_by("-sequence").first()
    if last is None:
        return NOTE, "No backup was made yet: manage.py backup DIR."
    age = at - last.at
    return (NOTE, f"The last one is {age.days} days old.") if age > timedelta(days=2) else (GOOD, "Made lately.")


CHECKS: dict[str, Callable[[datetime], tuple[str, str]]] = {
    "mode": _mode,
    "secret key": _secret_key,
    "hosts": _hosts,
    "https": _https,
    "database": _database,
    "migrations": _migrations,
    "ledger": _ledger,
    "checkpoints": _checkpoints,
    "shipping": _shipping,
    "storage": _storage,
    "cache": _cache,
    "broker": _broker,
    "worker": _worker,
    "outbox": _outbox,
    "clock": _clock,
    "signing key": _signing,
    "e-mail": _mail,
    "typefaces": _typefaces,
    "catalogues": _catalogues,
    "static files": _static,
    "virus scanner": _scanner,
    "backup": _backup,
}
FAR = {"e-mail", "worker", "broker"}

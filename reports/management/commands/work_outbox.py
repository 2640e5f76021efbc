"""Work through the outbox in this process: what a Celery worker does where there is a broker."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from benchmarks.services import jobs_recover
from ledger.outbox import WorkerLock, outbox_pending, outbox_run_next
from reports.services import batches_recover, exports_recover, webhooks_run

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

PAUSE = 0.5
WEBHOOKS_EVERY = 30.0  # seconds
# A hostile or huge document costs one job and nothing else.
MOST_BYTES = 4 * 1024**3
MOST_SECONDS = 300


class TookTooLongError(Exception):
    """One task ran for longer than it may."""


class Command(BaseCommand):
    help = "Run the tasks in the outbox, one after another. A second one beside a running one ends at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--idle-exit", type=float, metavar="SECONDS", help="end after so long without work")
        parser.add_argument("--once", action="store_true", help="run what is there now and end")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        current_app.loader.import_default_modules()
        _limit()
        idle = 0.0 if options["once"] else options["idle_exit"]
        again = True
        while again:
            with WorkerLock() as lock:
                if not lock.taken:
                    self.stderr.write("Another process works through the outbox already.")
                    return
                now = timezone.now()
                exports_recover(started_before=now, at=now)
                batches_recover(at=now)
                jobs_recover(heard_before=now, at=now)
                webhooks_run(clock=timezone.now)
                _work(idle)
            # Somebody may have seen the lock taken in the moment between the last look and its release.
            again = outbox_pending().exists()


def _work(idle: float | None) -> None:
    """Run messages until there was none for ``idle`` seconds; for ever when that is None."""
    last = looked = time.monotonic()
    while True:
        close_old_connections()
        if time.monotonic() - looked >= WEBHOOKS_EVERY:  # those that failed are tried again
            webhooks_run(clock=timezone.now)
            looked = time.monotonic()
        if _run_next():
            last = time.monotonic()
        elif idle is not None and time.monotonic() - last >= idle:
            return
        else:
            time.sleep(PAUSE)


def _run_next() -> bool:
    message = outbox_pending().first()
    task = current_app.tasks.get(message.task) if message else None
    signal.alarm((task and task.time_limit) or MOST_SECONDS)
    try:
        return outbox_run_next(at=timezone.now())
    finally:
        signal.alarm(0)


def _limit() -> None:
    """Limit memory and time, and let the pages go first."""
    os.nice(5)
    with contextlib.suppress(ValueError, OSError):  # not every system knows the limit
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = MOST_BYTES if hard == resource.RLIM_INFINITY else min(MOST_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    signal.signal(signal.SIGALRM, _alarm)


def _alarm(_number: int, _frame: object) -> None:
    raise TookTooLongError("The task ran for longer than it may.")

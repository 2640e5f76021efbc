"""The local process that works through the outbox where there is no broker: one at a time, started when needed.

No message is left lying: whoever finds the lock free starts a process, and a process that is about to end looks once
more after it has released the lock.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from django.conf import settings

if TYPE_CHECKING:
    from types import TracebackType

IDLE_SECONDS = 20
# A process younger than this may still be on its way to the lock; it ends after IDLE_SECONDS at the earliest.
BOOT_SECONDS = 10
_children: list[tuple[float, subprocess.Popen[bytes]]] = []


class WorkerLock:
    """A lock that dies with its process; ``taken`` says whether it was got. Never waits."""

    def __init__(self) -> None:
        """Name the file; nothing is opened yet."""
        self._path = Path(settings.DATA_DIR) / "worker.lock"
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Try to take the lock."""
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release it."""
        if self._file:
            self._file.close()
            self._file = None

    @property
    def taken(self) -> bool:
        """Say whether this object holds the lock."""
        return self._file is not None


def worker_ensure() -> bool:
    """Start the local process unless one is running; True when one was started. Takes a few milliseconds."""
    if settings.TOUCHSTONE_WORKER == "none" or settings.CELERY_BROKER_URL:
        return False
    with WorkerLock() as lock:
        if not lock.taken:
            return False
    _children[:] = [(began, child) for began, child in _children if child.poll() is None]
    if any(time.monotonic() - began < BOOT_SECONDS for began, _child in _children):
        return False
    _children.append((time.monotonic(), _start()))
    return True


def _start() -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and shares nothing with it but the log file."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work_outbox", "--idle-exit", str(IDLE_SECONDS)]
    log = os.open(Path(settings.DATA_DIR) / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - our own command, no text from outside
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, close_fds=True
        )
    finally:
        os.close(log)

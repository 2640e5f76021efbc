"""Pages are set in a process of their own, with limits on time and address space (``setter.py``).

A hostile or huge document costs that process and its own job, and nothing else. A process that has done well is kept
for the next document, because starting one takes longer than setting a certificate.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, cast

from django.conf import settings

from reports.pdf.parcel import Order, receive, send_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reports.pdf.parcel import Attached

MOST_ORDERS = 200
TYPEFACES_OF = "1767225600"  # the moment that typefaces in a PDF give as their own, in seconds since 1970
# What the other process needs of our surroundings; it gets no key, no password and no address of a database.
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH"),
    *("FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME"),
)


class SettingFailedError(Exception):
    """The pages could not be set; the message is for the log."""


class SettingTooLongError(SettingFailedError):
    """The document took longer than it may, and was stopped."""


class SettingTooLargeError(SettingFailedError):
    """The document needs more memory than it may have, or its process died."""


class RefusedAddressError(SettingFailedError):
    """The HTML asked for something outside of the bundle. Our templates never do: the whole export fails."""


class _Setter:
    """One process that sets pages. Not for two threads at once."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "reports.pdf.setter", str(settings.NODE_MODULES), str(settings.RENDER_MEMORY)]
        surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        surroundings["SOURCE_DATE_EPOCH"] = TYPEFACES_OF  # or each process writes its own start into the typefaces
        self._process = subprocess.Popen(  # noqa: S603 - our own command, no text from outside
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            env=surroundings,
            start_new_session=True,
        )
        self._orders = 0

    @property
    def fit(self) -> bool:
        """Say whether it is still there and may take another order."""
        return self._process.poll() is None and self._orders < MOST_ORDERS

    def write(self, order: Order, seconds: int) -> tuple[bytes, int]:
        """Return PDF and number of pages. Whatever goes wrong but a fault of the document itself ends the process."""
        self._orders += 1
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            send_order(cast("IO[bytes]", self._process.stdin), order, seconds=seconds)
            facts, parts = receive(cast("IO[bytes]", self._process.stdout))
        except (EOFError, OSError, ValueError) as error:
            self.end()
            if late.is_set() or self._process.returncode in _OUT_OF_TIME:
                raise SettingTooLongError(f"The pages were not set within {seconds} s.") from error
            ended = f"The process that sets pages ended with {self._process.returncode}."
            raise SettingTooLargeError(ended) from error
        except BaseException:  # an alarm, or the worker is told to end
            self.end()
            raise
        finally:
            timer.cancel()
        if "fault" not in facts:
            return parts[0], facts["pages"]
        if facts["fault"] == "memory":
            self.end()
        raise _FAULTS[facts["fault"]](facts["words"])

    def end(self) -> None:
        """End the process, whatever it is at."""
        with suppress(OSError):
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()
        self._process.wait()

    def forget(self) -> None:
        """Leave the process to another one of ours, from which this one was split off."""
        self._process.returncode = 0


_OUT_OF_TIME = (-24,)  # SIGXCPU
_FAULTS = {"memory": SettingTooLargeError, "address": RefusedAddressError, "failed": SettingFailedError}
_idle: list[_Setter] = []
_lock = threading.Lock()


def write(
    html: str,
    *,
    css: str,
    identifier: bytes,
    at: datetime,
    attached: Sequence[Attached] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> tuple[bytes, int]:
    """Return the PDF (PDF/A-3a, PDF/UA-1, bookmarks) and its number of pages. Equal arguments give equal bytes.

    Takes at most ``RENDER_SECONDS`` and ``RENDER_MEMORY``. Raises SettingFailedError and what derives from it.
    """
    setter = _take()
    try:
        return setter.write(Order(html, css, identifier, at, attached, pictures or {}), settings.RENDER_SECONDS)
    finally:
        _give_back(setter)


def _take() -> _Setter:
    with _lock:
        while _idle:
            setter = _idle.pop()
            if setter.fit:
                return setter
            setter.end()
    return _Setter()


def _give_back(setter: _Setter) -> None:
    """Keep one for the next document; what is not fit for it ends."""
    with _lock:
        if setter.fit and not _idle:
            _idle.append(setter)
            return
    setter.end()


def end_idle() -> None:
    """End the process that waits for the next document."""
    with _lock:
        while _idle:
            _idle.pop().end()


def _split_off() -> None:
    """A process of ours that was split off has no part in the pipes of the other one."""
    for setter in _idle:
        setter.forget()
    _idle.clear()


os.register_at_fork(after_in_child=_split_off)
atexit.register(end_idle)

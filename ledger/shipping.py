"""Places outside of the database that get a line of each entry: a file, standard output, a syslog.

A line is JSON: sequence, time, actor's id, action, subject and both hashes. What was said and scored stays inside: no
content leaves, and yet each line is a checkpoint for ``verify_ledger --checkpoint``, because the hash is over it.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from ledger.chain import time_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.chain import Link

SYSLOG_PORT = 514


class PlaceError(ValueError):
    """The setting names no place that we know."""


class Place(Protocol):
    """Takes lines; raises OSError when they are not sure to be there."""

    def __call__(self, lines: Sequence[str]) -> None:
        """Take them."""


def line_of(link: Link) -> str:
    """Return what leaves of an entry, as one line of JSON."""
    facts = {"sequence": link.sequence, "at": time_text(link.at), "actor": link.actor, "action": link.action}
    facts |= {"subject": link.subject, "previous_hash": link.previous_hash, "hash": link.hash}
    return json.dumps(facts)


def place_of(url: str) -> Place:
    """Return what takes the lines. Raises PlaceError.

    Known are ``file:///var/log/x.jsonl``, ``stdout:``, ``syslog:///dev/log``, ``syslog://host``, ``syslog+tcp://host``.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
        return _File(Path(parts.path))
    if url == "stdout:":
        return _stdout
    if parts.scheme == "syslog" and parts.path.startswith("/") and not parts.netloc:
        return _Syslog(parts.path, socket.SOCK_DGRAM)
    if parts.scheme in {"syslog", "syslog+tcp"} and parts.hostname:
        kind = socket.SOCK_STREAM if parts.scheme == "syslog+tcp" else socket.SOCK_DGRAM
        return _Syslog((parts.hostname, parts.port or SYSLOG_PORT), kind)
    raise PlaceError(f"LEDGER_SHIP: {url[:100]!r} is no file:///…, stdout:, syslog:///dev/log or syslog[+tcp]://host.")


class _File:
    """Adds to a file, through to the disk."""

    def __init__(self, path: Path) -> None:
        """Name it."""
        self.path = path

    def __call__(self, lines: Sequence[str]) -> None:
        """Add the lines."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())


def _stdout(lines: Sequence[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


class _Loud(SysLogHandler):
    """A handler that raises what went wrong, in place of printing it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's signature
        """Raise it."""
        error = sys.exc_info()[1]
        raise error if isinstance(error, OSError) else OSError(str(error))


class _Syslog:
    """Sends to a syslog, one message a line, as the facility "security"."""

    def __init__(self, address: Any, kind: socket.SocketKind) -> None:
        """Name it; nothing is opened yet."""
        self.address, self.kind = address, kind

    def __call__(self, lines: Sequence[str]) -> None:
        """Send the lines."""
        handler = _Loud(self.address, SysLogHandler.LOG_AUTHPRIV, self.kind)
        handler.ident = "touchstone-ledger: "
        handler.append_nul = self.kind != socket.SOCK_STREAM
        try:
            for line in lines:
                text = f"{line}\n" if self.kind == socket.SOCK_STREAM else line
                handler.emit(logging.LogRecord("ledger", logging.INFO, "", 0, text, None, None))
        finally:
            handler.close()

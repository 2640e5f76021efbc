"""What goes into the log: one line an event, as text or JSON, with the number of its request and no personal data.

People appear as numbers, addresses as the name of their route: a path may hold a code or a token.
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest

# The request that is being answered, "-" outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="-")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
EXTRA = ("method", "route", "status", "milliseconds", "user")


def one_line(text: str) -> str:
    """Return text in which control characters are written out, so that nobody's input begins a line of the log."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def route_of(request: HttpRequest) -> str:
    """Name where a request went, without its path."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name) if match else "no such address"


class NoPaths(logging.Filter):
    """Puts the name of the route in the place of the path in what Django says of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always let through."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            status = getattr(record, "status_code", "")
            record.msg, record.args = "%s %s %s", (status, request.method, route_of(request))
        return True


class LineFormatter(logging.Formatter):
    """A line for people: time, level, logger, request, message; a traceback follows on lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f"{moment} {record.levelname} {record.name} [{request_id.get()}]: {one_line(record.message)}"


class JsonFormatter(logging.Formatter):
    """An object a line for machines; a traceback is one of its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
        }
        facts |= {name: getattr(record, name) for name in EXTRA if hasattr(record, name)}
        if record.exc_info:
            facts["traceback"] = self.formatException(record.exc_info)
        return json.dumps(facts, default=str)  # ASCII: no sign in it ends a line

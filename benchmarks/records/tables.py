"""Tables in an owner's database as a source of records: named by the operator, only read, streamed as CSV (PostgreSQL).

Which server, and with what password, stands in the environment and nowhere else: nobody types a host into a page, and
no message, page or log repeats it.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import psycopg

logger = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
_CONNECT_SECONDS, _LOCK_SECONDS = 10, 5
_CANCELLED, _NO_TABLE, _NO_COLUMN, _FORBIDDEN = "57014", "42P01", "42703", "42501"


@dataclass(frozen=True, kw_only=True)
class TableSource:
    """A table or view of an organisation, ``name`` for the machine and ``title`` for people.

    ``moment`` is the column by which a period is cut out; without it the whole table is read. More than ``most_rows``
    rows are refused, and what takes longer than ``seconds`` is given up.
    """

    name: str
    organisation: str
    url: str = field(repr=False)
    table: str
    title: str = ""
    moment: str = ""
    most_rows: int = 20_000_000
    seconds: int = 600

    def __post_init__(self) -> None:
        """Refuse what cannot be right. ValueError names the source and the key, never the value of the URL."""
        url, said = urlsplit(self.url), f"source {self.name!r}: "
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a source is named with small letters, digits, - and _, not {self.name!r}")
        if url.scheme not in {"postgres", "postgresql"} or not url.hostname or not url.path.strip("/"):
            raise ValueError(f"{said}url is not of the form postgres://user:password@host:5432/database")
        if not self.organisation.strip():
            raise ValueError(f"{said}organisation is empty")
        for name in ("table", "moment"):
            if getattr(self, name) and not _TABLE.fullmatch(getattr(self, name)):
                raise ValueError(f"{said}{name} is not a plain name such as reporting.calls")
        if not self.table or "." in self.moment or self.most_rows < 1 or self.seconds < 1:
            raise ValueError(f"{said}table, moment, most_rows or seconds cannot be right")


def table_sources(text: str) -> dict[str, TableSource]:
    """Read the sources from JSON, a list of objects with the fields of ``TableSource``; by name, none from no text.

    ValueError says what is wrong without repeating the text, which holds passwords.
    """
    if not text.strip():
        return {}
    try:
        listed = json.loads(text)
    except ValueError:
        raise ValueError("not JSON") from None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise ValueError("not a list of objects")
    found = [_source(each) for each in listed]
    if len({each.name for each in found}) < len(found):
        raise ValueError("two sources have the same name")
    return {each.name: each for each in found}


def _source(given: dict[str, Any]) -> TableSource:
    kinds = {each.name: int if each.name in {"most_rows", "seconds"} else str for each in fields(TableSource)}
    unknown, lacking = set(given) - set(kinds), {"name", "organisation", "url", "table"} - set(given)
    if unknown or lacking:
        raise ValueError(f"unknown keys {sorted(unknown)}, missing keys {sorted(lacking)}")
    wrong = sorted(name for name, value in given.items() if type(value) is not kinds[name])
    if wrong:
        raise ValueError(f"of the wrong type: {wrong}")
    return TableSource(**given)


def stream(
    source: TableSource, first: date | None = None, until: date | None = None, zone: str = "UTC"
) -> Iterator[bytes]:
    """Give a table, or its rows from ``first`` to before ``until``, as pieces of a CSV file.

    Days are those of ``zone`` where the moments have a time zone. In one transaction that can only read. RecordsError
    in words that name the source, never the server.
    """
    import psycopg

    try:
        yield from _copied(source, first, until, zone)
    except psycopg.Error as error:
        # The server's own words may hold its name or rows of the table.
        logger.warning("Records source %s: %s %s", source.name, type(error).__name__, error.sqlstate or "")
        raise _in_words(source, error.sqlstate) from None


def _copied(source: TableSource, first: date | None, until: date | None, zone: str) -> Iterator[bytes]:
    import psycopg

    limits = {"statement_timeout": source.seconds, "lock_timeout": _LOCK_SECONDS}
    options = " ".join(f"-c {name}={seconds * 1000}" for name, seconds in limits.items())
    options += f" -c timezone={zone}"  # a checked name of the time zone database
    options += " -c default_transaction_read_only=on -c datestyle=ISO -c client_encoding=UTF8"
    facts: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "options": options, "application_name": "touchstone"}
    with psycopg.connect(source.url, **facts) as connection, connection.cursor() as cursor:
        connection.read_only = True
        with cursor.copy(_query(source, first, until)) as copy:
            for piece in copy:
                yield bytes(piece)
        if cursor.rowcount > source.most_rows:
            raise RecordsError(
                _("{title} has more than {most:,} rows in this period. Choose a shorter one."),
                title=source.title or source.name,
                most=source.most_rows,
            )


def _query(source: TableSource, first: date | None, until: date | None) -> psycopg.sql.Composed:
    from psycopg import sql

    chosen: sql.Composable = sql.SQL("")
    order: sql.Composable = sql.SQL("")
    table = sql.Identifier(*source.table.split("."))
    if source.moment:
        moment = sql.Identifier(source.moment)
        order = sql.SQL(" ORDER BY {}").format(moment)
        if first and until:
            days = (sql.Literal(day.isoformat()) for day in (first, until))
            chosen = sql.SQL(" WHERE {0} >= {1} AND {0} < {2}").format(moment, *days)
    rows = sql.SQL("SELECT * FROM {}{}{} LIMIT {}").format(table, chosen, order, sql.Literal(source.most_rows + 1))
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(rows)


def _in_words(source: TableSource, state: str | None) -> RecordsError:
    title = source.title or source.name
    if state == _CANCELLED:
        return RecordsError(
            _("{title} did not answer within {seconds} seconds. Choose a shorter period."),
            title=title,
            seconds=source.seconds,
        )
    if state in {_NO_TABLE, _NO_COLUMN, _FORBIDDEN}:
        return RecordsError(
            _("The database does not let us read {title}. The operator can put that right."), title=title
        )
    if state is None or state.startswith(("08", "28", "3D", "57")):
        return RecordsError(_("The database of {title} cannot be reached now. The operator can tell why."), title=title)
    return RecordsError(_("The database could not give {title}. The operator finds the cause in the log."), title=title)


__all__ = ["TableSource", "stream", "table_sources"]

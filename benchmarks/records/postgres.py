"""Bring clean records into temporary tables of PostgreSQL, where the same expressions run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import ibis

from benchmarks.records.files import RecordsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

_TABLE = "touchstone_{kind}"


@contextlib.contextmanager
def in_postgres(tables: dict[str, ir.Table], url: str) -> Iterator[dict[str, ir.Table]]:
    """Copy the records and give them as tables of PostgreSQL; they go away with the connection, at the end.

    ``url`` is ``postgres://user:password@host:port/database``. RecordsError when the server cannot be reached.
    """
    if not url.startswith("postgres"):
        raise RecordsError("The engine postgres needs DATABASE_URL=postgres://… in the environment.")
    try:
        connection = ibis.connect(url.replace("postgresql://", "postgres://", 1))
    except Exception as error:  # whatever driver and resolver raise, it is the same news
        raise RecordsError("PostgreSQL cannot be reached at DATABASE_URL.") from error
    try:
        yield {
            kind: connection.create_table(_TABLE.format(kind=kind), table.drop("key").to_pyarrow(), temp=True)
            for kind, table in tables.items()
        }
    finally:
        connection.disconnect()

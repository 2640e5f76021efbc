"""Bring clean contacts into a temporary table of PostgreSQL, where the same expressions run."""

from __future__ import annotations

import ibis

from benchmarks.records.files import RecordsError

_TABLE = "touchstone_contacts"


def in_postgres(contacts: ibis.Table, url: str) -> ibis.Table:
    """Copy the contacts and return them as a table of PostgreSQL; it goes away with the connection.

    ``url`` is ``postgres://user:password@host:port/database``. RecordsError when the server cannot be reached.
    """
    try:
        connection = ibis.connect(url.replace("postgresql://", "postgres://", 1))
    except Exception as error:  # whatever driver and resolver raise, it is the same news
        raise RecordsError("PostgreSQL cannot be reached at DATABASE_URL.") from error
    return connection.create_table(_TABLE, contacts.to_pyarrow(), temp=True)

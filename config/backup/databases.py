"""The database: a consistent copy while people work, and the way back into an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient

from config.backup.copying import put
from config.backup.manifest import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable

GENESIS = (0, "0" * 64)


@dataclass(frozen=True)
class Facts:
    """What a database holds: rows per table, applied migrations as ``app.name``, the last entry of the ledger."""

    counts: dict[str, int]
    migrations: list[str]
    head: tuple[int, str]


def facts_of(execute: Callable[[str], Any], tables: list[str]) -> Facts:
    """Ask a database through a function that runs a query and returns its rows. Sizes are exact, not estimated."""
    # The names are the database's own, as it lists them.
    counts = {table: execute(f'SELECT count(*) FROM "{table}"')[0][0] for table in sorted(tables)}  # noqa: S608
    migrations = [
        f"{app}.{name}" for app, name in execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    ]
    last = execute("SELECT sequence, hash FROM ledger_entry ORDER BY sequence DESC LIMIT 1")
    return Facts(counts, migrations, (last[0][0], last[0][1]) if last else GENESIS)


def facts_now() -> Facts:
    """Return what the database of this installation holds."""
    return facts_of(_ask, connection.introspection.table_names())


def holds_anything() -> bool:
    """Say whether anybody has worked with this database: an account or an entry of the ledger."""
    tables = connection.introspection.table_names()
    queries = {
        "accounts_user": "SELECT 1 FROM accounts_user LIMIT 1",
        "ledger_entry": "SELECT 1 FROM ledger_entry LIMIT 1",
    }
    return any(table in tables and _ask(query) for table, query in queries.items())


def database_copy(folder: Path) -> tuple[str, Facts]:
    """Copy the database as it stands at one instant; return the name of the file and what is in it."""
    return _sqlite_copy(folder) if connection.vendor == "sqlite" else _postgres_copy(folder)


def database_put(path: Path) -> None:
    """Put a copy in the place of this installation's database, which holds nothing. Raises ``BackupError``."""
    _sqlite_put(path) if connection.vendor == "sqlite" else _postgres_put(path)


def _ask(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _sqlite_copy(folder: Path) -> tuple[str, Facts]:
    name = "database.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / name)])
    (folder / name).chmod(0o600)
    with (folder / name).open("rb+") as written:
        os.fsync(written.fileno())
    with closing(sqlite3.connect(f"file:{folder / name}?mode=ro&immutable=1", uri=True)) as copied:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [table for (table,) in copied.execute(query)]
        return name, facts_of(lambda sql: copied.execute(sql).fetchall(), tables)


def _sqlite_put(path: Path) -> None:
    target = Path(connection.settings_dict["NAME"])
    connections.close_all()
    put(path, target)
    for rest in ("-wal", "-shm"):
        target.with_name(f"{target.name}{rest}").unlink(missing_ok=True)


def _postgres_copy(folder: Path) -> tuple[str, Facts]:
    name = "database.dump"
    with transaction.atomic():  # the copy and the counts are of the same snapshot
        _ask_nothing("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot = _ask("SELECT pg_export_snapshot()")[0][0]
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
        _run_tool("pg_dump", *options, f"--file={folder / name}")
        facts = facts_now()
    (folder / name).chmod(0o600)
    return name, facts


def _postgres_put(path: Path) -> None:
    with transaction.atomic():
        for table in connection.introspection.table_names():
            _ask_nothing(f'DROP TABLE IF EXISTS "{table}" CASCADE')
    connections.close_all()
    options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run_tool("pg_restore", *options, str(path), into=True)


def _ask_nothing(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _run_tool(tool: str, *options: str, into: bool = False) -> None:
    """Run one of PostgreSQL's own tools; the password goes through the environment, where nobody sees it."""
    path = shutil.which(tool)
    if path is None:
        raise BackupError(f"{tool} was not found: install the client programs of PostgreSQL.")
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    place = [*arguments[1:-1], *(["--dbname"] if into else []), arguments[-1]]
    command = [path, *place, *options] if into else [path, *options, *place]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own tools, with the operator's settings
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{tool}: {done.stderr.strip() or 'failed without a word'}")

"""The database itself refuses to change or remove an entry, or to take one out of order.

SQLite's REPLACE removes rows without firing DELETE triggers, so the INSERT trigger refuses every row that is not the
next link. What an owner of the database can still do (drop the triggers or the table) ``verify_ledger`` shows.
A migration that rebuilds the table on SQLite loses its triggers: end such a migration with ``create``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.chain import GENESIS

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "The ledger is append-only"
NAMES = frozenset({"ledger_entry_update", "ledger_entry_delete", "ledger_entry_insert"})

# What a new row must be: the next number, on the last hash, with a hash of its own.
_NOT_NEXT = f"""
    NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM ledger_entry)
    OR NEW.previous_hash <> COALESCE((SELECT hash FROM ledger_entry ORDER BY sequence DESC LIMIT 1), '{GENESIS}')
    OR EXISTS (SELECT 1 FROM ledger_entry WHERE hash = NEW.hash)
"""  # noqa: S608 - constants only

_SQLITE_CREATE = [
    f"CREATE TRIGGER ledger_entry_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER ledger_entry_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    (
        f"CREATE TRIGGER ledger_entry_insert BEFORE INSERT ON ledger_entry WHEN {_NOT_NEXT} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: this is not the next entry'); END"
    ),
]
_SQLITE_DROP = [f"DROP TRIGGER IF EXISTS {name}" for name in sorted(NAMES)]

# ENABLE ALWAYS: session_replication_role must not switch them off.
_POSTGRESQL_CREATE = [
    f"""CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_check_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_NOT_NEXT} THEN
            RAISE EXCEPTION '{REFUSAL}: this is not the next entry' USING ERRCODE = 'integrity_constraint_violation';
        END IF; RETURN NEW; END $$""",
    (
        "CREATE TRIGGER ledger_entry_update BEFORE UPDATE OR DELETE ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
    ),
    (
        "CREATE TRIGGER ledger_entry_delete BEFORE TRUNCATE ON ledger_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
    ),
    (
        "CREATE TRIGGER ledger_entry_insert BEFORE INSERT ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION ledger_check_next()"
    ),
    *(f"ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER {name}" for name in sorted(NAMES)),
]
_POSTGRESQL_DROP = [
    *(f"DROP TRIGGER IF EXISTS {name} ON ledger_entry" for name in sorted(NAMES)),
    "DROP FUNCTION IF EXISTS ledger_refuse()",
    "DROP FUNCTION IF EXISTS ledger_check_next()",
]
_STATEMENTS = {"sqlite": (_SQLITE_CREATE, _SQLITE_DROP), "postgresql": (_POSTGRESQL_CREATE, _POSTGRESQL_DROP)}
_LISTED = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger_entry'::regclass AND tgenabled = 'A'",
}


def create(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place, replacing those that are there. Raises KeyError for any other kind of database."""
    drop(connection)
    _execute(connection, _STATEMENTS[connection.vendor][0])


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers: for the reverse migration, and for tests that empty the database."""
    _execute(connection, _STATEMENTS[connection.vendor][1])


def in_place(connection: BaseDatabaseWrapper) -> bool:
    """Say whether all triggers are there and switched on; one SQL query."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED[connection.vendor])
        return {name for (name,) in cursor.fetchall()} >= NAMES


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

"""Triggers by which the database itself refuses to change rows that are settled, on SQLite and on PostgreSQL.

A room says which rows of which tables are settled; this says it to the database. SQLite's REPLACE removes rows
without firing DELETE triggers, so rules for INSERT must also refuse what would take the place of a settled row. A
migration that rebuilds such a table on SQLite loses its triggers: begin it with ``drop``, end it with ``create``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper

    # (table, UPDATE, DELETE or INSERT): SQL on OLD and NEW that is refused
    Rules = Mapping[tuple[str, str], str]

# Compare the column before and after, with NULLs; PostgreSQL has no equality of JSON.
_DISTINCT = {
    "sqlite": "NEW.{column} IS NOT OLD.{column}",
    "postgresql": "NEW.{column}::text IS DISTINCT FROM OLD.{column}::text",
}


def any_changed(columns: Iterable[str], distinct: str) -> str:
    """Return the condition under which an update touches one of the columns."""
    return " OR ".join(distinct.format(column=column) for column in columns)


def life_broken(fixed: Iterable[str], moves: Iterable[tuple[str, str]], distinct: str) -> str:
    """Return the condition under which an update breaks the life of what begins as a draft and is published.

    Its status goes only where ``moves`` lets it, what is fixed stays once it is no draft, and so does when it was
    published.
    """
    steps = " OR ".join(f"(OLD.status = '{source}' AND NEW.status = '{target}')" for source, target in sorted(moves))
    moved = any_changed(["status"], distinct)
    published = f"OLD.published_at IS NOT NULL AND {any_changed(['published_at'], distinct)}"
    return (
        f"({moved} AND NOT ({steps})) OR (OLD.status <> 'draft' AND ({any_changed(fixed, distinct)})) OR ({published})"
    )


@dataclass(frozen=True)
class Lock:
    """What is refused, and in which words; ``rules`` makes the rules from how columns are compared."""

    refusal: str
    rules: Callable[[str], Rules]

    def create(self, connection: BaseDatabaseWrapper) -> None:
        """Put the triggers in place, replacing those that are there. Raises KeyError for any other kind of database.

        A table that an early migration does not know yet gets its triggers from the migration that makes it.
        """
        self.drop(connection)
        make = _STATEMENTS[connection.vendor][0]
        _execute(connection, [each for key, rule in self._rules(connection) for each in make(key, rule, self.refusal)])

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        """Remove the triggers: for the reverse migration, and for tests that empty the database."""
        remove = _STATEMENTS[connection.vendor][1]
        _execute(connection, [each for key, _rule in self._rules(connection) for each in remove(key)])

    def _rules(self, connection: BaseDatabaseWrapper) -> list[tuple[tuple[str, str], str]]:
        tables = set(connection.introspection.table_names())
        return [(key, rule) for key, rule in self.rules(_DISTINCT[connection.vendor]).items() if key[0] in tables]


def _name(key: tuple[str, str]) -> str:
    table, verb = key
    return f"{table}_{verb.lower()}_locked"


def _sqlite_create(key: tuple[str, str], refused: str, refusal: str) -> list[str]:
    table, verb = key
    refuse = f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    return [f"CREATE TRIGGER {_name(key)} BEFORE {verb} ON {table} WHEN {refused} {refuse}"]


def _sqlite_drop(key: tuple[str, str]) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {_name(key)}"]


def _postgresql_create(key: tuple[str, str], refused: str, refusal: str) -> list[str]:
    name, (table, verb) = _name(key), key
    row = "OLD" if verb == "DELETE" else "NEW"
    return [
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN
            RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
            RETURN {row}; END $$""",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",  # session_replication_role must not switch it off
    ]


def _postgresql_drop(key: tuple[str, str]) -> list[str]:
    name = _name(key)
    return [f"DROP TRIGGER IF EXISTS {name} ON {key[0]}", f"DROP FUNCTION IF EXISTS {name}()"]


_STATEMENTS = {"sqlite": (_sqlite_create, _sqlite_drop), "postgresql": (_postgresql_create, _postgresql_drop)}


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

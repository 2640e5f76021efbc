"""The database itself refuses to change a market release once it is no draft, and what the peer pool has published.

A draft may change in every way. Ever after, a release's code, title, hash, kind and loading stay, and neither it nor
its figures can be removed, changed or added to. Its status goes only where ``life.py`` lets it, and when it was
published stays. Who stands behind a figure of the peer pool is written once, while the release is a draft; who joined
and left stays as it was written. SQLite's REPLACE removes rows without firing DELETE triggers, so INSERT is refused too
where it would take the place of such a row.
A migration that rebuilds one of these tables on SQLite loses its triggers: begin it with ``drop``, end it with
``create``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.life import MOVES

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "A published market release cannot be changed"
RELEASE = "benchmarks_marketrelease"
FIXED = ("id", "code", "title", "sha256", "kind", "period", "loaded_at", "loaded_by_id")
JOINED = ("id", "centre_id", "consent", "joined_at", "joined_by_id")
_LOCKED = "EXISTS (SELECT 1 FROM benchmarks_marketrelease r WHERE r.id = {row}.release_id AND r.status <> 'draft')"
# The parts of a release, and where a new row would take the place of a locked one.
_PARTS = {
    "benchmarks_marketfigure": (
        "EXISTS (SELECT 1 FROM benchmarks_marketfigure f JOIN benchmarks_marketrelease r ON r.id = f.release_id "
        "WHERE f.id = NEW.id AND r.status <> 'draft')"
    ),
    "benchmarks_poolcell": (
        "EXISTS (SELECT 1 FROM benchmarks_poolcell f JOIN benchmarks_marketrelease r ON r.id = f.release_id "
        "WHERE f.id = NEW.id AND r.status <> 'draft')"
    ),
}
_MEMBERSHIP = "benchmarks_poolmembership"


def _changed(distinct: str) -> str:
    """Return the condition under which an update touches what is fixed; ``distinct`` compares with NULLs."""
    columns = " OR ".join(distinct.format(column=column) for column in FIXED)
    moves = " OR ".join(f"(OLD.status = '{source}' AND NEW.status = '{target}')" for source, target in sorted(MOVES))
    moved = distinct.format(column="status")
    published = f"OLD.published_at IS NOT NULL AND {distinct.format(column='published_at')}"
    return f"({moved} AND NOT ({moves})) OR (OLD.status <> 'draft' AND ({columns})) OR ({published})"


def _rules(distinct: str, tables: Collection[str]) -> dict[tuple[str, str], str]:
    """Return the refused case for each (table, verb)."""
    rules = {
        (RELEASE, "UPDATE"): _changed(distinct),
        (RELEASE, "DELETE"): "OLD.status <> 'draft'",
        (RELEASE, "INSERT"): (
            "EXISTS (SELECT 1 FROM benchmarks_marketrelease r WHERE r.status <> 'draft' AND "
            "(r.id = NEW.id OR r.sha256 = NEW.sha256 OR r.code = NEW.code))"
        ),
    }
    for table, taken in _PARTS.items():
        old, new = _LOCKED.format(row="OLD"), _LOCKED.format(row="NEW")
        rules[table, "UPDATE"] = f"{old} OR {new}"
        rules[table, "DELETE"] = old
        rules[table, "INSERT"] = f"{new} OR {taken}"
    columns = " OR ".join(distinct.format(column=column) for column in JOINED)
    rules[_MEMBERSHIP, "UPDATE"] = f"OLD.left_at IS NOT NULL OR {columns}"
    rules[_MEMBERSHIP, "DELETE"] = "OLD.id IS NOT NULL"
    rules[_MEMBERSHIP, "INSERT"] = "EXISTS (SELECT 1 FROM benchmarks_poolmembership m WHERE m.id = NEW.id)"
    return {key: refused for key, refused in rules.items() if key[0] in tables}


def _name(table: str, verb: str) -> str:
    return f"{table}_{verb.lower()}_locked"


def _sqlite(tables: Collection[str]) -> tuple[list[str], list[str]]:
    rules = _rules("NEW.{column} IS NOT OLD.{column}", tables)
    create = [
        f"CREATE TRIGGER {_name(*key)} BEFORE {key[1]} ON {key[0]} WHEN {refused} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for key, refused in rules.items()
    ]
    return create, [f"DROP TRIGGER IF EXISTS {_name(*key)}" for key in rules]


def _postgresql(tables: Collection[str]) -> tuple[list[str], list[str]]:
    rules = _rules("NEW.{column} IS DISTINCT FROM OLD.{column}", tables)
    create, drop = [], []
    for key, refused in rules.items():
        name, table, verb = _name(*key), *key
        row = "OLD" if verb == "DELETE" else "NEW"
        create += [
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
                RETURN {row}; END $$""",
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ]
        drop += [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"]
    return create, drop


_STATEMENTS = {"sqlite": _sqlite, "postgresql": _postgresql}


def create(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place, replacing those that are there. Raises KeyError for any other kind of database."""
    drop(connection)
    _execute(connection, _STATEMENTS[connection.vendor](_tables(connection))[0])


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers: for the reverse migration, and for tests that empty the database."""
    _execute(connection, _STATEMENTS[connection.vendor](_tables(connection))[1])


def _tables(connection: BaseDatabaseWrapper) -> set[str]:
    return set(connection.introspection.table_names())


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

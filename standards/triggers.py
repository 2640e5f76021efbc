"""The database itself refuses to change an edition once it is no draft.

A draft may change in every way. In review and ever after, an edition's document, hash, code, version and title stay,
and neither it nor its blocks, clauses and criteria can be removed, changed or added to. Its status goes only where
``life.py`` lets it: from review back to draft or on to published, from there to superseded and withdrawn. When it was
published stays, and so do the recorded steps of its life. SQLite's REPLACE removes rows without firing DELETE
triggers, so INSERT is refused too where it would take the place of such an edition.
A migration that rebuilds one of these tables on SQLite loses its triggers: end such a migration with ``create``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standards.life import MOVES

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "An edition in review or published cannot be changed"
FIXED = ("id", "code", "version", "title", "document", "sha256")

# Where a row of each index table belongs to an edition that is no draft; {row} is OLD or NEW.
_PARTS = {
    "standards_block": (
        "EXISTS (SELECT 1 FROM standards_edition e WHERE e.id = {row}.edition_id AND e.status <> 'draft')"
    ),
    "standards_clause": (
        "EXISTS (SELECT 1 FROM standards_edition e JOIN standards_block b ON b.edition_id = e.id "
        "WHERE b.id = {row}.block_id AND e.status <> 'draft')"
    ),
    "standards_criterion": (
        "EXISTS (SELECT 1 FROM standards_edition e WHERE e.id = {row}.edition_id AND e.status <> 'draft')"
    ),
}


def _changed(distinct: str) -> str:
    """Return the condition under which an update touches what is fixed; ``distinct`` compares with NULLs and JSON."""
    columns = " OR ".join(distinct.format(column=column) for column in FIXED)
    moves = " OR ".join(f"(OLD.status = '{source}' AND NEW.status = '{target}')" for source, target in sorted(MOVES))
    moved = distinct.format(column="status")
    published = f"OLD.published_at IS NOT NULL AND {distinct.format(column='published_at')}"
    return f"({moved} AND NOT ({moves})) OR (OLD.status <> 'draft' AND ({columns})) OR ({published})"


_TAKES_PLACE = (
    "EXISTS (SELECT 1 FROM standards_edition e WHERE e.status <> 'draft' AND "
    "(e.id = NEW.id OR e.sha256 = NEW.sha256 OR (e.code = NEW.code AND e.version = NEW.version)))"
)


def _rules(distinct: str, tables: Collection[str]) -> dict[tuple[str, str], str]:
    """Return the refused case for each (table, verb)."""
    rules = {
        ("standards_edition", "UPDATE"): _changed(distinct),
        ("standards_edition", "DELETE"): "OLD.status <> 'draft'",
        ("standards_edition", "INSERT"): _TAKES_PLACE,
    }
    for table, locked in _PARTS.items():
        old, new = locked.format(row="OLD"), locked.format(row="NEW")
        rules[table, "UPDATE"] = f"{old} OR {new}"
        rules[table, "DELETE"] = old
        rules[table, "INSERT"] = new
    # What was done stays done: a step is written once.
    rules["standards_editionstep", "UPDATE"] = "OLD.id IS NOT NULL"
    rules["standards_editionstep", "DELETE"] = "OLD.id IS NOT NULL"
    rules["standards_editionstep", "INSERT"] = "EXISTS (SELECT 1 FROM standards_editionstep s WHERE s.id = NEW.id)"
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
    rules = _rules("NEW.{column}::text IS DISTINCT FROM OLD.{column}::text", tables)
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
    """Put the triggers in place, replacing those that are there. Raises KeyError for any other kind of database.

    A table that an early migration does not know yet gets its triggers from the migration that makes it.
    """
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

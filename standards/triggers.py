"""The database itself refuses to change an edition once it is no draft.

A draft may change in every way. From its publication on, an edition's document, hash, code, version and title stay, it
cannot become a draft again, and neither it nor its blocks, clauses and criteria can be removed, changed or added to.
Only its status may go on (published, superseded, withdrawn). SQLite's REPLACE removes rows without firing DELETE
triggers, so INSERT is refused too where it would take the place of such an edition.
A migration that rebuilds one of these tables on SQLite loses its triggers: end such a migration with ``create``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "A published edition cannot be changed"
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
    return f"OLD.status <> 'draft' AND (NEW.status = 'draft' OR {columns})"


_TAKES_PLACE = (
    "EXISTS (SELECT 1 FROM standards_edition e WHERE e.status <> 'draft' AND "
    "(e.id = NEW.id OR e.sha256 = NEW.sha256 OR (e.code = NEW.code AND e.version = NEW.version)))"
)


def _rules(distinct: str) -> dict[tuple[str, str], str]:
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
    return rules


def _name(table: str, verb: str) -> str:
    return f"{table}_{verb.lower()}_locked"


def _sqlite() -> tuple[list[str], list[str]]:
    rules = _rules("NEW.{column} IS NOT OLD.{column}")
    create = [
        f"CREATE TRIGGER {_name(*key)} BEFORE {key[1]} ON {key[0]} WHEN {refused} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for key, refused in rules.items()
    ]
    return create, [f"DROP TRIGGER IF EXISTS {_name(*key)}" for key in rules]


def _postgresql() -> tuple[list[str], list[str]]:
    rules = _rules("NEW.{column}::text IS DISTINCT FROM OLD.{column}::text")
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
    _execute(connection, _STATEMENTS[connection.vendor]()[0])


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers: for the reverse migration, and for tests that empty the database."""
    _execute(connection, _STATEMENTS[connection.vendor]()[1])


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

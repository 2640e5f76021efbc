"""The database refuses what the services never do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from ledger import triggers
from ledger.models import Entry
from tests.ledger.test_services import append

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
COLUMNS = '(sequence, at, action, subject, content, previous_hash, "hash")'
INSERT = f"INTO ledger_entry {COLUMNS} VALUES (%s, '2026-03-01 08:30:00', 'a', 's', 'forged', %s, %s)"
postgresql_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs DATABASE_URL of PostgreSQL")
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite's own statements")


@pytest.fixture
def entries(db: None) -> list[Entry]:
    made = [append(), append(), append()]
    settle_constraints()
    return made


def settle_constraints() -> None:
    """Check the deferred foreign keys now: PostgreSQL alters or truncates no table with checks outstanding."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def refused(statement: str, parameters: list | None = None) -> bool:
    """Run a statement against the ledger; say whether the database refused it in our words."""
    before = list(Entry.objects.values_list())
    with pytest.raises(IntegrityError, match=triggers.REFUSAL), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return list(Entry.objects.values_list()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET action = 'forged'",
        "UPDATE ledger_entry SET sequence = 9 WHERE sequence = 3",
        "DELETE FROM ledger_entry WHERE sequence = 3",
        "DELETE FROM ledger_entry",
    ],
)
def test_database_refuses_to_change_or_remove(entries: list[Entry], statement: str) -> None:
    assert refused(statement)


@pytest.mark.parametrize("sequence", [0, 1, 2, 3, 5, 99])
def test_database_refuses_a_number_that_is_not_the_next(entries: list[Entry], sequence: int) -> None:
    assert refused(f"INSERT {INSERT}", [sequence, entries[-1].hash, "f" * 64])


def test_database_refuses_a_fork(entries: list[Entry]) -> None:
    assert refused(f"INSERT {INSERT}", [4, entries[0].hash, "f" * 64])


@sqlite_only
def test_database_refuses_replace(entries: list[Entry]) -> None:
    assert refused(f"REPLACE {INSERT}", [3, entries[1].hash, "f" * 64])
    # The next number with the hash of an old entry: REPLACE would remove that entry and fire no DELETE trigger.
    assert refused(f"INSERT OR REPLACE {INSERT}", [4, entries[2].hash, entries[0].hash])
    assert refused("UPDATE OR REPLACE ledger_entry SET sequence = 1 WHERE sequence = 3")


@postgresql_only
@pytest.mark.parametrize("statement", ["TRUNCATE ledger_entry", "TRUNCATE accounts_user CASCADE"])
def test_database_refuses_truncate(entries: list[Entry], statement: str) -> None:
    assert refused(statement)


@postgresql_only
def test_database_refuses_upsert_and_replica_mode(entries: list[Entry]) -> None:
    assert refused(
        f"INSERT {INSERT} ON CONFLICT (sequence) DO UPDATE SET action = 'forged'", [3, entries[1].hash, "f" * 64]
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    assert refused("DELETE FROM ledger_entry")


def test_models_cannot_change_an_entry_either(entries: list[Entry]) -> None:
    entries[0].action = "forged"
    with pytest.raises(IntegrityError), transaction.atomic():
        entries[0].save()
    with pytest.raises(IntegrityError), transaction.atomic():
        entries[0].delete()


def test_triggers_say_whether_they_are_in_place(db: None) -> None:
    assert triggers.in_place(connection)
    triggers.drop(connection)
    assert not triggers.in_place(connection)
    triggers.create(connection)
    triggers.create(connection)
    assert triggers.in_place(connection)


@pytest.mark.django_db(transaction=True)
def test_flush_of_a_transactional_test_leaves_the_triggers_in_place() -> None:
    with transaction.atomic():
        append()
    call_command("flush", interactive=False, verbosity=0)
    assert not Entry.objects.exists()
    assert triggers.in_place(connection)

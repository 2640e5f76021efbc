"""The command that checks the chain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import triggers
from ledger.chain import GENESIS, entry_hash
from tests.ledger.test_services import append
from tests.ledger.test_triggers import settle_constraints

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

Captured = pytest.CaptureFixture[str]

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.models import Entry


@pytest.fixture
def entries(db: None) -> list[Entry]:
    return [append(payload={"n": number}) for number in range(5)]


def tamper(statement: str, parameters: list | None = None) -> None:
    """Do what only the owner of the database can: take the triggers off, change, put them back."""
    settle_constraints()
    triggers.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    settle_constraints()
    triggers.create(connection)


def run(capsys: Captured, **options: Any) -> tuple[int, dict]:
    """Run the command; return its exit code and its JSON."""
    code = 0
    try:
        call_command("verify_ledger", json=True, **options)
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(capsys.readouterr().out)


def test_verify_ledger_finds_an_empty_ledger_intact(db: None, capsys: Captured) -> None:
    assert run(capsys) == (
        0,
        {"intact": True, "checked": 0, "last_hash": GENESIS, "guarded": True, "broken": None},
    )


def test_verify_ledger_in_words(entries: list[Entry], capsys: Captured) -> None:
    call_command("verify_ledger")
    assert capsys.readouterr().out == f"Intact: 5 entries, last hash {entries[-1].hash}.\n"
    tamper("UPDATE ledger_entry SET action = 'forged' WHERE sequence = 4")
    with pytest.raises(SystemExit) as stop:
        call_command("verify_ledger")
    assert stop.value.code == 1
    assert capsys.readouterr().out.startswith("Broken at entry 4: the column action contradicts the content")


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE ledger_entry SET content = '{}' WHERE sequence = 2", 2),
        ("UPDATE ledger_entry SET subject = 'thing:2' WHERE sequence = 5", 5),
        ("UPDATE ledger_entry SET at = '2020-01-01 00:00:00' WHERE sequence = 1", 1),
        ("UPDATE ledger_entry SET previous_hash = '' WHERE sequence = 3", 3),
        ("DELETE FROM ledger_entry WHERE sequence = 3", 3),
        ("DELETE FROM ledger_entry WHERE sequence = 1", 1),
        ("UPDATE ledger_entry SET sequence = 6 WHERE sequence = 3", 3),
        ("UPDATE ledger_entry SET sequence = sequence + 1 WHERE sequence = 5", 5),
    ],
)
def test_verify_ledger_names_the_first_broken_link(
    entries: list[Entry], capsys: Captured, statement: str, first: int
) -> None:
    tamper(statement)
    code, result = run(capsys)
    assert (code, result["intact"], result["broken"]["sequence"], result["checked"]) == (1, False, first, first - 1)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite keeps any bytes in any column")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET content = CAST(x'ff00' AS TEXT) WHERE sequence = 2",
        "UPDATE ledger_entry SET at = 'yesterday' WHERE sequence = 2",
        "UPDATE ledger_entry SET at = '2026-99-99 00:00:00' WHERE sequence = 2",
        "UPDATE ledger_entry SET actor_id = 'x' WHERE sequence = 2",
        "UPDATE ledger_entry SET content = 7 WHERE sequence = 2",
    ],
)
def test_verify_ledger_survives_columns_of_any_type(entries: list[Entry], capsys: Captured, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = ON")
    tamper(statement)
    code, result = run(capsys)
    assert (code, result["broken"]["sequence"]) == (1, 2)
    tamper("UPDATE ledger_entry SET actor_id = NULL")


def test_verify_ledger_with_a_checkpoint_finds_a_cut_tail(
    entries: list[Entry], capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "checkpoint.json"
    assert run(capsys, write_checkpoint=str(file))[0] == 0
    assert set(json.loads(file.read_text())) == {"sequence", "hash", "at"}
    append()
    assert run(capsys, checkpoint=str(file))[0] == 0
    tamper("DELETE FROM ledger_entry WHERE sequence >= 4")
    assert run(capsys)[0] == 0
    code, result = run(capsys, checkpoint=str(file))
    assert (code, result["broken"]["sequence"]) == (1, 4)
    assert "the ledger ends at 3, but the checkpoint saw 5" in result["broken"]["reason"]


def test_verify_ledger_with_a_checkpoint_finds_a_chain_computed_anew(
    entries: list[Entry], capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "checkpoint.json"
    run(capsys, write_checkpoint=str(file))
    previous = GENESIS
    for entry in entries:
        content = entry.content.replace('"n":0', '"n":9')
        digest = entry_hash(previous, content)
        tamper(
            'UPDATE ledger_entry SET content = %s, previous_hash = %s, "hash" = %s WHERE sequence = %s',
            [content, previous, digest, entry.sequence],
        )
        previous = digest
    assert run(capsys)[0] == 0
    code, result = run(capsys, checkpoint=str(file))
    assert (code, result["broken"]["sequence"]) == (1, 5)


def test_verify_ledger_writes_no_checkpoint_of_a_broken_chain(
    entries: list[Entry], capsys: Captured, tmp_path: Path
) -> None:
    tamper("DELETE FROM ledger_entry WHERE sequence = 2")
    file = tmp_path / "checkpoint.json"
    assert run(capsys, write_checkpoint=str(file))[0] == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"7",
        b"\xff\xfe",
        b"\0",
        b"{}",
        b'{"sequence": "5", "hash": ""}',
        b'{"sequence": true, "hash": ""}',
        b'{"sequence": 1, "hash": "zz"}',
        b"[" * 100_000,
    ],
)
def test_verify_ledger_calls_a_bad_checkpoint_file_unusable(db: None, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "checkpoint.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"checkpoint\.json: ") as error:
        call_command("verify_ledger", checkpoint=str(file))
    assert error.value.returncode == 2


def test_verify_ledger_calls_a_missing_file_or_folder_unusable(db: None, tmp_path: Path) -> None:
    for option in ("checkpoint", "write_checkpoint"):
        with pytest.raises(CommandError, match="No such file") as error:
            call_command("verify_ledger", **{option: str(tmp_path / "none" / "file.json")})
        assert error.value.returncode == 2


def test_verify_ledger_warns_when_the_triggers_are_gone(entries: list[Entry], capsys: Captured) -> None:
    settle_constraints()
    triggers.drop(connection)
    call_command("verify_ledger")
    assert "triggers that protect the ledger are missing" in capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 3])
def test_verify_ledger_reads_in_one_query(
    db: None, count: int, capsys: Captured, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        append()
    with django_assert_num_queries(2):  # the entries, and whether the triggers are there
        call_command("verify_ledger")

"""Signed checkpoints outside of the database, and lines of the ledger handed elsewhere."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from ledger import services, shipping, tasks, witness
from ledger.chain import GENESIS, Checkpoint
from ledger.models import Shipment
from ledger.selectors import links
from reports.signing.source import KeySource
from tests.ledger.test_services import AT, append
from tests.ledger.test_verify_ledger import run, tamper

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def outside(settings: SettingsWrapper, tmp_path: Path) -> Path:
    """The folder of the checkpoints, with a key of its own."""
    settings.LEDGER_CHECKPOINTS, settings.SIGNING = tmp_path / "outside", KeySource(tmp_path / "signing")
    return tmp_path / "outside"


def test_checkpoints_are_added_signed_and_never_twice(outside: Path) -> None:
    append()
    first = services.checkpoint_write(at=AT)
    assert services.checkpoint_write(at=AT) == first
    append()
    tasks.checkpoint()
    found = witness.read(outside / "checkpoints.jsonl")
    assert [each.checkpoint.sequence for each in found] == [1, 2]
    key = witness.public_key(outside / "checkpoints-key.pem")
    assert [witness.signature_fault(each, key) for each in found] == [None, None]
    assert (outside.parent / "signing" / "ledger-key.pem").stat().st_mode & 0o077 == 0


def checked(outside: Path, capsys: Captured, **more: Any) -> tuple[int, dict]:
    file, key = outside / "checkpoints.jsonl", outside / "checkpoints-key.pem"
    return run(capsys, **{"checkpoint": str(file), "key": str(key), **more})


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE ledger_entry SET content = '{}' WHERE sequence = 2", 2),
        ("UPDATE ledger_entry SET sequence = 9 WHERE sequence = 2", 2),
        ("DELETE FROM ledger_entry WHERE sequence >= 3", 3),
        ("DELETE FROM ledger_entry", 1),
    ],
)
def test_the_signed_file_finds_an_edit_a_reorder_and_a_cut_tail(
    outside: Path, capsys: Captured, statement: str, first: int
) -> None:
    for number in range(3):
        append(payload={"n": number})
        services.checkpoint_write(at=AT)
    assert checked(outside, capsys)[0] == 0
    tamper(statement)
    code, result = checked(outside, capsys)
    assert (code, result["broken"]["sequence"]) == (1, first)


def test_the_signed_file_finds_a_whole_chain_computed_anew(outside: Path, capsys: Captured) -> None:
    for number in range(3):
        append(payload={"n": number})
    services.checkpoint_write(at=AT)
    tamper("DELETE FROM ledger_entry")
    for number in range(4):
        append(payload={"n": number + 7})
    assert run(capsys)[0] == 0, "the chain by itself holds"
    code, result = checked(outside, capsys)
    assert (code, result["broken"]["sequence"]) == (1, 3)
    assert "computed anew" in result["broken"]["reason"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"sequence":1', '"sequence":2', "was changed after it was signed"),
        ('"key":"', '"key":"0', "signed by another key"),
        ('"signature":"', '"signed":"', "not signed"),
    ],
)
def test_a_forged_line_is_named(outside: Path, old: str, new: str, reason: str) -> None:
    append()
    services.checkpoint_write(at=AT)
    file = outside / "checkpoints.jsonl"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(CommandError, match=rf"line 1: .*{reason}"):
        call_command("verify_ledger", checkpoint=str(file), key=str(outside / "checkpoints-key.pem"))


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff"])
def test_a_bad_key_is_unusable(outside: Path, tmp_path: Path, content: bytes) -> None:
    services.checkpoint_write(at=AT)
    (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(CommandError, match=r"key\.pem"):
        call_command("verify_ledger", checkpoint=str(outside / "checkpoints.jsonl"), key=str(tmp_path / "key.pem"))


def test_an_empty_ledger_has_a_checkpoint_too(outside: Path) -> None:
    assert services.checkpoint_write(at=AT) == Checkpoint(0, GENESIS)


# --- Shipping ------------------------------------------------------------------------------------------------------


def test_lines_go_to_a_file_once_and_are_checkpoints(
    outside: Path, settings: SettingsWrapper, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "ledger.jsonl"
    settings.LEDGER_SHIP = f"file://{file}"
    entries = [append(payload={"secret": "level 3"}) for _ in range(3)]
    assert services.ledger_ship() == 3
    append()
    tasks.ship()
    assert services.ledger_ship() == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["hash"] for line in lines[:3]] == [entry.hash for entry in entries]
    assert [line["sequence"] for line in lines] == [1, 2, 3, 4]
    assert "secret" not in file.read_text()
    assert run(capsys, checkpoint=str(file))[0] == 0
    tamper("DELETE FROM ledger_entry WHERE sequence = 4")
    assert run(capsys, checkpoint=str(file))[0] == 1


def test_what_the_place_did_not_take_goes_out_the_next_time(
    settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LEDGER_SHIP = "stdout:"
    monkeypatch.setattr(services, "SHIPPED_TOGETHER", 2)
    took: list[str] = []

    def fails_at_the_second_batch(lines: list[str]) -> None:
        if took:
            raise OSError("full")
        took.extend(lines)

    monkeypatch.setattr(services, "place_of", lambda _url: fails_at_the_second_batch)
    for _ in range(5):
        append()
    with pytest.raises(OSError, match="full"):
        services.ledger_ship()
    assert (len(took), Shipment.objects.get().sequence) == (2, 2)
    monkeypatch.setattr(services, "place_of", lambda _url: took.extend)
    assert services.ledger_ship() == 3
    assert [json.loads(line)["sequence"] for line in took] == [1, 2, 3, 4, 5]


def test_nothing_goes_anywhere_without_the_setting(settings: SettingsWrapper) -> None:
    settings.LEDGER_SHIP = ""
    append()
    assert services.ledger_ship() == 0


def test_a_syslog_gets_a_message_a_line(settings: SettingsWrapper) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        settings.LEDGER_SHIP = f"syslog://127.0.0.1:{listening.getsockname()[1]}"
        entry = append()
        assert services.ledger_ship() == 1
        message = listening.recv(4096).decode()
    assert message.startswith("<86>touchstone-ledger: {")
    assert entry.hash in message


def test_a_syslog_that_is_not_there_is_an_error_and_nothing_is_lost(settings: SettingsWrapper, tmp_path: Path) -> None:
    append()
    for place in (f"syslog://{tmp_path}/none", f"syslog:///{tmp_path}/none", "syslog+tcp://127.0.0.1:1"):
        settings.LEDGER_SHIP = place if "tcp" in place else f"syslog://{tmp_path}/none"
        with pytest.raises(OSError, match=r".+"):
            services.ledger_ship()
        assert Shipment.objects.get(place=settings.LEDGER_SHIP).sequence == 0


@pytest.mark.parametrize(
    "url", ["", "ftp://x", "file://host/x", "file:x", "syslog:", "stdout", "http://[", "javascript:1"]
)
def test_a_place_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        shipping.place_of(url)


def test_ship_ledger_does_both(outside: Path, settings: SettingsWrapper, capsys: Captured) -> None:
    settings.LEDGER_SHIP = "stdout:"
    append()
    call_command("ship_ledger")
    captured = capsys.readouterr()
    assert captured.err == "Checkpoint at entry 1; 1 entries handed over (stdout:).\n"
    assert json.loads(captured.out)["sequence"] == 1
    settings.LEDGER_CHECKPOINTS = outside / "checkpoints.jsonl" / "no folder"
    with pytest.raises(CommandError):
        call_command("ship_ledger")


def test_links_begin_after_a_number() -> None:
    for _ in range(4):
        append()
    assert [link.sequence for link in links(after=1, most=2)] == [2, 3]

"""Finished files: whole or not there, and checked before they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reports.storage import ExportDamagedError, export_path, export_read, export_write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


def test_export_write_and_read_give_the_same_bytes() -> None:
    assert export_read(export_write(b"%PDF content")) == b"%PDF content"


def test_export_write_twice_leaves_one_file_and_no_rest(settings: Any) -> None:
    export_write(b"same")
    export_write(b"same")
    assert len(list(settings.EXPORT_DIR.iterdir())) == 1


def test_export_write_leaves_nothing_when_the_move_fails(settings: Any, monkeypatch: Any) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space"):
        export_write(b"content")
    assert list(settings.EXPORT_DIR.iterdir()) == []


def test_export_read_refuses_a_flipped_byte() -> None:
    digest = export_write(b"content")
    export_path(digest).write_bytes(b"cOntent")
    with pytest.raises(ExportDamagedError):
        export_read(digest)


def test_export_read_refuses_a_file_that_is_gone() -> None:
    with pytest.raises(ExportDamagedError):
        export_read("0" * 64)

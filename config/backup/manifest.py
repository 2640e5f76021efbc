"""``manifest.json``: what a backup holds, each file with its size and SHA-256, and what the database held."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

FORMAT = 1
NAME = "manifest.json"
CHUNK = 1024 * 1024


class BackupError(Exception):
    """The folder, the database or a tool is unusable; the message says where and why."""


@dataclass(frozen=True)
class Manifest:
    """``files`` maps a path in the folder to [size in bytes, SHA-256]; ``counts`` a table to its number of rows.

    ``vendor`` is sqlite or postgresql; ``migrations`` are those applied, as ``app.name``; ``head`` is the sequence and
    the hash of the last ledger entry; ``damaged`` are evidence files that did not match their name already then.
    """

    made_at: str
    vendor: str
    database: str
    migrations: list[str]
    counts: dict[str, int]
    head: tuple[int, str]
    files: dict[str, tuple[int, str]]
    damaged: list[str]
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write it into the folder; the last thing that is written there."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / NAME).write_text(f"{text}\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Read and check the form of a manifest. Raises ``BackupError``."""
    path = folder / NAME
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise BackupError(f"{path}: its format is {facts['format']}, and this version reads format {FORMAT}.")
        files = {_inside(name): (int(size), str(digest)) for name, (size, digest) in facts.pop("files").items()}
        sequence, digest = facts.pop("head")
        found = Manifest(files=files, head=(int(sequence), str(digest)), **facts)
        counts = {str(table): int(number) for table, number in found.counts.items()}
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}. Is this the folder of a finished backup?") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BackupError(f"{path}: this is no manifest of a backup ({error}).") from error
    if found.database not in files or counts != found.counts:
        raise BackupError(f"{path}: this is no manifest of a backup (the database is not among its files).")
    return found


def _inside(name: str) -> str:
    """Return a path that stays in the folder. Raises ValueError for any other."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or "\\" in name or not path.parts:
        raise ValueError(f"{name!r} leads out of the folder")
    return str(path)


def require_whole(folder: Path, manifest: Manifest) -> None:
    """Hash every file. Raises ``BackupError`` that names the first which is missing or changed."""
    for name, (size, digest) in sorted(manifest.files.items()):
        path = folder / name
        if not path.is_file() or path.is_symlink():
            raise BackupError(f"{path} is missing.")
        if path.stat().st_size != size or sha256_of(path) != digest:
            raise BackupError(f"{path} was changed since the backup was made.")


def sha256_of(path: Path) -> str:
    """Hash a file with the memory of one chunk."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

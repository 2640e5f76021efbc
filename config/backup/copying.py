"""Files beside the database: copied, hashed on the way, and on disk before anybody speaks of them."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from accounts import bucket
from config.backup.manifest import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.core.files.storage import Storage

# What lies in the data folder and cannot be made again. Pages' assets, logs and locks can.
KEPT = ("evidence", "exports", "records", "lenses", "signing", "secret_key")
# Where a restored installation must hold nothing yet; a key is made at the first start, before anybody restores. These
# three lie in object storage where there is one.
MUST_BE_EMPTY = ("evidence", "exports", "records")
UNFINISHED = re.compile(r"^incoming-|\.part$")
NAMED_BY_CONTENT = re.compile(r"^[0-9a-f]{64}$")


def kept_files(data: Path) -> Iterator[Path]:
    """Yield what is kept, as paths below the data folder, in order; no symbolic link, nothing unfinished."""
    for name in KEPT:
        root = data / name
        found = [root] if root.is_file() else sorted(root.rglob("*"))
        for path in found:
            if path.is_file() and not path.is_symlink() and not UNFINISHED.search(path.name):
                yield path.relative_to(data)


def stored_elsewhere(storage: Storage) -> Iterator[PurePosixPath]:
    """Yield what lies in object storage, as paths like those below the data folder."""
    for name in MUST_BE_EMPTY:
        yield from map(PurePosixPath, bucket.names(storage, name))


def copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file, readable by nobody else, through to the disk; return its size in bytes and its SHA-256."""
    with source.open("rb") as reading:
        return copy_stream(reading, target)


def copy_stream(reading: BinaryIO, target: Path) -> tuple[int, str]:
    """Copy what is read, as ``copy`` does."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as writing:
        while chunk := reading.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            writing.write(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    return size, digest.hexdigest()


def put(source: Path, target: Path) -> None:
    """Copy a file to where it belongs: under another name first, so that its name never stands for half of it.

    Evidence, exports and records belong into the object storage where there is one.
    """
    name = PurePosixPath(target.relative_to(settings.DATA_DIR))
    if (storage := bucket.bucket()) and name.parts[0] in MUST_BE_EMPTY:
        bucket.send(storage, source, str(name))
        return
    part = target.with_name(f"{target.name}.part")
    copy(source, part)
    part.replace(target)

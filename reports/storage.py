"""Finished files, each under the SHA-256 of its content, outside everything that a web server serves.

They lie in ``EXPORT_DIR``, or with object storage (``accounts.bucket``) under the same names there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from django.conf import settings

from accounts import bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FOLDER = "exports"


class ExportDamagedError(Exception):
    """The stored file is gone, or its content is not what was written."""


def export_path(sha256: str, suffix: str = ".pdf") -> Path:
    """Return where a file with this hash lies."""
    return Path(settings.EXPORT_DIR) / f"{sha256}{suffix}"


def export_write(data: bytes, suffix: str = ".pdf") -> str:
    """Store a file and return its SHA-256. It appears whole under its name or not at all, also through a power cut."""

    def write(target: IO[bytes]) -> None:
        target.write(data)

    return _stored(suffix, write)[0]


def pack_write(files: Iterable[tuple[str, str, str]], index: bytes) -> tuple[str, int]:
    """Put stored files (name, SHA-256, suffix) and an index into one zip; return its SHA-256 and its size in bytes.

    Equal files give equal bytes. A file that is damaged or gone is left out. Raises OSError when the disk is full.
    """

    def write(target: IO[bytes]) -> None:
        with zipfile.ZipFile(target, "w") as pack:  # stored as they are: the files are packed in themselves
            pack.writestr(zipfile.ZipInfo("index.csv"), index)
            for name, sha256, suffix in files:
                try:
                    pack.writestr(zipfile.ZipInfo(name), export_read(sha256, suffix))
                except ExportDamagedError:
                    continue

    return _stored(".zip", write)


def export_remove(sha256: str, suffix: str = ".pdf") -> None:
    """Remove a stored file; one that is gone already is gone."""
    if storage := bucket.bucket():
        bucket.erase(storage, f"{FOLDER}/{sha256}{suffix}")
        return
    export_path(sha256, suffix).unlink(missing_ok=True)


def export_opened(sha256: str, suffix: str = ".pdf") -> BinaryIO:
    """Return a stored file, open for reading. Raises ExportDamagedError where it is not there."""
    try:
        if storage := bucket.bucket():
            return bucket.fetched(storage, f"{FOLDER}/{sha256}{suffix}")
        return export_path(sha256, suffix).open("rb")
    except OSError as error:
        raise ExportDamagedError("The file is not there any more.") from error


def _stored(suffix: str, write: Callable[[IO[bytes]], None]) -> tuple[str, int]:
    folder = Path(settings.EXPORT_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".writing-", delete=False) as file:
        try:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
            digest = _digest(Path(file.name))
            if storage := bucket.bucket():
                bucket.send(storage, Path(file.name), f"{FOLDER}/{digest}{suffix}")
                Path(file.name).unlink()
            else:
                Path(file.name).replace(export_path(digest, suffix))
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return digest, size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def export_read(sha256: str, suffix: str = ".pdf") -> bytes:
    """Return a stored file after checking its hash. Raises ExportDamagedError."""
    with export_opened(sha256, suffix) as source:
        data = source.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ExportDamagedError("The file was changed after it was written.")
    return data

"""Finished files on disk, each under the SHA-256 of its content, outside everything that a web server serves."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


class ExportDamagedError(Exception):
    """The stored file is gone, or its content is not what was written."""


def export_path(sha256: str, suffix: str = ".pdf") -> Path:
    """Return where a file with this hash lies."""
    return Path(settings.EXPORT_DIR) / f"{sha256}{suffix}"


def export_write(data: bytes, suffix: str = ".pdf") -> str:
    """Store a file and return its SHA-256. It appears whole under its name or not at all, also through a power cut."""
    digest = hashlib.sha256(data).hexdigest()
    target = export_path(digest, suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".writing-", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return digest


def export_read(sha256: str, suffix: str = ".pdf") -> bytes:
    """Return a stored file after checking its hash. Raises ExportDamagedError."""
    try:
        data = export_path(sha256, suffix).read_bytes()
    except OSError as error:
        raise ExportDamagedError("The file is not there any more.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ExportDamagedError("The file was changed after it was written.")
    return data

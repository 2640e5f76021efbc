"""Records that wait to be measured: on disk under our own name, outside everything that a web server serves.

With object storage (``accounts.bucket``) they wait there, and whoever reads them fetches a copy: the worker that
measures may be on another machine than the page that took them in.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from accounts import bucket
from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENOUGH = 32  # digits of a hash, to tell mappings of one file apart
_SPARE = 256 << 20  # bytes that stay free: DuckDB spills there too


def records_path(centre_id: int, sha256: str) -> Path:
    """Return where the records of a centre with this hash wait."""
    return Path(settings.DATA_DIR) / "records" / f"{centre_id}-{sha256}"


def records_write(centre_id: int, chunks: Iterable[bytes], size: int) -> str:
    """Stream records to disk and return their SHA-256. RecordsError when they are too large or the disk is full.

    ``size`` is what is said of them; that they end there is not taken for granted.
    """
    folder = records_path(centre_id, "").parent
    folder.mkdir(parents=True, exist_ok=True)
    _bearable(size)
    if shutil.disk_usage(folder).free < size + _SPARE:
        raise RecordsError(_("There is not enough room on the disk of this installation for the file."))
    digest, written = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".writing-", delete=False) as file:
        part = Path(file.name)
        try:
            for chunk in chunks:
                digest.update(chunk)
                written += len(chunk)
                _bearable(written)
                file.write(chunk)
            file.flush()
            path = records_path(centre_id, digest.hexdigest())
            if storage := bucket.bucket():
                bucket.send(storage, part, _name(path))
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise RecordsError(_("There is not enough room on the disk of this installation for the file.")) from error
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return digest.hexdigest()


def records_here(centre_id: int, sha256: str) -> Path:
    """Return where the records lie on this machine, fetched if they wait elsewhere; there may be none."""
    path, storage = records_path(centre_id, sha256), bucket.bucket()
    if storage and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.NamedTemporaryFile(dir=path.parent, prefix=".fetching-") as file,
            suppress(FileNotFoundError, FileExistsError),
        ):
            bucket.copied(storage, _name(path), Path(file.name))
            os.link(file.name, path)
    return path


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _bearable(size: int) -> None:
    if size > settings.RECORDS_MAX_BYTES:
        raise RecordsError(_("The file is larger than {most:,} bytes."), most=settings.RECORDS_MAX_BYTES)


def records_remove(centre_id: int, sha256: str) -> None:
    """Remove records that waited, clean ones too."""
    path = records_path(centre_id, sha256)
    if storage := bucket.bucket():
        bucket.erase(storage, _name(path))
    path.unlink(missing_ok=True)
    cleaned_remove(centre_id, sha256)


def cleaned_path(centre_id: int, sha256: str, mapping_sha256: str) -> Path:
    """Return where the records of a centre wait as a mapping has cleaned them."""
    return records_path(centre_id, sha256).with_suffix(f".{mapping_sha256[:_ENOUGH]}.parquet")


def cleaned_remove(centre_id: int, sha256: str) -> None:
    """Remove clean records, by whatever mapping."""
    raw = records_path(centre_id, sha256)
    for each in raw.parent.glob(f"{raw.name}.*.parquet"):
        each.unlink(missing_ok=True)

"""Make a backup: the database first, then the files that its rows speak of, the manifest last."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from accounts import bucket
from config.backup.copying import KEPT, NAMED_BY_CONTENT, copy_stream, kept_files, stored_elsewhere
from config.backup.databases import database_copy
from config.backup.manifest import BackupError, Manifest, sha256_of
from ledger.chain import time_text
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import PurePath


def backup_make(target: Path, *, at: datetime) -> Manifest:
    """Copy database and files into a new folder while people go on working.

    Raises ``BackupError``; then nothing is left behind.

    The database is copied first: evidence is never deleted, so that whatever its rows name is there when the files
    are copied. An entry of the ledger says that the copy was made, and is in it.
    """
    folder = _place(target)
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700, parents=True)
        with transaction.atomic():
            ledger_append(action="installation.backed_up", subject="installation", by=None, at=at, payload={})
        manifest = _fill(part, at)
        manifest.write(part)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except (OSError, DatabaseError) as error:
        raise BackupError(f"{folder}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _place(target: Path) -> Path:
    folder = target.absolute()
    data = Path(settings.DATA_DIR)
    if any((data / name) in (folder, *folder.parents) for name in KEPT):
        raise BackupError(f"{folder} is inside of what is copied; choose another folder.")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BackupError(f"{folder} is there already and not empty; choose another folder.")
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror}") from error
    return folder


def _fill(part: Path, at: datetime) -> Manifest:
    name, facts = database_copy(part)
    files = {name: ((part / name).stat().st_size, sha256_of(part / name))}
    damaged = []
    data = Path(settings.DATA_DIR)
    for path, opened in _sources(data):
        try:
            with opened() as reading:
                size, digest = copy_stream(reading, part / "files" / path)
        except FileNotFoundError:
            continue  # an export that expired meanwhile
        files[f"files/{path.as_posix()}"] = (size, digest)
        if path.parts[0] == "evidence" and NAMED_BY_CONTENT.match(path.name) and path.name != digest:
            damaged.append(path.as_posix())
    return Manifest(
        made_at=time_text(at),
        vendor=connection.vendor,
        database=name,
        migrations=facts.migrations,
        counts=facts.counts,
        head=facts.head,
        files=files,
        damaged=damaged,
    )


def _sources(data: Path) -> Iterator[tuple[PurePath, Callable[[], BinaryIO]]]:
    """Yield each file that is kept, and how to open it: in the data folder, then in object storage."""
    for path in kept_files(data):
        yield path, partial(_opened, data / path)
    if storage := bucket.bucket():
        for name in stored_elsewhere(storage):
            yield name, partial(bucket.fetched, storage, str(name))


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")

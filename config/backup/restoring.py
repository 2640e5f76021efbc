"""Put a backup into an installation that holds nothing yet, and check that all of it has arrived."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from accounts import bucket
from config.backup.copying import MUST_BE_EMPTY, put, stored_elsewhere
from config.backup.databases import database_put, facts_now, holds_anything
from config.backup.manifest import BackupError, Manifest, read, require_whole
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime


def restore(source: Path, *, at: datetime) -> tuple[Manifest, list[str]]:
    """Restore a backup; return its manifest and what does not agree with it, in words, hopefully nothing.

    Raises ``BackupError`` before anything is written: for a folder that is no whole backup, one of another database
    engine or of a newer version, and for an installation that holds something.
    """
    folder = source.absolute()
    manifest = read(folder)
    _require_fitting(manifest)
    _require_empty()
    require_whole(folder, manifest)
    data = Path(settings.DATA_DIR)
    try:
        for name in manifest.files:
            if name.startswith("files/"):
                put(folder / name, data / name.removeprefix("files/"))
        database_put(folder / manifest.database)  # last: without it the installation still holds nothing
        faults = _differences(manifest)
        call_command("migrate", verbosity=0)
        with transaction.atomic():
            ledger_append(action="installation.restored", subject="installation", by=None, at=at, payload={})
    except (OSError, DatabaseError) as error:
        raise BackupError(f"{folder}: {error}") from error
    return manifest, faults


def _require_fitting(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupError(
            f"This is a backup of {manifest.vendor}, and DATABASE_URL names {connection.vendor}; set it accordingly."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest.migrations) - known):
        raise BackupError(f"This backup is of a newer version, which has {newer[0]}; restore it with that version.")


def _require_empty() -> None:
    data = Path(settings.DATA_DIR)
    try:
        if holds_anything():
            raise BackupError("The database of this installation is not empty; restore into a new one.")
    except DatabaseError as error:
        raise BackupError(f"The database cannot be read: {error}") from error
    for name in MUST_BE_EMPTY:
        if any(path.is_file() for path in (data / name).rglob("*")):
            raise BackupError(f"{data / name} is not empty; restore into a new data folder (TOUCHSTONE_DATA).")
    if (storage := bucket.bucket()) and (found := next(stored_elsewhere(storage), None)):
        raise BackupError(f"The object storage holds {found}; restore into a new bucket or folder (OBJECT_STORAGE).")


def _differences(manifest: Manifest) -> list[str]:
    facts = facts_now()
    faults = [
        f"{table}: {facts.counts.get(table, 0)} rows, and the backup counted {count}"
        for table, count in sorted(manifest.counts.items())
        if facts.counts.get(table) != count
    ]
    if facts.head != manifest.head:
        faults.append(f"the ledger ends with entry {facts.head[0]}, and that of the backup with {manifest.head[0]}")
    return faults

"""Files of an entry: taken in as evidence is, removed by their team, cleared for blind judging by the chair."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from audits.pictures import FORMATS
from audits.storage import EvidenceRefusedError, store
from audits.tabular import read_table
from awards.models import EntryFile
from awards.scheme import FILE, TABLES
from awards.services.entries import require_editable
from awards.services.errors import AwardError
from awards.services.recording import entry_lock, record
from awards.tables import figures_of

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from awards.models import Entry

MOST_FILES = 30
LONGEST_NAME = 255


def file_add(*, entry: Entry, ask: str, source: BinaryIO, filename: str, by: User, at: datetime) -> EntryFile:
    """Store a file of an entry. The same content again for the same ask is the same file.

    Raises ``AwardError`` no_ask, closed, too_many; ``audits.storage.EvidenceRefusedError``. The file is complete on
    disk before the row exists; one left without a row by a crash is harmless.
    """
    require_editable(entry, ask, at, FILE)
    used = EntryFile.objects.filter(entry__organisation=entry.organisation_id).aggregate(total=Sum("size"))["total"]
    if (used or 0) >= settings.EVIDENCE_QUOTA_BYTES:
        raise EvidenceRefusedError("quota")
    stored = store(source, filename=filename)
    with transaction.atomic():
        locked = entry_lock(entry.pk)
        require_editable(locked, ask, at, FILE)
        present = locked.files.filter(removed_at=None)
        same = present.filter(ask=ask, sha256=stored.sha256).first()
        if same:
            return same
        if present.count() >= MOST_FILES:
            raise AwardError("too_many", most=MOST_FILES)
        made = EntryFile.objects.create(
            entry=locked,
            ask=ask,
            filename=filename[-LONGEST_NAME:],
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            view_sha256=stored.view_sha256,
            thumb_sha256=stored.thumb_sha256,
            uploaded_by=by,
            uploaded_at=at,
        )
        facts = {"entry": locked.code, "ask": ask, "sha256": made.sha256, "size": made.size}
        record(locked.programme, "file_added", facts, by=by, at=at)
    return made


def table_add(
    *, entry: Entry, ask: str, source: BinaryIO, filename: str, encoding: str, by: User, at: datetime
) -> EntryFile:
    """Read a table of survey answers or mystery contacts and keep it with its figures, in place of the one before.

    Raises ``AwardError`` no_ask, closed; ``benchmarks.message.MessageError`` with the line of what cannot be read (for
    several faults ``awards.tables.TableFaultsError``); ``EvidenceRefusedError``. Nothing is kept of a table that is
    refused, and the one before stays.
    """
    spec = require_editable(entry, ask, at, *TABLES)
    with NamedTemporaryFile() as copy:
        copyfileobj(source, copy)
        copy.flush()
        if not copy.tell():
            raise EvidenceRefusedError("empty", filename)
        figures = figures_of(read_table(Path(copy.name), encoding=encoding), spec)
        copy.seek(0)
        stored = store(cast("BinaryIO", copy), filename=filename)
    with transaction.atomic():
        locked = entry_lock(entry.pk)
        require_editable(locked, ask, at, *TABLES)
        present = locked.files.filter(removed_at=None, ask=ask)
        same = present.filter(sha256=stored.sha256).first()
        if same and same.figures == figures:
            return same
        present.update(removed_at=at)
        made = EntryFile.objects.create(
            entry=locked,
            ask=ask,
            filename=filename[-LONGEST_NAME:],
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            figures=figures,
            uploaded_by=by,
            uploaded_at=at,
        )
        facts = {"entry": locked.code, "ask": ask, "sha256": made.sha256, "rows": figures["n"]}
        record(locked.programme, "table_added", facts, by=by, at=at)
    return made


@transaction.atomic
def file_remove(*, entry_id: int, code: str, by: User, at: datetime) -> None:
    """Take a file out of the draft; versions that were submitted with it keep it. Raises ``AwardError``."""
    entry = entry_lock(entry_id)
    found = entry.files.filter(code=code, removed_at=None).first()
    if found is None:
        raise AwardError("no_ask")
    require_editable(entry, found.ask, at, FILE, *TABLES)
    found.removed_at = at
    found.save(update_fields=["removed_at"])
    record(entry.programme, "file_removed", {"entry": entry.code, "sha256": found.sha256}, by=by, at=at)


@transaction.atomic
def file_clear(*, entry_id: int, code: str, clear: bool, by: User, at: datetime) -> EntryFile:
    """Say, as the chair, that a picture names nobody, or take that back. Raises ``AwardError`` no_picture."""
    entry = entry_lock(entry_id)
    found = entry.files.filter(code=code).first()
    if found is None or found.media_type not in FORMATS or not found.view_sha256:
        raise AwardError("no_picture")
    found.cleared_at, found.cleared_by = (at, by) if clear else (None, None)
    found.save(update_fields=["cleared_at", "cleared_by"])
    facts = {"entry": entry.code, "sha256": found.sha256, "cleared": clear}
    record(entry.programme, "file_cleared", facts, by=by, at=at)
    return found

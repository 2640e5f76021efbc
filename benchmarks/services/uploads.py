"""Files that wait to be measured, and mappings that are kept. What is kept or measured is in the ledger."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts.models import Centre, Organisation
from benchmarks.measuring import Mapping, MappingError, Source, look_at, parse_mapping
from benchmarks.message import MessageError
from benchmarks.message import marked as _
from benchmarks.models import MeasurementRun, RecordsUpload, SavedMapping
from benchmarks.records.examples import gone
from benchmarks.records.files import RecordsError
from benchmarks.records.guess import guess, written
from benchmarks.records.sample import take_sample
from benchmarks.services.measuring import RecordsFile
from benchmarks.storage import cleaned_path, cleaned_remove, records_here, records_path, records_remove, records_write
from benchmarks.watch import Watch, unwatched
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from accounts.models import User

KEPT_DAYS = 7


def upload_store(
    *, centre: Centre, chunks: Iterable[bytes], size: int, name: str, by: User, at: datetime, mapping_text: str = ""
) -> RecordsUpload:
    """Store a file for a centre and guess its mapping, unless one is given; the same content again is the same upload.

    ``size`` is what is said of it beforehand, 0 where nobody knows.

    RecordsError when it cannot be records, is too large or the disk is full, MappingError when the given mapping is
    wrong or not for this file; then nothing is kept. What has waited for more than ``KEPT_DAYS`` is removed.
    """
    given = parse_mapping(mapping_text) if mapping_text else None
    for old in RecordsUpload.objects.filter(created_at__lt=at - timedelta(days=KEPT_DAYS)):
        upload_remove(upload=old)
    sha256 = records_write(centre.pk, chunks, size)
    known = RecordsUpload.objects.filter(centre=centre, sha256=sha256).first()
    if known and not given:
        return known
    path = records_path(centre.pk, sha256)
    try:
        if given:
            _fits(given, path)
        text = mapping_text or written(guess(take_sample(path), time_zone=centre.time_zone).document)
    except MessageError:
        if not known:
            records_remove(centre.pk, sha256)
        raise
    if known:
        upload_map(upload=known, text=text)
        known.refresh_from_db()
        return known
    values = {"name": name[:255], "size": path.stat().st_size, "mapping": text, "created_at": at, "created_by": by}
    upload, _created = RecordsUpload.objects.get_or_create(centre=centre, sha256=sha256, defaults=values)
    return upload


def _fits(mapping: Mapping, path: Path) -> None:
    """Raise MappingError when the first rows of a file lack a column that the mapping names."""
    stated = {"encoding": mapping.encoding, "header_row": str(mapping.header_row), "delimiter": mapping.delimiter}
    sample = take_sample(path, stated)
    if missing := gone(mapping, sample):
        line = mapping.columns()[missing[0].name]
        words = _("the records have no column “{name}”. They have: {known}.")
        raise MappingError(line, words, name=missing[0].name, known=sample.names[:30])


def upload_remove(*, upload: RecordsUpload) -> None:
    """Forget an upload and remove its file."""
    upload.delete()
    records_remove(upload.centre_id, upload.sha256)


def upload_map(*, upload: RecordsUpload, text: str) -> None:
    """Set the mapping of an upload. MappingError names the line of its first fault."""
    parse_mapping(text)
    RecordsUpload.objects.filter(pk=upload.pk).update(mapping=text)
    cleaned_remove(upload.centre_id, upload.sha256)  # read by another mapping


@transaction.atomic
def mapping_keep(*, organisation: Organisation, name: str, text: str, by: User, at: datetime) -> SavedMapping:
    """Keep a mapping under a name: a new version, unless the newest is the same. MappingError names its fault."""
    parse_mapping(text)
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # one version after the other
    newest = SavedMapping.objects.filter(organisation=organisation, name=name).order_by("-version").first()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if newest and newest.sha256 == sha256:
        return newest
    kept = SavedMapping.objects.create(
        organisation=organisation,
        name=name,
        version=newest.version + 1 if newest else 1,
        text=text,
        sha256=sha256,
        created_at=at,
        created_by=by,
    )
    payload = {"name": name, "version": kept.version, "sha256": sha256}
    ledger_append(action="mapping.keep", subject=f"organisation:{organisation.pk}", by=by, at=at, payload=payload)
    return kept


def uploads_seen(uploads: Sequence[RecordsUpload]) -> str:
    """Return the hash of what a quality report is about: the files and their mappings."""
    texts = (f"{each.sha256} {hashlib.sha256(each.mapping.encode()).hexdigest()}" for each in uploads_in_order(uploads))
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def uploads_look(*, uploads: Sequence[RecordsUpload], watch: Watch = unwatched) -> list[tuple[RecordsUpload, Source]]:
    """Report the quality of what waits, without any KPI. MappingError or RecordsError; ``source`` is its place."""
    ordered = uploads_in_order(uploads)
    files = []
    for place, each in enumerate(ordered):
        try:
            files.append((_there(each), parse_mapping(each.mapping)))
        except MessageError as error:
            error.source = place
            raise
    places = [_kept(each) for each in ordered]
    found = look_at(files, scratch=settings.DATA_DIR, limits=settings.RECORDS_LIMITS, watch=watch, places=places)
    return list(zip(ordered, found, strict=True))


def uploads_files(*, uploads: Sequence[RecordsUpload]) -> list[RecordsFile]:
    """Return what waits as files to measure. RecordsError when one is gone."""
    ordered = uploads_in_order(uploads)
    return [
        RecordsFile(path=_there(each), mapping_text=each.mapping, name=each.name, kept=_kept(each)) for each in ordered
    ]


def run_of(*, centre: Centre, uploads: Sequence[RecordsUpload]) -> MeasurementRun | None:
    """Return the run that was made of the same files and mappings before."""
    ordered = uploads_in_order(uploads)
    wanted = [(each.sha256, hashlib.sha256(each.mapping.encode()).hexdigest()) for each in ordered]
    alike = MeasurementRun.objects.filter(centre=centre, sources__records_sha256=wanted[0][0]).distinct()
    for run in alike.prefetch_related("sources"):
        if [(each.records_sha256, each.mapping_sha256) for each in run.sources.all()] == wanted:
            return run
    return None


def uploads_in_order(uploads: Sequence[RecordsUpload]) -> list[RecordsUpload]:
    """Put uploads into the order that a run has them in."""
    return sorted(uploads, key=lambda each: each.sha256)


def _kept(upload: RecordsUpload) -> Path:
    """Return where the clean records of an upload, as its mapping reads it, are kept."""
    return cleaned_path(upload.centre_id, upload.sha256, hashlib.sha256(upload.mapping.encode()).hexdigest())


def _there(upload: RecordsUpload) -> Path:
    path = records_here(upload.centre_id, upload.sha256)
    if not path.is_file():
        raise RecordsError(_("The file {name} is not there any more; upload it again."), name=upload.name)
    return path

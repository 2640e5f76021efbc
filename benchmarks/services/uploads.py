"""Files that wait to be measured, and mappings that are kept. What is kept or measured is in the ledger."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Centre, Organisation
from benchmarks.measuring import Source, look_at, parse_mapping
from benchmarks.message import MessageError
from benchmarks.message import marked as _
from benchmarks.models import MeasurementRun, RecordsUpload, SavedMapping
from benchmarks.records.files import RecordsError
from benchmarks.records.guess import guess, written
from benchmarks.records.sample import take_sample
from benchmarks.services.measuring import RecordsFile, measurement_run_create
from benchmarks.storage import records_path, records_remove, records_write
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from accounts.models import User

KEPT_DAYS = 7


def upload_store(
    *, centre: Centre, chunks: Iterable[bytes], size: int, name: str, by: User, at: datetime
) -> RecordsUpload:
    """Store a file for a centre and guess its mapping; the same content again is the same upload.

    RecordsError when it cannot be records, is too large or the disk is full; then nothing is kept. What has waited
    for more than ``KEPT_DAYS`` is removed.
    """
    for old in RecordsUpload.objects.filter(created_at__lt=at - timedelta(days=KEPT_DAYS)):
        upload_remove(upload=old)
    sha256 = records_write(centre.pk, chunks, size)
    known = RecordsUpload.objects.filter(centre=centre, sha256=sha256).first()
    if known:
        return known
    try:
        found = guess(take_sample(records_path(centre.pk, sha256)), time_zone=centre.time_zone)
    except RecordsError:
        records_remove(centre.pk, sha256)
        raise
    values = {"name": name[:255], "size": size, "mapping": written(found.document), "created_at": at, "created_by": by}
    upload, _created = RecordsUpload.objects.get_or_create(centre=centre, sha256=sha256, defaults=values)
    return upload


def upload_remove(*, upload: RecordsUpload) -> None:
    """Forget an upload and remove its file."""
    upload.delete()
    records_remove(upload.centre_id, upload.sha256)


def upload_map(*, upload: RecordsUpload, text: str) -> None:
    """Set the mapping of an upload. MappingError names the line of its first fault."""
    parse_mapping(text)
    RecordsUpload.objects.filter(pk=upload.pk).update(mapping=text)


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
    texts = (f"{each.sha256} {hashlib.sha256(each.mapping.encode()).hexdigest()}" for each in _ordered(uploads))
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def uploads_look(*, uploads: Sequence[RecordsUpload]) -> list[tuple[RecordsUpload, Source]]:
    """Report the quality of what waits, without any KPI. MappingError or RecordsError; ``source`` is its place."""
    ordered = _ordered(uploads)
    files = []
    for place, each in enumerate(ordered):
        try:
            files.append((_there(each), parse_mapping(each.mapping)))
        except MessageError as error:
            error.source = place
            raise
    return list(zip(ordered, look_at(files), strict=True))


def uploads_measure(*, centre: Centre, uploads: Sequence[RecordsUpload], by: User, at: datetime) -> MeasurementRun:
    """Measure what waits as one run, and remove the files. The same files and mappings again are the same run."""
    ordered = _ordered(uploads)
    sources = [RecordsFile(path=_there(each), mapping_text=each.mapping, name=each.name) for each in ordered]
    run = _same_run(centre, ordered) or measurement_run_create(centre=centre, sources=sources, by=by, at=at)
    for each in ordered:
        upload_remove(upload=each)
    return run


def _same_run(centre: Centre, ordered: Sequence[RecordsUpload]) -> MeasurementRun | None:
    wanted = [(each.sha256, hashlib.sha256(each.mapping.encode()).hexdigest()) for each in ordered]
    alike = MeasurementRun.objects.filter(centre=centre, sources__records_sha256=wanted[0][0]).distinct()
    for run in alike.prefetch_related("sources"):
        if [(each.records_sha256, each.mapping_sha256) for each in run.sources.all()] == wanted:
            return run
    return None


def _ordered(uploads: Sequence[RecordsUpload]) -> list[RecordsUpload]:
    return sorted(uploads, key=lambda each: each.sha256)


def _there(upload: RecordsUpload) -> Path:
    path = records_path(upload.centre_id, upload.sha256)
    if not path.is_file():
        raise RecordsError(_("The file {name} is not there any more; upload it again."), name=upload.name)
    return path

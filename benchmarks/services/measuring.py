"""Measuring a centre from its raw records. It is in the ledger."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from benchmarks.measuring import Measured, measure_files, parse_mapping
from benchmarks.message import MessageError
from benchmarks.message import marked as _
from benchmarks.models import Measurement, MeasurementRun, MonthMeasurement, RunSource
from benchmarks.records.files import RecordsError, sha256_of
from benchmarks.watch import Watch, unwatched
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from accounts.models import Centre, User
    from benchmarks.kpis import measure
    from benchmarks.measuring import Mapping, Source


@dataclass(frozen=True, kw_only=True)
class RecordsFile:
    """One file of a run with the text of its mapping; ``name`` is what people call it.

    ``kept`` is where its clean records are, if they have been read before.
    """

    path: Path
    mapping_text: str
    name: str = ""
    kept: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What was measured, and the files that it comes from, ready to be stored."""

    measured: Measured
    rows: list[RunSource]


def measurement_run_create(
    *,
    centre: Centre,
    by: User | None,
    at: datetime,
    records: Path | None = None,
    mapping_text: str = "",
    records_name: str = "",
    sources: Sequence[RecordsFile] = (),
) -> MeasurementRun:
    """Measure a centre from its raw records and store what was found. Nothing is stored when anything fails.

    Give one file (``records``, ``mapping_text``), or all files of a period as ``sources``: several kinds, and several
    files of a kind. The records stay where they are: the run knows them by their SHA-256. Where there are several
    channels, each is measured and all together. Raises MappingError (with the line) or RecordsError (with the place);
    their ``source`` is the place of the file at fault, from 0.
    """
    if records is not None:
        sources = (RecordsFile(path=records, mapping_text=mapping_text, name=records_name), *sources)
    return measurement_store(centre=centre, computed=measurement_compute(sources=sources), by=by, at=at)


def measurement_compute(*, sources: Sequence[RecordsFile], watch: Watch = unwatched) -> Computed:
    """Measure records and store nothing; ``watch`` is told each step. Raises as ``measurement_run_create``."""
    read = [_read(place, source) for place, source in enumerate(sources)]
    files = [(source.path, mapping) for source, mapping, _sha256 in read]
    places = [source.kept for source in sources]
    measured = measure_files(
        files, channels=True, scratch=settings.DATA_DIR, limits=settings.RECORDS_LIMITS, watch=watch, places=places
    )
    rows = [_source(place, *each, measured.sources[place]) for place, each in enumerate(read)]
    return Computed(measured=measured, rows=rows)


@transaction.atomic
def measurement_store(*, centre: Centre, computed: Computed, by: User | None, at: datetime) -> MeasurementRun:
    """Store what was computed as a run of a centre."""
    measured, rows = computed.measured, computed.rows
    only = rows[0] if len(rows) == 1 else None
    run = MeasurementRun.objects.create(
        centre=centre,
        records_name=", ".join(row.records_name for row in rows)[:255],
        records_sha256=only.records_sha256 if only else _sha256("\n".join(row.records_sha256 for row in rows)),
        mapping="---\n".join(row.mapping if row.mapping.endswith("\n") else f"{row.mapping}\n" for row in rows)
        if only is None
        else only.mapping,
        mapping_sha256=only.mapping_sha256 if only else _sha256("\n".join(row.mapping_sha256 for row in rows)),
        engine="duckdb",
        period_from=date.fromisoformat(measured.quality["period_from"]),
        period_to=date.fromisoformat(measured.quality["period_to"]),
        rows_read=measured.quality["rows_read"],
        rows_used=measured.quality["rows_used"],
        rejected=measured.rejected,
        quality=measured.quality,
        not_measured=measured.not_measured,
        warnings=[asdict(each) for each in measured.warnings],
        created_at=at,
        created_by=by,
    )
    for row in rows:
        row.run = run
    RunSource.objects.bulk_create(rows)
    Measurement.objects.bulk_create(_measurements(run, measured))
    MonthMeasurement.objects.bulk_create(_months(run, measured), batch_size=1000)
    _record(run, by, at)
    return run


def _read(place: int, source: RecordsFile) -> tuple[RecordsFile, Mapping, str]:
    """Check the mapping of a file and take its hash before anything is computed."""
    try:
        mapping = parse_mapping(source.mapping_text)
        if not source.path.is_file():
            raise RecordsError(_("There is no file {name}."), name=source.path.name)
        if source.path.stat().st_size > settings.RECORDS_MAX_BYTES:
            raise RecordsError(_("The file is larger than {most:,} bytes."), most=settings.RECORDS_MAX_BYTES)
    except MessageError as error:
        error.source = place
        raise
    return source, mapping, sha256_of(source.path)


def _source(place: int, source: RecordsFile, mapping: Mapping, sha256: str, found: Source) -> RunSource:
    return RunSource(
        position=place + 1,
        kind=mapping.kind,
        records_name=(source.name or source.path.name)[:255],
        records_sha256=sha256,
        mapping=source.mapping_text,
        mapping_sha256=_sha256(source.mapping_text),
        rows_read=found.quality["rows_read"],
        rows_used=found.quality["rows_used"],
        rejected=found.rejected,
        quality=found.quality,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _measurements(run: MeasurementRun, measured: Measured) -> list[Measurement]:
    per_channel = {name: found for name, found in measured.per_channel.items() if name != "all"}
    groups = {_whole(measured): measured.kpis, **per_channel}
    return [
        Measurement(run=run, channel=channel[:40], **_facts(each))
        for channel, found in groups.items()
        for each in found
    ]


def _whole(measured: Measured) -> str:
    """Name the channel of the figures over all records."""
    channels = measured.quality["channels"]
    return str(channels[0]) if len(channels) == 1 else "all"


def _months(run: MeasurementRun, measured: Measured) -> list[MonthMeasurement]:
    """Put the figures of each month into rows; of a channel that is not measured by itself there are none."""
    rows = []
    for each in measured.monthly:
        group = dict(each.group)
        channel = group.get("channel", _whole(measured))
        month = date.fromisoformat(f"{group['month']}-01")
        end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        first, last = max(month, run.period_from), min(end, run.period_to)
        known = "channel" not in group or (channel != "all" and channel in measured.per_channel)
        if known and first <= last and math.isfinite(each.value):
            rows.append(MonthMeasurement(run=run, channel=channel[:40], first=first, last=last, **_facts(each)))
    return rows


def _facts(each: measure.Measurement) -> dict[str, Any]:
    return {
        "kpi": each.kpi,
        "variant": each.variant,
        "value": each.value,
        "numerator": each.numerator,
        "denominator": each.denominator,
        "n": each.n,
        "standard_error": each.se,
        "cluster": each.cluster,
        "clusters": each.clusters,
        "design_effect": each.design_effect,
        "low": each.low,
        "high": each.high,
        "unit": each.unit,
    }


def _record(run: MeasurementRun, by: User | None, at: datetime) -> None:
    payload = {
        "centre": run.centre_id,
        "records_sha256": run.records_sha256,
        "mapping_sha256": run.mapping_sha256,
        "rows_read": run.rows_read,
        "rows_used": run.rows_used,
        "files": [{"kind": row.kind, "sha256": row.records_sha256} for row in run.sources.all()],
        "period": [run.period_from.isoformat(), run.period_to.isoformat()],
    }
    ledger_append(action="measurement_run.create", subject=f"centre:{run.centre_id}", by=by, at=at, payload=payload)

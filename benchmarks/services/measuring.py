"""Measuring a centre from its raw records. It is in the ledger."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from benchmarks.measuring import Measured, measure_file, parse_mapping
from benchmarks.message import marked as _
from benchmarks.models import Measurement, MeasurementRun
from benchmarks.records.files import RecordsError, sha256_of
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from accounts.models import Centre, User
    from benchmarks.kpis import measure


def measurement_run_create(
    *, centre: Centre, records: Path, mapping_text: str, by: User | None, at: datetime, records_name: str = ""
) -> MeasurementRun:
    """Measure a centre from its raw records and store what was found. Nothing is stored when anything fails.

    The records stay where they are: the run knows them by their SHA-256. Where there are several channels, each is
    measured and all together. Raises MappingError (with the line) or RecordsError (with the place).
    """
    mapping = parse_mapping(mapping_text)
    if not records.is_file():
        raise RecordsError(_("There is no file {name}."), name=records.name)
    sha256 = sha256_of(records)
    measured = measure_file(records, mapping, channels=True, scratch=settings.DATA_DIR)
    with transaction.atomic():
        run = MeasurementRun.objects.create(
            centre=centre,
            records_name=(records_name or records.name)[:255],
            records_sha256=sha256,
            mapping=mapping_text,
            mapping_sha256=hashlib.sha256(mapping_text.encode()).hexdigest(),
            engine="duckdb",
            period_from=date.fromisoformat(measured.quality["period_from"]),
            period_to=date.fromisoformat(measured.quality["period_to"]),
            rows_read=measured.quality["rows_read"],
            rows_used=measured.quality["rows_used"],
            rejected=measured.rejected,
            quality=measured.quality,
            not_measured=measured.not_measured,
            created_at=at,
            created_by=by,
        )
        Measurement.objects.bulk_create(_measurements(run, measured))
        _record(run, by, at)
    return run


def _measurements(run: MeasurementRun, measured: Measured) -> list[Measurement]:
    channels = measured.quality["channels"]
    whole = channels[0] if len(channels) == 1 else "all"
    per_channel = {name: found for name, found in measured.per_channel.items() if name != "all"}
    groups = {whole: measured.kpis, **per_channel}
    return [_measurement(run, channel, each) for channel, found in groups.items() for each in found]


def _measurement(run: MeasurementRun, channel: str, each: measure.Measurement) -> Measurement:
    return Measurement(
        run=run,
        kpi=each.kpi,
        variant=each.variant,
        channel=channel[:40],
        value=each.value,
        numerator=each.numerator,
        denominator=each.denominator,
        n=each.n,
        standard_error=each.se,
        cluster=each.cluster,
        clusters=each.clusters,
        design_effect=each.design_effect,
        unit=each.unit,
    )


def _record(run: MeasurementRun, by: User | None, at: datetime) -> None:
    payload = {
        "centre": run.centre_id,
        "records_sha256": run.records_sha256,
        "mapping_sha256": run.mapping_sha256,
        "rows_read": run.rows_read,
        "rows_used": run.rows_used,
        "period": [run.period_from.isoformat(), run.period_to.isoformat()],
    }
    ledger_append(action="measurement_run.create", subject=f"centre:{run.centre_id}", by=by, at=at, payload=payload)

"""What changes in this room: loading a market release, measuring a centre. Both are in the ledger."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from benchmarks.market import parse_market, release_sha256
from benchmarks.measuring import Measured, measure_file, parse_mapping
from benchmarks.message import marked as _
from benchmarks.models import MarketFigure, MarketRelease, Measurement, MeasurementRun
from benchmarks.records.files import RecordsError, sha256_of
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from accounts.models import Centre, User
    from benchmarks.comparable import Figure
    from benchmarks.kpis import measure


class ReleaseExistsError(Exception):
    """A release of that code with other content, or that content under another code, is loaded already."""


@transaction.atomic
def market_load(
    *, content: bytes, code: str, title: str, by: User | None, at: datetime, is_demo: bool = False
) -> MarketRelease:
    """Load a market release; loading the same again changes nothing and returns the release there is.

    Raises MarketError (every fault with its line) or ReleaseExistsError. A release never changes once loaded.
    """
    figures = parse_market(content)
    sha256 = release_sha256(figures)
    code = slugify(code)[:60]
    if not code:
        raise ReleaseExistsError("A release needs a code of letters, digits and hyphens.")
    loaded = MarketRelease.objects.filter(code=code).first() or MarketRelease.objects.filter(sha256=sha256).first()
    if loaded is not None:
        return _same(loaded, code, sha256)
    release = MarketRelease.objects.create(code=code, title=title[:200], sha256=sha256, loaded_at=at, is_demo=is_demo)
    MarketFigure.objects.bulk_create([_row(release, figure) for figure in figures])
    payload = {"code": code, "sha256": sha256, "figures": len(figures)}
    ledger_append(action="market.load", subject=f"market_release:{release.pk}", by=by, at=at, payload=payload)
    return release


def _same(loaded: MarketRelease, code: str, sha256: str) -> MarketRelease:
    if loaded.code != code:
        raise ReleaseExistsError(f"The same figures are loaded already, as release “{loaded.code}”.")
    if loaded.sha256 != sha256:
        raise ReleaseExistsError(f"Release “{code}” is loaded with other figures; give this one another code.")
    return loaded


def _row(release: MarketRelease, figure: Figure) -> MarketFigure:
    return MarketFigure(release=release, **vars(figure))


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

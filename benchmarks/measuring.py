"""From a file and a mapping to measurements: the whole way, without Django and without a database."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.kpis.compute import GROUPS, compute
from benchmarks.kpis.measure import Measurement, Thresholds
from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError
from benchmarks.records.mapping import Mapping, MappingError, parse_mapping
from benchmarks.records.postgres import in_postgres
from benchmarks.records.prepare import prepare
from benchmarks.records.quality import counted, quality_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from benchmarks.records.prepare import Records

ENGINES = ("duckdb", "postgres")
MAX_CHANNELS = 40  # all KPIs are computed for each
LONGEST_CHANNEL = 40  # what a measurement holds


@dataclass(frozen=True)
class Measured:
    """The outcome for one file.

    ``kpis`` are the measurements asked for, ``per_channel`` those of each channel where there are several; ``quality``
    and ``rejected`` describe the records; ``not_measured`` says of each other KPI what is missing.
    """

    kpis: list[Measurement]
    per_channel: dict[str, list[Measurement]]
    quality: dict[str, Any]
    rejected: dict[str, Any]
    not_measured: dict[str, str]


def measure_file(
    path: Path,
    mapping: Mapping,
    *,
    by: Sequence[str] = (),
    engine: str = "duckdb",
    url: str = "",
    channels: bool = False,
    scratch: Path | None = None,
) -> Measured:
    """Measure all KPIs that the mapping allows.

    ``by`` splits by month, week, day, channel, agent; ``url`` is needed for the engine postgres; ``scratch`` is where
    temporary files go. Raises RecordsError or MappingError when the records or the mapping cannot be used.
    """
    if engine not in ENGINES:
        missing = "it needs pyspark, which is not installed" if engine == "spark" else "there is none of that name"
        raise RecordsError(
            "The engine {engine} is not available: {missing}. Choose one of {known}.",
            engine=engine,
            missing=missing,
            known=ENGINES,
        )
    unknown = [name for name in by if name not in GROUPS]
    if unknown:
        raise RecordsError("Cannot split by {unknown}; known: {known}.", unknown=tuple(unknown), known=GROUPS)
    with tempfile.TemporaryDirectory(dir=scratch) as folder, prepare(path, mapping, Path(folder)) as contacts:
        if engine == "duckdb":
            return _measure(contacts, contacts.table, mapping, by, channels=channels)
        with in_postgres(contacts.table, url) as table:
            return _measure(contacts, table, mapping, by, channels=channels)


def _measure(contacts: Records, table: ir.Table, mapping: Mapping, by: Sequence[str], *, channels: bool) -> Measured:
    if "agent" in by and "agent" not in contacts.fields:
        raise RecordsError("Cannot split by agent: the mapping does not give the field agent.")
    at = Thresholds(mapping.service_level_seconds, mapping.short_abandon_seconds)
    quality = quality_report(contacts, mapping)
    kpis, missing = compute(table, contacts.fields, at, by)
    names = _channels(quality["channels"]) if channels else []
    per_channel = {name: compute(table.filter(table.channel == name), contacts.fields, at)[0] for name in names}
    return Measured(kpis, per_channel, quality, counted(contacts.rejected), missing)


def _channels(names: list[str]) -> list[str]:
    """Return the channels to measure one by one: none where there is only one. RecordsError when it is no channel."""
    if len(names) > MAX_CHANNELS or any(len(name) > LONGEST_CHANNEL for name in names):
        raise RecordsError(
            _("The records name {count:,} channels; at most {most}, of {longest} letters each, can be measured."),
            count=len(names),
            most=MAX_CHANNELS,
            longest=LONGEST_CHANNEL,
        )
    return names if len(names) > 1 else []


__all__ = ["ENGINES", "GROUPS", "Mapping", "MappingError", "Measured", "RecordsError", "measure_file", "parse_mapping"]

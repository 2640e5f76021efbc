"""From files and their mappings to measurements: the whole way, without Django and without a database."""

from __future__ import annotations

import contextlib
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from benchmarks.gathering import gather
from benchmarks.kpis.compute import GROUPS, compute, with_repeats
from benchmarks.kpis.traps import Warned, beware, refused
from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError
from benchmarks.records.limits import UNLIMITED, Limits
from benchmarks.records.mapping import Mapping, MappingError, parse_mapping
from benchmarks.records.postgres import in_postgres
from benchmarks.records.quality import counted, whole_quality
from benchmarks.records.spark import LOCAL, Spark, in_spark
from benchmarks.watch import Watch, part, unwatched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.gathering import Report
    from benchmarks.kpis.measure import Measurement

ENGINES = ("duckdb", "postgres", "spark")
MAX_CHANNELS = 40  # all KPIs are computed for each
MOST_MONTHS = 60
LONGEST_CHANNEL = 40  # what a measurement holds


@dataclass(frozen=True)
class Measured:
    """The outcome for one file, or for several together.

    ``kpis`` are the measurements asked for, ``per_channel`` those of each channel where there are several; ``quality``
    and ``rejected`` describe the records, ``sources`` those of each file; ``not_measured`` says of each other KPI what
    is missing, ``warnings`` what to beware of. ``monthly`` are the same by month where the period has several, and by
    channel and month where there are several channels.
    """

    kpis: list[Measurement]
    per_channel: dict[str, list[Measurement]]
    quality: dict[str, Any]
    rejected: dict[str, Any]
    not_measured: dict[str, str]
    sources: tuple[Source, ...] = ()
    warnings: tuple[Warned, ...] = ()
    monthly: tuple[Measurement, ...] = ()


@dataclass(frozen=True)
class Source:
    """One file of several: its kind, quality report and rejected rows, JSON-able."""

    kind: str
    quality: dict[str, Any]
    rejected: dict[str, Any]


def measure_file(
    path: Path,
    mapping: Mapping,
    *,
    by: Sequence[str] = (),
    engine: str = "duckdb",
    url: str = "",
    spark: Spark = LOCAL,
    channels: bool = False,
    scratch: Path | None = None,
    limits: Limits = UNLIMITED,
) -> Measured:
    """Measure all KPIs that one file and its mapping allow; see ``measure_files``."""
    files = [(path, mapping)]
    return measure_files(
        files, by=by, engine=engine, url=url, spark=spark, channels=channels, scratch=scratch, limits=limits
    )


def measure_files(
    files: Sequence[tuple[Path, Mapping]],
    *,
    by: Sequence[str] = (),
    engine: str = "duckdb",
    url: str = "",
    spark: Spark = LOCAL,
    channels: bool = False,
    scratch: Path | None = None,
    limits: Limits = UNLIMITED,
    watch: Watch = unwatched,
    places: Sequence[Path | None] = (),
) -> Measured:
    """Measure all KPIs that the files of a period allow together, each read by its mapping.

    ``by`` splits by some of month, week, day, channel, queue, agent, skill; ``url`` is needed for the engine postgres,
    ``spark`` says where the engine spark runs; ``scratch`` is where temporary files go, and what ``limits`` keep out
    of memory; ``watch`` is told each step, and what it raises ends the work; ``places`` are where ``look_at`` has kept
    the clean records of each file. Raises RecordsError or MappingError when
    the records or a mapping cannot be used; their ``source`` is the place in ``files``, from 0, of the file that is at
    fault.
    """
    if engine not in ENGINES:
        raise RecordsError("There is no engine {engine}. Choose one of {known}.", engine=engine, known=ENGINES)
    by = tuple(dict.fromkeys(by))
    unknown = [name for name in by if name not in GROUPS]
    if unknown:
        raise RecordsError("Cannot split by {unknown}; known: {known}.", unknown=tuple(unknown), known=GROUPS)
    with ExitStack() as stack:
        stack.enter_context(_told_of_memory(limits))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=scratch)))
        gathered = stack.enter_context(gather(files, folder, limits, watch, places))
        evidence = gathered.evidence
        for name in ("agent", "queue", "skill"):
            if name in by and not any(name in fields for fields in evidence.fields.values()):
                raise RecordsError("Cannot split by {name}: the mapping does not give the field {name}.", name=name)
        quality = whole_quality([each.quality for each in gathered.reports])
        names = _channels(quality["channels"]) if channels else []
        if engine == "postgres":
            evidence = replace(evidence, tables=stack.enter_context(in_postgres(evidence.tables, url)))
        elif engine == "spark":
            there = in_spark(evidence.tables, spark, folder, limits)
            evidence = replace(evidence, tables=stack.enter_context(there))
        monthly = _by_month(quality, names) if channels else []
        evidence = with_repeats(evidence) if engine == "duckdb" and (names or monthly) else evidence
        parts = 1 + len(names) + len(monthly)
        kpis, lacking = compute(evidence, by, watch=part(watch, 0, parts))
        return Measured(
            kpis=kpis,
            per_channel={
                name: compute(evidence.channel(name), joined=False, watch=part(watch, place, parts))[0]
                for place, name in enumerate(names, start=1)
            },
            quality=quality,
            rejected=_rejected(gathered.reports),
            not_measured=lacking,
            sources=tuple(Source(each.kind, each.quality, counted(each.rejected)) for each in gathered.reports),
            warnings=() if by else (*refused(_refusals(gathered.reports)), *beware(evidence, kpis)),
            monthly=tuple(
                each
                for place, split in enumerate(monthly, start=1 + len(names))
                for each in compute(evidence, split, joined="channel" not in split, watch=part(watch, place, parts))[0]
            ),
        )


def look_at(
    files: Sequence[tuple[Path, Mapping]],
    *,
    scratch: Path | None = None,
    limits: Limits = UNLIMITED,
    watch: Watch = unwatched,
    places: Sequence[Path | None] = (),
) -> tuple[Source, ...]:
    """Read and clean the files without computing any KPI: the quality report of each. Raises as ``measure_files``.

    ``places`` are where the clean records of each file are to be kept, so that measuring need not clean them again.
    """
    with ExitStack() as stack:
        stack.enter_context(_told_of_memory(limits))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=scratch)))
        gathered = stack.enter_context(gather(files, folder, limits, watch, places))
        whole_quality([each.quality for each in gathered.reports])
        return tuple(Source(each.kind, each.quality, counted(each.rejected)) for each in gathered.reports)


@contextlib.contextmanager
def _told_of_memory(limits: Limits) -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise RecordsError(
            "The records need more memory than is allowed ({memory}): raise RECORDS_MEMORY.",
            memory=limits.memory or "80%",
        ) from error


def _refusals(reports: Sequence[Report]) -> list[tuple[str, int, int]]:
    """Add up rows read and rejected of each kind."""
    found: dict[str, tuple[int, int]] = {}
    for report in reports:
        read, bad = found.get(report.kind, (0, 0))
        found[report.kind] = (read + report.quality["rows_read"], bad + report.quality["rows_rejected"])
    return [(kind, read, bad) for kind, (read, bad) in found.items()]


def _rejected(reports: Sequence[Report]) -> dict[str, Any]:
    """Add up the rejected rows of several files; lines are named only where there is one file."""
    if len(reports) == 1:
        return counted(reports[0].rejected)
    found: dict[str, Any] = {}
    for report in reports:
        for why, each in report.rejected.items():
            rows = found[why]["rows"] if why in found else 0
            found[why] = {"rows": rows + each.rows, "lines": []}
    return found


def _by_month(quality: dict[str, Any], names: list[str]) -> list[tuple[str, ...]]:
    """Say how the figures are split besides: not at all in one month, nor over more of them than anybody looks at."""
    first, last = (date.fromisoformat(quality[name]) for name in ("period_from", "period_to"))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if not 1 < months <= MOST_MONTHS:
        return []
    return [("month",), *([("month", "channel")] if names else [])]


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


__all__ = [
    "ENGINES",
    "GROUPS",
    "Limits",
    "Mapping",
    "MappingError",
    "Measured",
    "RecordsError",
    "Source",
    "Spark",
    "look_at",
    "measure_file",
    "measure_files",
    "parse_mapping",
]

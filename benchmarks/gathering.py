"""Several files of one period together: every kind in one table, with what was read and refused of each file."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from benchmarks.kpis.evidence import Evidence
from benchmarks.kpis.measure import Thresholds
from benchmarks.message import MessageError
from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError
from benchmarks.records.kept import keep, kept
from benchmarks.records.kinds import KINDS
from benchmarks.records.limits import UNLIMITED, Limits
from benchmarks.records.prepare import Records, Refused, prepare
from benchmarks.records.quality import quality_report
from benchmarks.records.source import connect
from benchmarks.watch import CHECKING, READING, Watch, part, unwatched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from benchmarks.records.mapping import Mapping

MAX_FILES = 100
_FILE_ROWS = 10**12  # more than any file has: rows of different files keep different numbers


@dataclass(frozen=True)
class Report:
    """What is known of one file: its quality report, and its rejected rows by reason."""

    kind: str
    quality: dict[str, Any]
    rejected: dict[str, Refused]


@dataclass(frozen=True)
class Part:
    """The clean records of one file, as Parquet; ``place`` is that of the file among those given."""

    mapping: Mapping
    path: Path
    fields: frozenset[str]
    place: int


@dataclass(frozen=True)
class Gathered:
    """All records of a run, there until the end of the ``with`` block, and a report per file in the order given."""

    evidence: Evidence
    reports: tuple[Report, ...]


@contextlib.contextmanager
def gather(
    files: Sequence[tuple[Path, Mapping]],
    folder: Path,
    limits: Limits = UNLIMITED,
    watch: Watch = unwatched,
    places: Sequence[Path | None] = (),
) -> Iterator[Gathered]:
    """Read all files. RecordsError or MappingError when one cannot be used; ``source`` is its place from 0.

    ``places`` are where the clean records of each file are kept, or are to be kept if they are not yet.
    """
    _check(files)
    places = places or [None] * len(files)
    if len(files) == 1 and kept(places[0]) is None:
        path, mapping = files[0]
        watch(READING, 0)
        with prepare(path, mapping, folder, limits) as records:
            watch(CHECKING, 0)
            report = _report(records, mapping, places[0])
            yield Gathered(_evidence({mapping.kind: records.table}, {mapping.kind: records.fields}, files), (report,))
        return
    reports, parts = _each(files, folder, limits, watch, places)
    connection = connect(folder)
    try:
        limits.set_for(connection)
        connection.raw_sql("SET preserve_insertion_order = false")  # rows carry their number
        tables, fields = _together(connection, parts)
        yield Gathered(_evidence(tables, fields, files), tuple(reports))
    finally:
        connection.disconnect()


def _check(files: Sequence[tuple[Path, Mapping]]) -> None:
    if not files:
        raise RecordsError(_("There is no file to measure."))
    if len(files) > MAX_FILES:
        raise RecordsError(_("A run has at most {most} files."), most=MAX_FILES)
    first = files[0][1]
    for place, (_path, mapping) in enumerate(files):
        if mapping.time_zone != first.time_zone:
            raise _at(place, RecordsError(_("The mappings of a run must name the same time zone.")))
        same = [other for _other, other in files if other.kind == mapping.kind]
        if any(_thresholds(other) != _thresholds(mapping) for other in same):
            raise _at(place, RecordsError(_("The mappings of one kind must state the same thresholds.")))


def _thresholds(mapping: Mapping) -> tuple[Any, ...]:
    return (
        *(mapping.service_level_seconds, mapping.short_abandon_seconds),
        *(mapping.complaint_seconds, mapping.ticket_seconds, mapping.warning_seconds),
    )


def _at(place: int, error: MessageError) -> MessageError:
    error.source = place
    return error


def _each(
    files: Sequence[tuple[Path, Mapping]],
    folder: Path,
    limits: Limits,
    watch: Watch,
    places: Sequence[Path | None],
) -> tuple[list[Report], list[Part]]:
    """Clean each file on its own into a Parquet file of ours, unless it is kept already."""
    reports, parts = [], []
    for place, (path, mapping) in enumerate(files):
        own = folder / f"source{place}"
        own.mkdir()
        told = part(watch, place, len(files))
        told(READING, 0)
        known = kept(places[place])
        if known:
            reports.append(Report(known.kind, known.quality, known.rejected))
            parts.append(Part(mapping, places[place] or own, known.fields, place))
            continue
        try:
            with prepare(path, mapping, own, limits) as records:
                told(READING, 0.6)
                reports.append(_report(records, mapping, places[place]))
                target = places[place]
                if target is None or not target.is_file():
                    target = folder / f"source{place}.parquet"
                    records.table.to_parquet(target)
                parts.append(Part(mapping, target, records.fields, place))
        except MessageError as error:
            raise _at(place, error) from error
    return reports, parts


def _report(records: Records, mapping: Mapping, place: Path | None) -> Report:
    """Report on clean records, and keep them where they have a place."""
    quality = quality_report(records, mapping)
    if place is not None:
        keep(records, quality, place)
    return Report(mapping.kind, quality, records.rejected)


def _together(connection: Backend, parts: Sequence[Part]) -> tuple[dict[str, ir.Table], dict[str, frozenset[str]]]:
    tables, fields = {}, {}
    for kind in dict.fromkeys(each.mapping.kind for each in parts):
        same = [each for each in parts if each.mapping.kind == kind]
        paths = [str(each.path) for each in same]
        several = len(same) > 1
        table = connection.read_parquet(paths, table_name=kind, union_by_name=True, filename=several)
        fields[kind] = frozenset[str]().union(*(each.fields for each in same))
        tables[kind] = _once(_numbered(table, same), kind) if several else table
    return tables, fields


def _numbered(table: ir.Table, parts: Sequence[Part]) -> ir.Table:
    """Make row numbers differ between the files of one kind, in the order of the files."""
    place = table.filename.cases(*((str(each.path), each.place) for each in parts))
    return table.mutate(row=table["row"] + place * _FILE_ROWS).drop("filename")


def _once(table: ir.Table, kind: str) -> ir.Table:
    """Of rows of different files with one number and one moment, keep the first: exports overlap."""
    moment = KINDS[kind].moment
    if not moment:
        return table
    number = ibis.row_number().over(group_by=[table.key, table[moment]], order_by=table["row"])
    return table.mutate(place=number).filter(lambda t: t.key.isnull() | (t.place == 0)).drop("place")


def _evidence(
    tables: dict[str, ir.Table], fields: dict[str, frozenset[str]], files: Sequence[tuple[Path, Mapping]]
) -> Evidence:
    mappings = [mapping for _path, mapping in files]
    queue = next((m for m in mappings if m.kind == "contacts"), mappings[0])
    desk = next((m for m in mappings if m.kind in {"tickets", "ticket_events"}), mappings[0])
    ends = [m.as_of for m in mappings if m.as_of]
    starts = [m.period_from for m in mappings if m.period_from]
    return Evidence(
        tables=tables,
        fields=fields,
        at=Thresholds(
            queue.service_level_seconds,
            queue.short_abandon_seconds,
            desk.complaint_seconds,
            desk.ticket_seconds,
            next((m.warning_seconds for m in mappings if m.warning_seconds is not None), None),
        ),
        zone=mappings[0].time_zone,
        as_of=max(ends) if ends else None,
        period_from=min(starts) if starts else None,
    )

"""How a mapping reads the first rows: each field before and after, and the columns that are not there any more."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import duckdb

from benchmarks.records.files import RecordsError
from benchmarks.records.guess import resembling
from benchmarks.records.located import Located, MappingError, read
from benchmarks.records.prepare import typed_rows
from benchmarks.records.source import open_records
from benchmarks.records.typed import typed

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.records.guess import Document
    from benchmarks.records.mapping import Mapping, Source
    from benchmarks.records.sample import Sample
    from benchmarks.records.source import Opened

SHOWN, SHOWN_ROWS = 3, 5


@dataclass(frozen=True)
class Gone:
    """A column that a mapping names and the file has not, with those of the file that look like it."""

    name: str
    alike: tuple[str, ...]


def gone(mapping: Mapping, sample: Sample) -> list[Gone]:
    """Say which columns of the mapping are missing, and which new ones look like them."""
    known = mapping.columns()
    new = [name for name in sample.names if name and name not in known]
    return [Gone(name, tuple(resembling(name, new))) for name in known if name not in sample.names]


@dataclass(frozen=True)
class Preview:
    """How the first rows of a file are read.

    ``fields`` leads from a field to what stands in the file and what becomes of it, row by row; ``rows`` are the first
    rows with the value of each of ``names`` and why the row is left out, empty where it is not; ``left_out`` counts
    the reasons over all ``looked`` rows.
    """

    fields: dict[str, list[tuple[str, str]]]
    names: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, ...], str], ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    looked: int = 0


def read_preview(sample: Sample, mapping: Mapping, folder: Path) -> Preview:
    """Read the rows of a sample as a mapping says; a dash where nothing comes out.

    What cannot be read from the sample is left out: its fault is named when the whole file is read.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([sample.names, *sample.rows])
    path = folder / "sample.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    try:
        opened = open_records(
            path, replace(mapping, format="csv", delimiter=",", encoding="utf-8", header_row=1), folder
        )
    except (MappingError, RecordsError):
        return Preview({})
    try:
        fields = {
            name: _pairs(name, source, sample, opened, mapping)
            for name, source in mapping.fields.items()
            if source.columns or source.condition
        }
        return _with_rows(fields, opened, mapping)
    except duckdb.Error:
        return Preview({})
    finally:
        opened.connection.disconnect()


def _with_rows(fields: dict[str, list[tuple[str, str]]], opened: Opened, mapping: Mapping) -> Preview:
    judged = opened.connection.create_table("judged", typed_rows(opened, mapping), temp=True)
    names = tuple(name for name in mapping.fields if name in judged.columns)
    shown = {f"f{place}": judged[name].cast("string") for place, name in enumerate(names)}
    first = judged.select(row=judged["row"], problem=judged.problem, **shown).order_by("row").limit(SHOWN_ROWS)
    rows = tuple(
        (tuple(_text(row[column]) for column in shown), row["problem"] if isinstance(row["problem"], str) else "")
        for row in first.execute().to_dict("records")
    )
    bad = judged.filter(judged.problem.notnull())
    counts = bad.group_by("problem").agg(rows=bad.count()).order_by("problem").execute()
    left_out = {str(why): int(count) for why, count in zip(counts["problem"], counts["rows"], strict=True)}
    return Preview(fields, names, rows, left_out, int(judged.count().execute()))


def _text(value: object) -> str:
    return value if isinstance(value, str) else "–"


def _pairs(name: str, source: Source, sample: Sample, opened: Opened, mapping: Mapping) -> list[tuple[str, str]]:
    columns = source.columns or ((source.condition.column,) if source.condition else ())
    value = typed(name, source, opened.table, opened.columns, mapping).value.cast("string")
    rows = opened.table.select(row=opened.table["row"], after=value).order_by("row").limit(SHOWN).execute()
    at = [sample.names.index(column) for column in columns]
    before = [" ".join(row[place] for place in at) for row in sample.rows[:SHOWN]]
    after = [_text(each) for each in rows["after"]]
    return list(zip(before, after, strict=False))


def document_of(text: str) -> Document:
    """Return the mapping file as plain sections, lists and texts. MappingError when it is no YAML."""
    root = _plain(read(text))
    return root if isinstance(root, dict) else {}


def _plain(place: Located) -> object:
    if isinstance(place.value, dict):
        return {name: _plain(each) for name, each in place.value.items()}
    if isinstance(place.value, list):
        return [_plain(each) for each in place.value]
    return place.value


__all__ = ["Gone", "Preview", "document_of", "gone", "read_preview"]

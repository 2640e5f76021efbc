"""How a mapping reads the first rows: each field before and after, and the columns that are not there any more."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from benchmarks.records.guess import resembling
from benchmarks.records.located import Located, MappingError, read
from benchmarks.records.source import open_records
from benchmarks.records.typed import typed

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.records.guess import Document
    from benchmarks.records.mapping import Mapping, Source
    from benchmarks.records.sample import Sample
    from benchmarks.records.source import Opened

SHOWN = 3


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


def read_examples(sample: Sample, mapping: Mapping, folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Give per field of the mapping what stands in the first rows and what becomes of it; a dash where nothing does.

    Fields that cannot be read from the sample are left out: their fault is named when the whole file is read.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([sample.names, *sample.rows[:SHOWN]])
    path = folder / "sample.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    try:
        opened = open_records(
            path, replace(mapping, format="csv", delimiter=",", encoding="utf-8", header_row=1), folder
        )
    except MappingError:
        return {}
    try:
        return {
            name: _pairs(name, source, sample, opened, mapping)
            for name, source in mapping.fields.items()
            if source.columns or source.condition
        }
    except duckdb.Error:
        return {}
    finally:
        opened.connection.disconnect()


def _pairs(name: str, source: Source, sample: Sample, opened: Opened, mapping: Mapping) -> list[tuple[str, str]]:
    columns = source.columns or ((source.condition.column,) if source.condition else ())
    value = typed(name, source, opened.table, opened.columns, mapping).value.cast("string")
    rows = opened.table.select(row=opened.table["row"], after=value).order_by("row").execute()
    at = [sample.names.index(column) for column in columns]
    before = [" ".join(row[place] for place in at) for row in sample.rows[:SHOWN]]
    after = [each if isinstance(each, str) else "–" for each in rows["after"]]
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


__all__ = ["Gone", "document_of", "gone", "read_examples"]

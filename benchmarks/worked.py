"""The worked example of a KPI: a few invented records through the expressions that measure a centre. No Django in here.

What a measure needs is not written down a second time: it is read off the same expressions.
"""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gathering import gather
from benchmarks.kpis.compute import compute
from benchmarks.kpis.examples import EXAMPLE_OF, EXAMPLES
from benchmarks.kpis.reading import columns_by_variant
from benchmarks.kpis.registry import KPIS
from benchmarks.records.behind import fields_of
from benchmarks.records.kinds import KINDS
from benchmarks.records.mapping import parse_mapping

if TYPE_CHECKING:
    from benchmarks.kpis.examples import Example
    from benchmarks.kpis.measure import Measurement

Needs = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Shown:
    """Records of one kind as they are shown: the fields that the measure reads, and what the rows say in them."""

    kind: str
    fields: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Worked:
    """A KPI's example: the records, what each variant gives on them, and which fields each variant reads."""

    records: tuple[Shown, ...]
    measured: dict[str, Measurement]
    needs: dict[str, Needs]
    as_of: str
    period_from: str

    @property
    def needed(self) -> Needs:
        """The fields by kind that one variant or another reads, in the kind's order."""
        return {each.kind: each.fields for each in self.records}


@lru_cache(maxsize=len(KPIS))
def worked(code: str) -> Worked:
    """Work out a KPI's example; once per process and KPI. KeyError when there is no such KPI."""
    example = EXAMPLES[EXAMPLE_OF[code]]
    measured, needs = _run(EXAMPLE_OF[code])
    mine = {variant: read for (kpi, variant), read in needs.items() if kpi == code}
    return Worked(
        records=tuple(_shown(kind, text, mine) for kind, text in example.records.items()),
        measured={each.variant: each for each in measured if each.kpi == code},
        needs=mine,
        as_of=example.as_of,
        period_from=example.period_from,
    )


def _shown(kind: str, text: str, needs: dict[str, Needs]) -> Shown:
    """Keep the columns that are read by one variant at least, in the order of the kind."""
    rows = list(csv.DictReader(io.StringIO(text)))
    read = {name for by_kind in needs.values() for name in by_kind.get(kind, ())}
    first = KINDS[kind].identity
    fields = tuple(name for name in KINDS[kind].fields if name in read or (name == first and name in rows[0]))
    return Shown(kind, fields, tuple(tuple(row[name] for name in fields) for row in rows))


@lru_cache(maxsize=len(EXAMPLES))
def _run(name: str) -> tuple[list[Measurement], dict[tuple[str, str], Needs]]:
    """Measure all that an example allows, in a DuckDB in memory; several KPIs share one."""
    example = EXAMPLES[name]
    given = {kind: frozenset(_header(text)) for kind, text in example.records.items()}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files = []
        for kind, text in example.records.items():
            path = folder / f"{kind}.csv"
            path.write_text(text, encoding="utf-8", newline="")
            files.append((path, parse_mapping(_mapping(kind, text, example))))
        with gather(files, folder) as gathered:
            read = columns_by_variant(gathered.evidence)
            needs = {
                name: {kind: fields_of(kind, columns, given[kind]) for kind, columns in by_kind.items()}
                for name, by_kind in read.items()
            }
            return compute(gathered.evidence)[0], needs


def _header(text: str) -> list[str]:
    return text.partition("\n")[0].split(",")


def _mapping(kind: str, text: str, example: Example) -> str:
    """Write the mapping of an example: every column is the field of its name."""
    lines = [f"kind: {kind}", "format: {type: csv}", "time_zone: UTC"]
    lines += [f"{name}: {day}" for name in ("as_of", "period_from") if (day := getattr(example, name))]
    return "\n".join([*lines, "fields:", *(f"  {name}: {{column: {name}}}" for name in _header(text)), ""])

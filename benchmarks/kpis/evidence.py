"""All records of a run together: one table per kind, and until when things without an end are counted."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from benchmarks.kpis.measure import Thresholds

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir


@dataclass(frozen=True)
class Evidence:
    """Clean records by kind: ``tables`` as ``records.prepare`` makes them, ``fields`` the names that were given.

    ``as_of`` and ``period_from`` are local times in ``zone``, None where nobody stated them. ``repeats`` is what
    ``handling.repeats_of`` makes of all contacts, where somebody has done so already.
    """

    tables: dict[str, ir.Table]
    fields: dict[str, frozenset[str]]
    at: Thresholds = field(default_factory=Thresholds)
    zone: str = "UTC"
    as_of: dt.datetime | None = None
    period_from: dt.datetime | None = None
    repeats: ir.Table | None = None

    def has(self, kind: str, *names: str) -> bool:
        """Say whether there are records of a kind with these fields."""
        return kind in self.tables and set(names) <= self.fields[kind]

    def seconds(self, moment: dt.datetime) -> int:
        """Count the seconds since 1970 of a local time."""
        return int(moment.replace(tzinfo=zoneinfo.ZoneInfo(self.zone)).timestamp())

    def now(self, kind: str) -> int:
        """Return until when records of a kind are followed, in seconds since 1970: as stated, or their last moment."""
        if self.as_of:
            return self.seconds(self.as_of)
        table = self.tables[kind]
        # A time by which something is due is a plan, not something that happened.
        names = [name for name in table.columns if name.endswith("_s") and not name.startswith(("due_", "review_"))]
        row = table.agg(**{name: table[name].max() for name in names}).execute().to_dict("records")[0]
        return max(int(value) for value in row.values() if value == value and value is not None)  # noqa: PLR0124 - NaN

    def channel(self, name: str) -> Evidence:
        """Keep the records of one channel, of the kinds that know channels."""
        kept = {
            kind: table.filter(table.channel == name)
            for kind, table in self.tables.items()
            if "channel" in table.columns
        }
        # A repeat in another channel is a repeat: the whole table was looked at before one channel of it is.
        repeats = None if self.repeats is None else self.repeats.filter(self.repeats.channel == name)
        return replace(self, tables=kept, fields={kind: self.fields[kind] for kind in kept}, repeats=repeats)

    def currency(self) -> tuple[str, ...]:
        """Return the currencies of the records of money."""
        names = self.tables["money"].select("currency").distinct().execute()["currency"]
        return tuple(sorted(map(str, names)))

"""From an open file to clean records: every row typed, or left out with a reason that is counted."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import ibis

from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.records.complete import complete
from benchmarks.records.files import RecordsError
from benchmarks.records.kinds import FIELDS, KINDS, RANGES
from benchmarks.records.limits import UNLIMITED, Limits
from benchmarks.records.reasons import LEFT_OUT, reason_message
from benchmarks.records.source import Opened, bad_lines, open_records, uncounted_lines
from benchmarks.records.typed import Typed, holds, is_sentinel, seconds_of, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import ibis.expr.types as ir

    from benchmarks.records.mapping import Condition, Mapping

EXAMPLES = 5


@dataclass(frozen=True)
class Refused:
    """Rows that share a reason: how many, and the lines of the first few."""

    rows: int
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Records:
    """Clean records of one kind in one shape.

    ``table`` has ``row``, ``day`` and ``key`` (a hash of what tells repeats, null where nothing does), the kind's
    moment as local time of the centre, and the fields that the mapping gives or that follow from them, of which
    ``fields`` are the names; moments of the kind's ``clock`` are there as seconds since 1970 too, as ``<name>_s``.
    ``rejected`` are rows that are wrong, ``left_out`` those the mapping leaves out.
    """

    table: ir.Table
    fields: frozenset[str]
    rows_read: int
    rejected: dict[str, Refused]
    left_out: dict[str, Refused]
    kind: str = "contacts"


@contextlib.contextmanager
def prepare(path: Path, mapping: Mapping, folder: Path, limits: Limits = UNLIMITED) -> Iterator[Records]:
    """Read a records file into clean records, there until the end of the ``with`` block.

    RecordsError or MappingError when it cannot be used at all.
    """
    opened = open_records(path, mapping, folder)
    try:
        limits.set_for(opened.connection)
        yield _usable(opened, mapping)
    finally:
        opened.connection.disconnect()


def _usable(opened: Opened, mapping: Mapping) -> Records:
    try:
        records = _prepare(opened, mapping)
    except duckdb.OutOfMemoryException:
        raise  # no fault of the file
    except duckdb.Error as error:
        raise RecordsError(
            _("The file cannot be read: {error}"), error=str(error).split(chr(10), maxsplit=1)[0][:200]
        ) from error
    if records.table.count().execute() == 0:
        raise _no_row(records.rejected | records.left_out)
    return records


def _no_row(refused: dict[str, Refused]) -> RecordsError:
    if not refused:
        return RecordsError(_("No row of the file can be used."))
    reasons = tuple(
        Message(_("{why} ({rows:,})"), {"why": reason_message(why), "rows": found.rows})
        for why, found in refused.items()
    )
    return RecordsError(_("No row of the file can be used: {reasons}."), reasons=reasons)


def _prepare(opened: Opened, mapping: Mapping) -> Records:
    prepared = opened.connection.create_table("prepared", typed_rows(opened, mapping))
    unreadable = bad_lines(opened)
    reasons = _reasons(prepared, opened)
    for line, why in unreadable:
        found = reasons.get(why, Refused(0, ()))
        reasons[why] = Refused(found.rows + 1, (*found.lines, line)[:EXAMPLES])
    table, twice = _without_duplicates(opened, prepared, mapping)
    if twice.rows:
        reasons["duplicate"] = twice
    left_out = {why: found for why, found in reasons.items() if why.startswith(LEFT_OUT)}
    rejected = {why: found for why, found in sorted(reasons.items()) if why not in left_out}
    rows = int(prepared.count().execute()) + len(unreadable)
    fields = frozenset(table.columns) - {"row", "day", "problem", "key"}
    fields -= {f"{name}_s" for name in KINDS[mapping.kind].clock}
    return Records(table.drop("problem"), fields, rows, rejected, left_out, mapping.kind)


def typed_rows(opened: Opened, mapping: Mapping) -> ir.Table:
    """Type every field in a view, then look for what is wrong: two steps, so that nothing is computed twice."""
    raw, columns = opened.table, opened.columns
    fields = {name: typed(name, source, raw, columns, mapping) for name, source in mapping.fields.items()}
    key = _key(opened, mapping)
    left_out = [(holds(c, raw, columns), f"{LEFT_OUT}{_condition(c)}") for c in mapping.leave_out]
    view = raw.select(
        row=raw["row"],
        **{name: field.value for name, field in fields.items()},
        **{f"given_{name}": field.given for name, field in fields.items() if field.given is not None},
        **_clock(fields, mapping),
        left_out=ibis.cases(*left_out, else_=ibis.null("string")) if left_out else ibis.null("string"),
        key=key.hash() if key is not None else ibis.null("int64"),
    )
    opened.connection.create_view("typed", view, overwrite=True)
    wrong = {name: field.wrong for name, field in fields.items() if field.given is not None}
    return _judged(opened.connection.table("typed"), wrong, mapping)


def _clock(fields: dict[str, Typed], mapping: Mapping) -> dict[str, ir.Value]:
    """Count the seconds of the moments that durations are made of; a moment that stands for "not known" has none."""
    found: dict[str, ir.Value] = {}
    for name in KINDS[mapping.kind].clock:
        if name in fields:
            unknown = is_sentinel(fields[name].value, mapping)
            found[f"{name}_s"] = ibis.cases((unknown, ibis.null("int64")), else_=seconds_of(fields[name]).cast("int64"))
    return found


def _judged(rows: ir.Table, wrong: dict[str, str], mapping: Mapping) -> ir.Table:
    kind = KINDS[mapping.kind]
    values: dict[str, ir.Value] = {name: _value(name, rows, mapping) for name in mapping.fields}
    problems: list[tuple[ir.BooleanValue, str]] = []
    for name in mapping.fields:
        if name in wrong:
            # For a difference of two moments, ``given`` already says that one of them was not readable.
            unread = rows[f"given_{name}"]
            since = mapping.fields[name].since
            problems.append((unread if since else unread & rows[name].isnull(), wrong[name]))
        problems += _out_of_range(name, rows[name])
    if kind.moment:
        sentinel = is_sentinel(rows[kind.moment], mapping)
        problems += [
            (rows[kind.moment].isnull(), f"{kind.moment}: missing"),
            (sentinel, f"{kind.moment}: sentinel date"),
        ]
    clock = {f"{name}_s": rows[f"{name}_s"] for name in kind.clock if name in mapping.fields}
    for first, then in kind.order:
        if first in mapping.fields and then in mapping.fields:
            problems.append((clock[f"{then}_s"] < clock[f"{first}_s"], f"{then}: before {first}"))
    complete(mapping.kind, values, problems)
    # Nothing is computed from the contact's own number: it only tells duplicates, by ``key``.
    values.pop("contact_id", None)
    problem = ibis.coalesce(rows.left_out, ibis.cases(*problems, else_=ibis.null("string")))
    day = rows[kind.moment].date() if kind.moment else ibis.null("date")
    return rows.select(row=rows["row"], **values, **clock, day=day, problem=problem, key=rows.key)


def _value(name: str, rows: ir.Table, mapping: Mapping) -> ir.Value:
    """Give a field; beside the moment of the kind, a date that stands for "not known" is no date."""
    if FIELDS[name] != "moment" or name == KINDS[mapping.kind].moment:
        return rows[name]
    return ibis.cases((is_sentinel(rows[name], mapping), ibis.null("timestamp")), else_=rows[name])


def _out_of_range(name: str, value: ir.Value) -> list[tuple[ir.BooleanValue, str]]:
    if FIELDS[name] in {"seconds", "amount"}:
        return [(value < 0, f"{name}: negative")]
    if name in RANGES:
        low, high = RANGES[name]
        outside = (value < low) | (value > high) | (value != value.floor())
        return [(outside, f"{name}: not a whole number from {low} to {high}")]
    return []


def _condition(condition: Condition) -> str:
    """Write a condition in signs, which every language reads alike."""
    sign = "≠" if condition.negated else "="
    values = ", ".join(value or '""' for value in condition.values)
    return f"{condition.column} {sign} {values}"


def _key(opened: Opened, mapping: Mapping) -> ir.Value | None:
    names, identity = mapping.duplicate_key, KINDS[mapping.kind].identity
    if not names and identity in mapping.fields:
        names = mapping.fields[identity].columns
    if not names:
        return None
    if len(names) == 1:
        return opened.table[opened.columns[names[0]]]
    parts = [opened.table[opened.columns[name]].cast("string") for name in names]
    return parts[0].concat(*(word for part in parts[1:] for word in ("\x1f", part)))


def _reasons(prepared: ir.Table, opened: Opened) -> dict[str, Refused]:
    bad = prepared.filter(prepared.problem.notnull())
    ranked = bad.mutate(place=ibis.row_number().over(group_by=bad.problem, order_by=bad["row"]))
    rows = ranked.filter(ranked.place < EXAMPLES).order_by("row").select("problem", "row").execute()
    counts = bad.group_by("problem").agg(rows=bad.count()).execute()
    missing_lines = uncounted_lines(opened) if len(counts) else []
    found = {}
    for why, count in zip(counts["problem"], counts["rows"], strict=True):
        lines = rows[rows["problem"] == why]["row"]
        found[str(why)] = Refused(int(count), tuple(_shift(int(line), missing_lines) for line in lines))
    return found


def _shift(line: int, missing_lines: list[int]) -> int:
    """Move a line down by the unreadable and blank lines above it, which the reader did not number."""
    for missing in missing_lines:
        if missing > line:
            break
        line += 1
    return line


def _without_duplicates(opened: Opened, prepared: ir.Table, mapping: Mapping) -> tuple[ir.Table, Refused]:
    """Keep the first of the rows that share a key. Equal hashes are only a hint: the keys themselves decide."""
    good = prepared.filter(prepared.problem.isnull())
    twice = good.filter(good.key.notnull()).group_by("key").having(lambda t: t.count() > 1).agg(n=lambda t: t.count())
    hints = twice.select("key").execute()
    key = _key(opened, mapping)
    if hints.empty or key is None:
        return good, Refused(0, ())
    suspects = good.filter(good.key.isin(twice.key)).select("row")
    texts = opened.table.select(row=opened.table["row"], text=key).inner_join(suspects, "row")
    ranked = texts.mutate(place=ibis.row_number().over(group_by=texts.text, order_by=texts["row"]))
    repeats = opened.connection.create_table("repeats", ranked.filter(ranked.place > 0).select("row"), temp=True)
    lines = sorted(int(line) for line in repeats.order_by("row").limit(EXAMPLES)["row"].execute())
    kept = good.anti_join(repeats, "row")
    missing = uncounted_lines(opened)
    return kept, Refused(int(repeats.count().execute()), tuple(_shift(line, missing) for line in lines))


__all__ = ["Records", "Refused", "prepare", "typed_rows"]

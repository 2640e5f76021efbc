"""Expressions that turn source columns into typed canonical fields, each with the problem it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import ibis.expr.datatypes as dt

from benchmarks.records.kinds import CODES, FIELDS
from benchmarks.records.mapping import EPOCHS, EXCEL_DAYS, MINGUO, UNITS, Condition, Mapping, Source

if TYPE_CHECKING:
    import ibis.expr.types as ir

_YES = ("true", "yes", "y", "t", "1")
_NO = ("false", "no", "n", "f", "0")
_LARGEST = 1e15
_LATEST = 2.5e11  # seconds: the year 9892
# Digits with their thousands set apart as they should be: where a mark stands elsewhere, it is another kind of mark,
# and the number a tenth or a thousand times of what it seems.
_POINT_GROUPED = r"^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$"
_COMMA = r"^[-+]?(\d+|\d{1,3}([. '\x{00a0}\x{202f}]\d{3})+)(,\d*)?$"
_MARKS = r"[. '\x{00a0}\x{202f}]"
# 1h 5m 30s and 5 min
_IN_LETTERS = r"^(\d+ ?h[a-z]* ?)?(\d+ ?m[a-z]* ?)?(\d+(\.\d+)? ?s[a-z]*)?$"
_EPOCH_IN_EXCEL = 25_569  # the day 1970-01-01
_DAY = 86_400
_DAYS = "bBcdjmxyY"  # the directives of which a layout with a day has some


class Typed(NamedTuple):
    """A field: its value, null where unknown or wrong; whether anything was given; what is wrong if it came to null.

    ``instant`` is a moment that clocks do not change: a time with its zone.
    """

    value: ir.Value
    given: ir.BooleanValue | None = None
    wrong: str = ""
    instant: ir.Value | None = None


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator] # ibis has no types here
def try_strptime(text: str, layout: str) -> dt.Timestamp():  # type: ignore[valid-type] # the type as ibis reads it
    """Read a moment, null where the text does not have the layout (DuckDB)."""


@ibis.udf.scalar.builtin(name="array_extract")  # type: ignore[untyped-decorator] # ibis has no types here
def letter_at(text: str, place: int) -> str:  # type: ignore[empty-body]
    """Give the letter at a place from 1, or from the end below 0 (DuckDB)."""


@ibis.udf.scalar.builtin(name="timezone")  # type: ignore[untyped-decorator] # ibis has no types here
def in_zone(zone: str, moment: dt.Timestamp()) -> dt.Timestamp():  # type: ignore[valid-type] # as ibis reads it
    """Go from a local time to an instant, or from an instant to a local time (DuckDB)."""


@ibis.udf.scalar.builtin(name="epoch")  # type: ignore[untyped-decorator] # ibis has no types here
def epoch_of(moment: dt.Timestamp()) -> float:  # type: ignore[valid-type,empty-body] # the type as ibis reads it
    """Count the seconds since 1970 of an instant; Ibis itself would take the local clock of it (DuckDB)."""


@ibis.udf.scalar.builtin(name="to_timestamp")  # type: ignore[untyped-decorator] # ibis has no types here
def from_epoch(seconds: float) -> dt.Timestamp("UTC"):  # type: ignore[valid-type] # the type as ibis reads it
    """Make the instant so many seconds after 1970 (DuckDB)."""


def typed(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    """Make the expression of the canonical field ``name``."""
    if source.condition and source.condition.filled:
        return Typed(_filled(source.condition, raw, columns, mapping))
    if source.condition:
        # A blank cell says nothing either way; where the field is needed, its absence is counted later.
        known = _as_text(raw[columns[source.condition.column]]).nullif("")
        values = source.condition.values
        return Typed(known.notin(values) if source.condition.negated else known.isin(values))
    if source.constant is not None:
        constant: Any = source.constant == "true" if FIELDS[name] == "flag" else source.constant
        return Typed(ibis.literal(constant))
    return _READERS[FIELDS[name]](name, source, raw, columns, mapping)


def _filled(condition: Condition, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> ir.BooleanValue:
    """Say whether a cell holds anything; a date that stands for "not known" is nothing."""
    text = _as_text(raw[columns[condition.column]]).fill_null("")
    filled = text.notin(condition.values) & text.substr(0, 10).notin(mapping.sentinel_dates)
    return filled if condition.negated else ~filled


def holds(condition: Condition, raw: ir.Table, columns: dict[str, str]) -> ir.BooleanValue:
    """Say whether a row fulfils a condition; a blank cell is the empty text."""
    value = _as_text(raw[columns[condition.column]]).fill_null("")
    return value.notin(condition.values) if condition.negated else value.isin(condition.values)


def _as_text(value: ir.Value) -> ir.StringValue:
    if value.type().is_string():
        # Few texts have blanks around them, and looking at both ends is much cheaper than stripping them all.
        loose = (value < "!") | (letter_at(value, -1) < "!")
        return ibis.cases((loose, value.strip()), else_=value)
    if value.type().is_boolean():
        return value.ifelse("true", "false")
    return value.cast("string")


def _text(source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> ir.StringValue:
    """Join the columns, translate codes, and make the mapping's words for "not known" null."""
    parts = [_as_text(raw[columns[name]]) for name in source.columns]
    if source.first and parts[1:]:
        known = [
            (part.isin(source.none) | part.substr(0, 10).isin(mapping.sentinel_dates)).ifelse(ibis.null("string"), part)
            for part in parts
        ]
        parts = [ibis.coalesce(*known)]
    # One expression, not one inside the other: the engine copies a nested one, twice as long with every value.
    text = parts[0].concat(*(word for part in parts[1:] for word in (source.join, part))) if parts[1:] else parts[0]
    text = text.isin(source.none).ifelse(ibis.null("string"), text)
    return text.cases(*source.codes, else_=text) if source.codes else text


def _read_text(_name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    return Typed(_text(source, raw, columns, mapping))


def _read_flag(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    column = raw[columns[source.columns[0]]]
    if column.type().is_boolean() and not source.codes and len(source.columns) == 1:
        return Typed(column)
    text = _text(source, raw, columns, mapping).lower()
    value = ibis.cases((text.isin(_YES), True), (text.isin(_NO), False), else_=ibis.null("boolean"))
    return Typed(value, text.notnull(), f"{name}: neither yes nor no")


def _number(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    column = raw[columns[source.columns[0]]]
    if column.type().is_numeric() and source.none == ("",) and not source.codes and len(source.columns) == 1:
        value = column.cast("float64")
        given = column.notnull()
    else:
        text = _text(source, raw, columns, mapping)
        value = _clock(text) if source.unit == "h:m:s" else _plain_number(text, mapping.decimal)
        given = text.notnull()
    # Infinity and NaN are numbers to the engine, not to anybody else: no such comparison holds for NaN.
    return Typed((value.abs() < _LARGEST).ifelse(value, ibis.null("float64")), given, f"{name}: not a number")


def _plain_number(text: ir.StringValue, decimal: str) -> ir.FloatingValue:
    """Read a number; null where thousands are not set apart in threes."""
    if decimal == ",":
        bare = text.re_replace(_MARKS, "").replace(",", ".")
        return text.re_search(_COMMA).ifelse(bare, ibis.null("string")).try_cast("float64")
    return text.re_search(_POINT_GROUPED).ifelse(text.replace(",", ""), text).try_cast("float64")


def _clock(text: ir.StringValue) -> ir.FloatingValue:
    parts = text.split(":")
    two = parts.length() == 2  # noqa: PLR2004 - minutes and seconds
    three = parts.length() == 3  # noqa: PLR2004 - hours, minutes and seconds

    def part(index: int) -> ir.FloatingValue:
        return parts[index].try_cast("float64")

    def letter(unit: str) -> ir.FloatingValue:
        return text.re_extract(rf"(\d+(?:\.\d+)?) ?{unit}", 1).try_cast("float64").fill_null(0.0)

    return ibis.cases(
        (three, part(0) * 3600 + part(1) * 60 + part(2)),
        (two, part(0) * 60 + part(1)),
        (text.re_search(_IN_LETTERS), letter("h") * 3600 + letter("m") * 60 + letter("s")),
        else_=ibis.null("float64"),
    )


def _read_seconds(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    if source.since:
        return _between(name, source, raw, columns, mapping)
    number = _number(name, source, raw, columns, mapping)
    factor = UNITS[source.unit]
    return number._replace(value=number.value * factor) if factor != 1 else number


def _between(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    start = Source(line=source.line, columns=(source.since or "",), none=source.none, layout=source.layout)
    begin = _read_moment(name, start, raw, columns, mapping)
    end = _read_moment(name, source, raw, columns, mapping)
    seconds = (seconds_of(end) - seconds_of(begin)).cast("float64")
    if _has_date(source.layout):
        unknown = is_sentinel(begin.value, mapping) | is_sentinel(end.value, mapping)
        seconds = ibis.cases((unknown, ibis.null("float64")), else_=seconds)
    given = (begin.given & begin.value.isnull()) | (end.given & end.value.isnull())
    return Typed(seconds, given, f"{name}: not a date and time")


def _has_date(layout: str | None) -> bool:
    """Say whether a layout reads a day. A time of day alone gets 1 January 1900, which says nothing."""
    return layout is None or "%" not in layout or any(f"%{letter}" in layout for letter in _DAYS)


def _in_common_years(text: ir.StringValue) -> ir.StringValue:
    """Write the year of a date that counts from 1912 as everybody else's: 115/03/02 is 2026/03/02."""
    year = text.re_extract(r"^\D*(\d{2,3})\D", 1).try_cast("int64") + 1911
    return year.cast("string").concat(text.re_replace(r"^\D*\d{2,3}", ""))


def is_sentinel(moment: ir.Value, mapping: Mapping) -> ir.BooleanValue:
    """Say whether a moment falls on a day that stands for "not known"."""
    return moment.date().isin([ibis.date(day) for day in mapping.sentinel_dates])


def _instant(seconds: ir.FloatingValue) -> ir.Value:
    """Make instants of seconds since 1970; null outside the years that clocks know."""
    sane = (seconds.abs() < _LATEST).ifelse(seconds, ibis.null("float64"))
    return from_epoch(sane)


def seconds_of(moment: Typed) -> ir.IntegerValue:
    """Count the seconds since 1970 of a moment: on them durations are right when the clocks change."""
    return epoch_of(moment.value if moment.instant is None else moment.instant).floor().cast("int64")


def _read_moment(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    column = raw[columns[source.columns[0]]]
    if column.type().is_date() and len(source.columns) == 1:
        column = column.cast("timestamp")
    if column.type().is_timestamp() and len(source.columns) == 1:
        instant = column if column.type().timezone is not None else in_zone(mapping.given_in, column)
        return _moment(name, column, instant, column.notnull(), mapping)
    text = _text(source, raw, columns, mapping)
    if source.layout in EPOCHS:
        instant = _instant(text.try_cast("float64") / EPOCHS[source.layout])
        return _moment(name, instant, instant, text.notnull(), mapping)
    if source.layout == EXCEL_DAYS:
        seconds = ((text.try_cast("float64") - _EPOCH_IN_EXCEL) * _DAY).round()
        local = in_zone("UTC", _instant(seconds))
        return _moment(name, local, in_zone(mapping.given_in, local), text.notnull(), mapping)
    if source.layout is None:
        # Read with its offset where it has one, otherwise as a time in the zone the mapping says (see ``connect``).
        instant = text.try_cast("timestamp('UTC')")
        return _moment(name, instant, instant, text.notnull(), mapping)
    if source.layout.startswith(MINGUO):
        text, layout = _in_common_years(text), source.layout.removeprefix(MINGUO)
    else:
        layout = source.layout
    parsed = try_strptime(text, layout)
    instant = parsed if "%z" in source.layout else in_zone(mapping.given_in, parsed)
    return _moment(name, instant if "%z" in source.layout else parsed, instant, text.notnull(), mapping)


def _moment(name: str, given: ir.Value, instant: ir.Value, known: ir.BooleanValue, mapping: Mapping) -> Typed:
    """Make a moment from what the file gives: a local time, or the instant itself."""
    if given is not instant and mapping.given_in == mapping.time_zone:
        local = given.cast("timestamp")
    else:
        local = in_zone(mapping.time_zone, instant)
    return Typed(local, known, f"{name}: not a date and time", instant)


def _read_score(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    return _number(name, source, raw, columns, mapping)


def _read_code(name: str, source: Source, raw: ir.Table, columns: dict[str, str], mapping: Mapping) -> Typed:
    text = _text(source, raw, columns, mapping)
    return Typed(text.isin(CODES[name]).ifelse(text, ibis.null("string")), text.notnull(), f"{name}: not a known code")


_READERS = {
    "text": _read_text,
    "code": _read_code,
    "amount": _read_score,
    "number": _read_score,
    "flag": _read_flag,
    "seconds": _read_seconds,
    "moment": _read_moment,
    "score": _read_score,
}

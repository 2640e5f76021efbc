"""The mapping file: which column of the records is which canonical field. See ``fixtures/mappings/README.md``."""

from __future__ import annotations

import codecs
import zoneinfo
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.records.kinds import CODES, FIELDS, KINDS
from benchmarks.records.located import Located, MappingError, read

if TYPE_CHECKING:
    from collections.abc import Iterable

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5", "latin-1", "cp1252")
FORMATS = ("csv", "parquet", "xlsx")
UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "h:m:s": 1.0}
# Moments that are counted from 1970: the name of the format, and how many there are in a second.
EPOCHS = {"epoch seconds": 1, "epoch milliseconds": 1000}
# Local days since 30 December 1899, as spreadsheets keep moments.
EXCEL_DAYS = "excel days"
# What comes before the layout of moments whose years are counted from 1912, as in Taiwan: 115 is 2026.
MINGUO = "minguo "
# Dates that systems write when they know none.
SENTINELS = ("0001-01-01", "1900-01-01", "1970-01-01", "9999-12-31")


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Whether a column holds one of ``values`` (or, with ``negated``, none of them).

    With ``filled`` the values are those that mean "not known", as an empty cell does: whether it holds any other.
    """

    column: str
    values: tuple[str, ...]
    negated: bool
    line: int
    filled: bool = False


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where one canonical field comes from. Exactly one of the ways is set; ``line`` is its place in the mapping.

    ``columns`` with ``join`` make one text, with ``first`` the first of them that is filled counts; ``layout`` is a
    strptime format for moments, one of ``EPOCHS`` or ``EXCEL_DAYS``;
    ``codes`` translates values; ``none`` are the values that mean "not known"; ``since`` is the column a duration is
    counted from.
    """

    line: int
    columns: tuple[str, ...] = ()
    join: str = " "
    first: bool = False
    constant: str | None = None
    condition: Condition | None = None
    codes: tuple[tuple[str, str], ...] | None = None
    none: tuple[str, ...] = ("",)
    layout: str | None = None
    unit: str = "seconds"
    since: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """A checked mapping. Thresholds are in seconds; ``time_zone`` decides which row belongs to which day.

    ``as_of`` and ``period_from`` are local times of the centre: until when, and from when, things are counted that
    have no end of their own (open tickets, people on the staff). None leaves both to the records.
    """

    title: str
    format: str
    time_zone: str
    given_in: str
    kind: str = "contacts"
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    header_row: int = 1
    fields: dict[str, Source] = field(default_factory=dict)
    leave_out: tuple[Condition, ...] = ()
    service_level_seconds: int = 20
    short_abandon_seconds: int = 5
    complaint_seconds: int = 259_200
    ticket_seconds: int = 432_000
    warning_seconds: int | None = None
    as_of: datetime | None = None
    period_from: datetime | None = None
    sentinel_dates: tuple[str, ...] = SENTINELS
    duplicate_key: tuple[str, ...] = ()

    def columns(self) -> dict[str, int]:
        """Return every source column that is named, with the first line that names it."""
        found: dict[str, int] = {}
        for source in self.fields.values():
            for name in (*source.columns, *((source.since,) if source.since else ())):
                found.setdefault(name, source.line)
            if source.condition:
                found.setdefault(source.condition.column, source.condition.line)
        for condition in self.leave_out:
            found.setdefault(condition.column, condition.line)
        for name in self.duplicate_key:
            found.setdefault(name, 1)
        return found


def parse_mapping(text: str) -> Mapping:
    """Check a mapping file. Raises MappingError, which names the line, at the first fault."""
    root = read(text)
    top = _known(root, Message(_("the mapping"), {}), _TOP)
    for name in ("kind", "format", "time_zone", "fields"):
        if name not in top:
            raise root.fail(_("“{name}” is missing."), name=name)
    kind = _one_of(top["kind"], tuple(KINDS), "kind", root)
    zone = _zone(top["time_zone"])
    given = _zone(top["given_in"]) if "given_in" in top else zone
    file = _known(top["format"], "format", {"type", "delimiter", "encoding", "decimal", "header_row"})
    thresholds = _known(top["thresholds"], "thresholds", _THRESHOLDS) if "thresholds" in top else {}
    return Mapping(
        title=top["title"].text("title") if "title" in top else "",
        format=_one_of(file.get("type"), FORMATS, "type", top["format"]),
        delimiter=_delimiter(file.get("delimiter")),
        encoding=_encoding(file.get("encoding")),
        decimal=_DECIMALS[_one_of(file["decimal"], tuple(_DECIMALS), "decimal", root)] if "decimal" in file else ".",
        header_row=_header_row(file.get("header_row")),
        time_zone=zone,
        given_in=given,
        kind=kind,
        fields=_fields(top["fields"], kind),
        leave_out=_leave_out(top.get("leave_out")),
        service_level_seconds=_seconds(thresholds, "service_level_seconds", 20),
        short_abandon_seconds=_seconds(thresholds, "short_abandon_seconds", 5),
        complaint_seconds=_seconds(thresholds, "complaint_seconds", 259_200),
        ticket_seconds=_seconds(thresholds, "ticket_seconds", 432_000),
        warning_seconds=_seconds(thresholds, "warning_seconds", 0) if "warning_seconds" in thresholds else None,
        as_of=_when(top, "as_of", end=True),
        period_from=_when(top, "period_from", end=False),
        sentinel_dates=_dates(top),
        duplicate_key=_texts(top, "duplicate_key", ()),
    )


_TOP = {
    *("kind", "title", "note", "format", "time_zone", "given_in", "fields", "leave_out", "thresholds"),
    *("sentinel_dates", "duplicate_key", "as_of", "period_from"),
}
_DECIMALS = {"point": ".", "comma": ","}
_MOST_HEADER_ROW = 100
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
# What a threshold may be at most: those of a queue a day, those of a ticket a year.
_DAY, _YEAR = 86_400, 31_622_400
_THRESHOLDS = {
    "service_level_seconds": _DAY,
    "short_abandon_seconds": _DAY,
    "complaint_seconds": _YEAR,
    "ticket_seconds": _YEAR,
    "warning_seconds": _YEAR,
}
_WAYS = ("column", "columns", "first_of", "constant", "equals", "in", "not_in", "filled", "map", "from")
_SOURCE = {*_WAYS, "none", "format", "unit", "join", "to", "note"}


def _known(place: Located, what: str | Message, names: Iterable[str]) -> dict[str, Located]:
    section = place.section(what)
    allowed = set(names)
    for name, value in section.items():
        if name not in allowed:
            raise value.fail(
                _("unknown name “{name}” in {what}; known: {known}."),
                name=name,
                what=what,
                known=tuple(sorted(allowed)),
            )
    return section


def _one_of(place: Located | None, allowed: tuple[str, ...], what: str, parent: Located) -> str:
    if place is None:
        raise parent.fail(_("{what} is missing; one of {known}."), what=what, known=allowed)
    if place.text(what) not in allowed:
        raise place.fail(_("{what} must be one of {known}."), what=what, known=allowed)
    return place.text(what)


def _zone(place: Located) -> str:
    name = place.text(Message(_("the time zone"), {}))
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise place.fail(_("unknown time zone “{name}”; write it as Area/City."), name=name) from error
    return name


def _delimiter(place: Located | None) -> str:
    if place is None:
        return ","
    given = _DELIMITERS.get(place.text("delimiter"), place.text("delimiter"))
    if len(given) != 1 or given in '"\r\n' or not given.isascii():
        raise place.fail(_("delimiter must be one character, or tab, comma, semicolon, pipe."))
    return given


def _header_row(place: Located | None) -> int:
    if place is None:
        return 1
    text = place.text("header_row")
    if not text.isascii() or not text.isdigit() or len(text) > 3 or not 1 <= int(text) <= _MOST_HEADER_ROW:  # noqa: PLR2004 - digits
        raise place.fail(_("header_row is the line that holds the names of the columns, from 1 to {most}."), most=100)
    return int(text)


def _encoding(place: Located | None) -> str:
    if place is None:
        return "utf-8"
    name = place.text("encoding").lower()
    if name not in ENCODINGS:
        raise place.fail(_("encoding must be one of {known}."), known=ENCODINGS)
    return codecs.lookup(name).name if name != "latin-1" else "latin-1"


def _whole(place: Located, what: str) -> int:
    text = place.text(what)
    if not text.isascii() or not text.isdigit() or len(text) > 8 or int(text) > _THRESHOLDS[what]:  # noqa: PLR2004 - digits of a year of seconds
        if _THRESHOLDS[what] == _DAY:
            raise place.fail(_("{what} must be a whole number of seconds, at most a day."), what=what)
        raise place.fail(_("{what} must be a whole number of seconds, at most a year."), what=what)
    return int(text)


def _when(top: dict[str, Located], name: str, *, end: bool) -> datetime | None:
    """Read a day or a local time; with ``end`` a day means its end."""
    if name not in top:
        return None
    text = top[name].text(name)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise top[name].fail(_("{what} is written like 2026-06-30 or 2026-06-30T18:00."), what=name) from error
    if found.tzinfo is not None or not 1970 < found.year < 9999:  # noqa: PLR2004 - years that clocks know
        raise top[name].fail(_("{what} is a local time of the centre, without an offset."), what=name)
    whole_day = end and found.time() == time.min and "T" not in text and " " not in text.strip()
    return found + timedelta(days=1) if whole_day else found


def _seconds(section: dict[str, Located], name: str, usual: int) -> int:
    return _whole(section[name], name) if name in section else usual


def _texts(top: dict[str, Located], name: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    return top[name].texts(name) if name in top else usual


def _dates(top: dict[str, Located]) -> tuple[str, ...]:
    if "sentinel_dates" not in top:
        return SENTINELS
    for item in top["sentinel_dates"].items("sentinel_dates"):
        try:
            date.fromisoformat(item.text("sentinel_dates"))
        except ValueError as error:
            raise item.fail(_("a sentinel date is written like 1900-01-01.")) from error
    return top["sentinel_dates"].texts("sentinel_dates")


def _condition(place: Located) -> Condition:
    section = _known(place, Message(_("a condition"), {}), {"column", "equals", "in", "not_in", "why"})
    ways = [name for name in ("equals", "in", "not_in") if name in section]
    if "column" not in section or len(ways) != 1:
        raise place.fail(_("a condition has a column and one of equals, in, not_in."))
    value = section[ways[0]]
    return Condition(
        column=section["column"].text("column"),
        values=(value.text("equals"),) if ways[0] == "equals" else value.texts(ways[0]),
        negated=ways[0] == "not_in",
        line=place.line,
    )


def _leave_out(place: Located | None) -> tuple[Condition, ...]:
    return tuple(_condition(item) for item in place.items("leave_out")) if place else ()


def _fields(place: Located, kind: str) -> dict[str, Source]:
    table = KINDS[kind]
    sources = {name: _source(name, value) for name, value in _known(place, "fields", table.fields).items()}
    if table.moment and table.moment not in sources:
        raise place.fail(_("the field “{field}” is missing; without it nothing belongs to a day."), field=table.moment)
    for name in table.needed:
        if name not in sources:
            raise place.fail(
                _("the field “{field}” is missing; records of the kind {kind} need it."), field=name, kind=kind
            )
    for name, others in table.requires.items():
        for other in others:
            if name in sources and other not in sources:
                raise place.fail(_("“{field}” needs “{other}”."), field=name, other=other)
    if table.any_of and not any(set(group) <= sources.keys() for group in table.any_of):
        groups = tuple(" + ".join(group) for group in table.any_of)
        raise place.fail(_("records of the kind {kind} need one of these: {fields}."), kind=kind, fields=groups)
    return sources


def _source(name: str, place: Located) -> Source:
    section = _known(place, Message(_("the field “{name}”"), {"name": name}), _SOURCE)
    if "column" in section and "filled" in section:
        return _checked(name, place, Source(line=place.line, condition=_filled(place, section)))
    if "column" in section and {"equals", "in", "not_in"} & section.keys():
        kept = {key: value for key, value in section.items() if key in {"column", "equals", "in", "not_in"}}
        condition = _condition(Located(kept, place.line))
        return _checked(name, place, Source(line=place.line, condition=condition))
    return _checked(name, place, _plain(place, section))


def _filled(place: Located, section: dict[str, Located]) -> Condition:
    says = _one_of(section["filled"], ("true", "false"), "filled", place)
    unknown = section["none"].texts("none") if "none" in section else ()
    column = section["column"].text("column")
    return Condition(column=column, values=("", *unknown), negated=says == "true", line=place.line, filled=True)


def _plain(place: Located, section: dict[str, Located]) -> Source:
    columns: tuple[str, ...]
    if "constant" in section:
        return Source(line=place.line, constant=section["constant"].text("constant"))
    if "from" in section:
        if "to" not in section:
            raise place.fail(_("“from” needs “to”: the columns between which the seconds are counted."))
        to = section["to"]
        columns = to.texts("to") if isinstance(to.value, list) else (to.text("to"),)
    elif "first_of" in section:
        columns = section["first_of"].texts("first_of")
    elif "columns" in section:
        columns = section["columns"].texts("columns")
    elif "column" in section:
        columns = (section["column"].text("column"),)
    else:
        raise place.fail(_("say where the field comes from: column, columns, first_of, constant, from and to."))
    if not columns:
        raise place.fail(_("columns is an empty list."))
    return Source(
        line=place.line,
        columns=columns,
        since=section["from"].text("from") if "from" in section else None,
        join=section["join"].text("join") if "join" in section else " ",
        first="first_of" in section or "from" in section,
        codes=_codes(section["map"]) if "map" in section else None,
        none=("", *section["none"].texts("none")) if "none" in section else ("",),
        layout=section["format"].text("format") if "format" in section else None,
        unit=_one_of(section["unit"], tuple(UNITS), "unit", place) if "unit" in section else "seconds",
    )


def _codes(place: Located) -> tuple[tuple[str, str], ...]:
    return tuple((key, value.text("map")) for key, value in place.section("map").items())


def _checked(name: str, place: Located, source: Source) -> Source:
    kind = FIELDS[name]
    if kind == "flag" and source.constant is not None and source.constant not in {"true", "false"}:
        raise place.fail(_("the field “{name}” is a flag: its constant is true or false."), name=name)
    if kind != "flag" and source.condition:
        raise place.fail(_("the field “{name}” cannot come from a condition; only flags can."), name=name)
    if kind == "code" and source.constant is not None and source.constant not in CODES[name]:
        raise place.fail(_("the field “{name}” is one of {known}."), name=name, known=CODES[name])
    if kind not in {"text", "code", "flag"} and source.constant is not None:
        raise place.fail(_("the field “{name}” cannot be a constant."), name=name)
    if source.since and kind != "seconds":
        raise place.fail(_("only seconds are counted from one column to another."))
    return source


__all__ = ["FIELDS", "Condition", "Mapping", "MappingError", "Source", "parse_mapping"]

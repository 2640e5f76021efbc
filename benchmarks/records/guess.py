"""From the first rows of any export to a mapping, every guess stated with its reason. Nobody has to believe it."""

from __future__ import annotations

import difflib
import re
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.records.answering import guess_answering, unknown_answering
from benchmarks.records.closeness import closeness, plain_header
from benchmarks.records.header_words import (
    CODE_WORDS,
    HEADERS,
    NO,
    READ_AS_FLAGS,
    SCORES_IN_WORDS,
    TESTS,
    UNITS_IN_WORDS,
    UNKNOWN,
    YES,
)
from benchmarks.records.kinds import CODES, FIELDS, KINDS, Kind
from benchmarks.records.looks import MOST, NO_MOMENT, Look, is_clock, look_at_column
from benchmarks.records.mapping import SENTINELS
from benchmarks.records.reasons import field_message
from benchmarks.records.sample import Sample, Stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Document = dict[str, Any]
_SHOWN = 5
_FEW = 40  # different values of a column that holds codes


@dataclass(frozen=True)
class Offer:
    """A condition that might leave out rows which are no real contacts; taken only when somebody says so."""

    column: str
    value: str
    rows: int


@dataclass(frozen=True)
class Guess:
    """A mapping as a document (``written`` makes the file of it), what was guessed and why, what is doubtful."""

    document: Document
    stated: tuple[Stated, ...]
    doubts: tuple[Message, ...]
    offers: tuple[Offer, ...]


def guess(sample: Sample, *, time_zone: str, kind: str = "") -> Guess:
    """Guess kind (where not given), formats and fields; ``time_zone`` is the centre's, where the records state none."""
    names = [name for name in dict.fromkeys(sample.names) if name and sample.names.count(name) == 1]
    looks = {name: look_at_column(sample, name) for name in names}
    kind, fits = (kind, _columns(KINDS[kind], names, looks)[0]) if kind else _kind(names, looks)
    stated = [*sample.stated, _kind_stated(kind, fits), _zone(looks, time_zone)]
    fields: dict[str, Any] = {}
    for field, name in fits.items():
        entry, why = _entry(kind, field, name, sample, looks)
        stated.append(why)
        if entry:
            fields[field] = entry
    if kind == "contacts":
        stated += guess_answering(fields, sample, names, looks)
    _only_whole(kind, fields, stated)
    fields = {name: fields[name] for name in KINDS[kind].fields if name in fields}
    section = dict(sample.format)
    decimal = _decimal([looks[name] for name in fits.values()])
    if decimal:
        section |= {"decimal": decimal.value} if decimal.value == "comma" else {}
        stated.append(decimal)
    document: Document = {"kind": kind, "format": section, "time_zone": time_zone, "fields": fields}
    sentinels, doubts = _sentinels(sample, fits, looks)
    if sentinels:
        document["sentinel_dates"] = [*SENTINELS, *sentinels]
    doubts += _unlike(kind, fields, sample, looks)
    if kind == "contacts" and not {"score_csat", "score_nps", "score_ces"} & fields.keys():
        doubts += unknown_answering(fields, sample, names)
    doubts += _missing(kind, fields)
    return Guess(document, tuple(stated), (*sample.doubts, *doubts), tuple(_offers(sample, names)))


def _decimal(looks: Sequence[Look]) -> Stated | None:
    """Say which mark is the decimal one, where numbers hold marks that can be read in two ways."""
    commas = [look for look in looks if look.type == "comma"]
    if commas:
        confidence = min((look.confidence for look in commas), key=_ORDER.index)
        words = Message(_("Numbers are written with a comma; points set thousands apart."), {})
        return Stated("decimal", "comma", words, confidence)
    if any(look.type == "grouped" for look in looks):
        words = Message(_("Commas set thousands apart: they stand before three digits only."), {})
        return Stated("decimal", "point", words, "likely")
    return None


def _unlike(kind: str, fields: dict[str, Any], sample: Sample, looks: dict[str, Look]) -> list[Message]:
    """Name columns that are called like a field, but hold what cannot be read as such."""
    used = {str(entry.get("column")) for entry in fields.values()}
    doubts = []
    for name, look in looks.items():
        field = max(KINDS[kind].fields, key=lambda each: closeness(each, name))
        wanted = FIELDS[field]
        fits = look.type in _FITS[wanted] or look.type == "empty" or field in fields or name in used
        if not fits and wanted in {"moment", "seconds", "score", "amount"} and closeness(field, name) > 2:  # noqa: PLR2004 - see ``closeness``
            values = tuple(dict.fromkeys(sample.column(name)))[:_SHOWN]
            words = _("“{name}” sounds like {field}, but its values cannot be read as that: {values}.")
            doubts.append(Message(words, {"name": name, "field": field_message(field), "values": values}))
    return doubts


def written(document: Document) -> str:
    """Write a mapping document as YAML."""
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120))


_FITS = {
    "moment": {"moment", "instant", "epoch"},
    "seconds": {"number", "comma", "grouped", "clock", "letters"},
    "score": {"number", "comma", "scored"},
    "amount": {"number", "comma", "grouped"},
    "number": {"number", "comma", "grouped"},
    "flag": {"text", "number", "flag"},
    "code": {"text", "number", "scored"},
    "text": {"text", "number", "comma", "grouped", "empty", "scored"},
}


def _kind(names: Sequence[str], looks: dict[str, Look]) -> tuple[str, dict[str, str]]:
    """Take the kind whose fields find the most columns; one whose needs are not met is worth less."""
    best, worth, fits = "contacts", -1.0, dict[str, str]()
    for name, kind in KINDS.items():
        found, score = _columns(kind, names, looks)
        lacking = sum(field not in found for field in (*kind.needed, *((kind.moment,) if kind.moment else ())))
        if kind.any_of and not any(set(group) <= found.keys() for group in kind.any_of):
            lacking += 1
        score -= lacking * 3
        if score > worth or (not fits and name == "contacts"):
            best, worth, fits = name, score, found
    return best, fits


def _columns(kind: Kind, names: Sequence[str], looks: dict[str, Look]) -> tuple[dict[str, str], float]:
    """Give each field the column that is closest, no column to two fields."""
    pairs = [
        (near, field, name)
        for field, type_ in kind.fields.items()
        for name in names
        if (near := closeness(field, name)) > 0 and looks[name].type in _FITS[type_]
    ]
    if kind.moment and not any(field == kind.moment for _c, field, _n in pairs):
        moments = [name for name in names if looks[name].type in _FITS["moment"]]
        pairs += [(0.5, kind.moment, moments[0])] if moments else []
    found: dict[str, str] = {}
    score = 0.0
    for near, field, name in sorted(pairs, key=lambda each: -each[0]):
        if field not in found and name not in found.values():
            found[field] = name
            score += near
    return found, score


def _kind_stated(kind: str, fits: dict[str, str]) -> Stated:
    words = _("{count} columns fit fields of this kind of records.")
    return Stated("kind", kind, Message(words, {"count": len(fits)}), "likely" if len(fits) > 2 else "unsure")  # noqa: PLR2004


def _zone(looks: dict[str, Look], time_zone: str) -> Stated:
    if any(look.type == "instant" for look in looks.values()):
        words = _("The times state their offset; days are counted in the centre's zone.")
        return Stated("time_zone", time_zone, Message(words, {}), "sure")
    if any(look.type == "epoch" for look in looks.values()):
        words = _("The times are counted from 1970; days are counted in the centre's zone.")
        return Stated("time_zone", time_zone, Message(words, {}), "sure")
    return Stated("time_zone", time_zone, Message(_("The times state none: the centre's own zone."), {}), "unsure")


def _entry(
    kind: str, field: str, name: str, sample: Sample, looks: dict[str, Look]
) -> tuple[dict[str, Any] | None, Stated]:
    """Make the section of a field in the mapping, and state why."""
    look, type_ = looks[name], FIELDS[field]
    entry: dict[str, Any] = {"column": name}
    values = sample.column(name)
    near = closeness(field, name)
    reason: Message = Message(_("The name of the column."), {})
    confidence = "sure" if near > 2.5 else "likely" if near > 1 else "unsure"  # noqa: PLR2004 - see ``closeness``
    if KINDS[kind].identity == field and len(set(values)) < len(values) * MOST:
        words = _("It repeats: {different} different values in {rows} rows, so it does not name a record.")
        return None, Stated(field, name, Message(words, {"different": len(set(values)), "rows": len(values)}), "unsure")
    if type_ == "moment":
        entry, reason = _moment_entry(name, look, sample, looks)
        confidence = min(confidence, look.confidence, key=_ORDER.index)
    elif type_ == "seconds":
        unit, reason, confidence = _unit(field, name, look, values, confidence)
        entry |= {"unit": unit} if unit != "seconds" else {}
    elif type_ == "flag":
        made, reason = _flag(name, sample)
        if made is None:
            return None, Stated(field, name, reason, "unsure")
        entry = made
    elif type_ == "code":
        codes, reason, confidence = _codes(field, name, sample)
        entry |= {"map": codes} if codes else {}
    elif type_ == "score" and look.type == "scored":
        entry |= {"map": {value: SCORES_IN_WORDS[value.lower()] for value in dict.fromkeys(values)}}
        reason = look.reason or reason
    if field == "score_nps" and re.search(r"\b1 (?:to )?10\b", plain_header(name)):
        words = _("It is a scale from 1 to 10, which is another measure than 0 to 10: its scores do not compare.")
        return None, Stated(field, name, Message(words, {}), "unsure")
    if type_ in {"text", "seconds", "score", "amount", "number", "moment"}:
        unknown = _unknown(field, values)
        entry |= {"none": unknown} if unknown else {}
    return entry, Stated(field, name, reason, confidence)


_ORDER = ("unsure", "likely", "sure")


def _moment_entry(name: str, look: Look, sample: Sample, looks: dict[str, Look]) -> tuple[dict[str, Any], Message]:
    entry: dict[str, Any] = {"column": name}
    reason = look.reason or Message(_("The name of the column."), {})
    clock = _beside(name, sample, looks) if look.type == "moment" and "%H" not in look.layout else None
    given = sample.column(name)[:50]
    dates_only = not any(":" in value or (not look.layout and len(value) > 10) for value in given)  # noqa: PLR2004 - a date
    if clock and dates_only and name not in sample.types:
        seconds = any(value.count(":") > 1 for value in sample.column(clock)[:50])
        layout = f"{look.layout or '%Y-%m-%d'} {'%H:%M:%S' if seconds else '%H:%M'}"
        words = Message(_("{reason} The time of day stands in the column “{name}”."), {"reason": reason, "name": clock})
        return {"columns": [name, clock], "format": layout}, words
    return entry | ({"format": look.layout} if look.layout else {}), reason


def _beside(name: str, sample: Sample, looks: dict[str, Look]) -> str | None:
    """Find the time of day that belongs to a date: the clock column whose name says time, nearest to it."""
    at = sample.names.index(name)
    near = sorted((n for n in looks if looks[n].type == "clock"), key=lambda n: abs(sample.names.index(n) - at))
    for other in near:
        values = sample.column(other)[:200]
        day = all(int(value.split(":")[0]) < 24 for value in values if is_clock(value))  # noqa: PLR2004 - hours
        late = any(int(value.split(":")[0]) > 2 for value in values if is_clock(value))  # noqa: PLR2004 - no wait
        said = re.search(r"time|entry|zeit|时间|時間|时刻", plain_header(other)) and not _is_duration(other)
        if day and (late or abs(sample.names.index(other) - at) == 1) and said:
            return other
    return None


def _is_duration(header: str) -> bool:
    durations = [field for field, type_ in FIELDS.items() if type_ == "seconds"]
    return max(closeness(field, header) for field in durations) > 2  # noqa: PLR2004 - see ``closeness``


def _unit(field: str, name: str, look: Look, values: Sequence[str], confidence: str) -> tuple[str, Message, str]:
    if look.type in {"clock", "letters"}:
        return "h:m:s", look.reason or Message(_("The name of the column."), {}), confidence
    words = plain_header(name).split()
    for unit, told in UNITS_IN_WORDS.items():
        if any(word in words or (not word.isascii() and word in name) for word in told):
            return unit, Message(_("The name of the column states the unit: {unit}."), {"unit": unit}), confidence
    middle = _middle(values, look)
    if field in _OF_A_CONTACT and middle >= _TOO_LONG:
        params = {"hours": round(middle / 3600, 1)}
        words_ = _("No unit is stated, and in seconds the middle one would last {hours} hours: taken for milliseconds.")
        return "milliseconds", Message(words_, params), "unsure"
    return "seconds", Message(_("No unit is stated; seconds are usual."), {}), confidence


# Lengths within one contact: seldom hours.
_OF_A_CONTACT = {"wait_seconds", "handle_seconds", "talk_seconds", "hold_seconds", "wrap_seconds"}
_TOO_LONG = 10_000.0


def _middle(values: Sequence[str], look: Look) -> float:
    """Give the median of the numbers above 0."""
    marks = str.maketrans(",", ".", ".") if look.type == "comma" else str.maketrans("", "", ",")
    plain = [value.translate(marks) for value in values]
    numbers = [float(value) for value in plain if value.replace(".", "", 1).isdecimal()]
    above = [number for number in numbers if number > 0]
    return statistics.median(above) if above else 0.0


def _flag(name: str, sample: Sample) -> tuple[dict[str, Any] | None, Message]:
    if sample.types.get(name) == "flag":
        return {"column": name}, Message(_("The file says so itself."), {})
    counts = Counter(sample.column(name))
    said = tuple(value for value, _count in counts.most_common(_SHOWN))
    lower = {value.lower() for value in counts}
    if lower and lower <= set(READ_AS_FLAGS):
        return {"column": name}, Message(_("The values say yes or no: {values}."), {"values": said})
    yes = [value for value in counts if value.lower() in YES]
    no = [value for value in counts if value.lower() in NO]
    if yes and len(yes) + len(no) == len(counts):
        return {"column": name, "in": yes}, Message(_("The values say yes or no: {values}."), {"values": said})
    return None, Message(_("The values say neither yes nor no: {values}."), {"values": said})


def _codes(field: str, name: str, sample: Sample) -> tuple[dict[str, str], Message, str]:
    counts = Counter(sample.column(name))
    found: dict[str, str] = {}
    strange = []
    for value, _count in counts.most_common(_FEW):
        if value in CODES[field]:
            continue
        plain = value.lower().strip()
        code = _code(field, plain)
        if code:
            found[value] = code
        else:
            strange.append(value)
    if strange:
        words = _("These values are no known code; say what they mean: {values}.")
        return found, Message(words, {"values": tuple(strange[:_SHOWN])}), "unsure"
    return found, Message(_("Every value is a known code or a word for one."), {}), "likely"


def _code(field: str, plain: str) -> str | None:
    """Find the code that a value is called by, or whose name it begins or ends with ("Status changed to Solved")."""
    known = [(word, code) for code, words in CODE_WORDS.get(field, {}).items() for word in (code.lower(), *words)]
    whole = next((code for word, code in known if plain == word), None)
    parts = plain_header(plain)
    ends = (code for word, code in known if parts.endswith(f" {word}") or parts.startswith(f"{word} "))
    return whole or next(ends, None)


def _unknown(field: str, values: Sequence[str]) -> list[str]:
    """Find the values that stand for "not known"; a customer 0 is nobody."""
    counts = Counter(values)
    found = [value for value in counts if value.lower() in UNKNOWN]
    if FIELDS[field] == "moment":
        found += [value for value in NO_MOMENT if value in counts]
    if field in {"customer", "agent"} and "0" in counts:
        found.append("0")
    return found


def _only_whole(kind: str, fields: dict[str, Any], stated: list[Stated]) -> None:
    """Drop fields that need another which was not found: the mapping would be refused."""
    table = KINDS[kind]
    changed = True
    while changed:
        lacking = [f for f, others in table.requires.items() if f in fields and not set(others) <= fields.keys()]
        changed = bool(lacking)
        for name in lacking:
            others = tuple(other for other in table.requires[name] if other not in fields)
            del fields[name]
            stated[:] = [each for each in stated if each.what != name]
            words = _("It needs {others}, for which no column was found.")
            stated.append(Stated(name, "", Message(words, {"others": others}), "unsure"))


def _missing(kind: str, fields: dict[str, Any]) -> list[Message]:
    table = KINDS[kind]
    needed = tuple(name for name in (*((table.moment,) if table.moment else ()), *table.needed) if name not in fields)
    words = _("No column was found for what records of the kind {kind} need: {fields}. Choose it below.")
    return [Message(words, {"kind": kind, "fields": needed})] if needed else []


def _sentinels(sample: Sample, fits: dict[str, str], looks: dict[str, Look]) -> tuple[list[str], list[Message]]:
    """Find dates that stand for "not known": the same day of a year that is far away, again and again."""
    extra: set[str] = set()
    doubts = []
    for field, name in fits.items():
        if FIELDS[field] != "moment" or looks[name].type not in {"moment", "instant"}:
            continue
        far = Counter(match[0] for value in sample.column(name) if (match := re.search(r"\d{4}-\d{2}-\d{2}", value)))
        odd = {day: rows for day, rows in far.items() if not "1985" < day < "2090" and not day.startswith("0000")}
        extra |= {day for day in odd if day not in SENTINELS}
        doubts += [
            Message(
                _("“{column}” has the date {day} {rows} times: it is taken for “not known”."),
                {"column": name, "day": day, "rows": rows},
            )
            for day, rows in sorted(odd.items())[:_SHOWN]
        ]
    return sorted(extra), doubts


def _offers(sample: Sample, names: Iterable[str]) -> list[Offer]:
    found = []
    for name in names:
        counts = Counter(sample.column(name))
        if len(counts) > len(sample.rows) * 0.5 and len(counts) > _FEW:
            continue
        for value, rows in counts.items():
            if set(plain_header(value).split()) & set(TESTS) or any(w in value for w in TESTS if not w.isascii()):
                found.append(Offer(name, value, rows))
    return found[:20]


def resembling(missing: str, names: Iterable[str]) -> list[str]:
    """Return the columns that may be meant by a name that is not there: the same field's words, or similar letters."""
    about = {field for field in HEADERS if closeness(field, missing) > 1.5}  # noqa: PLR2004 - see ``closeness``
    plain = {name: plain_header(name) for name in names}
    alike = difflib.get_close_matches(plain_header(missing), plain.values(), n=3, cutoff=0.6)
    return [n for n, p in plain.items() if p in alike or any(closeness(field, n) > 1 for field in about)][:3]


__all__ = ["Document", "Guess", "Offer", "guess", "resembling", "written"]

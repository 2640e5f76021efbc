"""From the first rows of any export to a mapping, every guess stated with its reason. Nobody has to believe it."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.records.header_words import (
    ABANDONED,
    ANSWERED,
    CODE_WORDS,
    HEADERS,
    NO,
    OUTCOMES,
    READ_AS_FLAGS,
    TESTS,
    UNITS_IN_WORDS,
    UNKNOWN,
    YES,
)
from benchmarks.records.kinds import CODES, FIELDS, KINDS, Kind
from benchmarks.records.mapping import SENTINELS
from benchmarks.records.sample import Sample, Stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Document = dict[str, Any]
_MOST = 0.8  # share of the values that has to look like what is guessed
_SURE = 0.97
_SHOWN = 5
_FEW = 40  # different values of a column that holds codes
_MOMENT = re.compile(
    r"(?P<a>\d{1,4})(?P<s>[-/.年])(?P<b>\d{1,2})(?P<t>[-/.月])(?P<c>\d{1,4})(?P<d>日?)"
    r"(?:(?P<gap>[ T]?)(?P<h>\d{1,2})(?P<u>[:时時])(?P<m>\d{2})(?P<v>分?)(?::?(?P<x>\d{2})(?P<w>秒?))?(?P<f>\.\d+)?"
    r"(?: ?(?P<p>[AaPp][Mm]))?(?P<z>Z|[+-]\d{2}:?\d{2})?)?"
)
_CLOCK = re.compile(r"\d{1,3}:\d{2}(:\d{2}(\.\d+)?)?")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})  # as the words of the headers are written
_COMMA = re.compile(r"[-+]?\d{1,3}(\.\d{3})*,\d+|[-+]?\d+,\d+")


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


@dataclass(frozen=True)
class _Look:
    """What the values of a column look like. ``layout`` is how moments are written, ``share`` how many look so."""

    type: str
    share: float = 1.0
    layout: str = ""
    reason: Message | None = None
    confidence: str = "sure"


def guess(sample: Sample, *, time_zone: str, kind: str = "") -> Guess:
    """Guess kind (where not given), formats and fields; ``time_zone`` is the centre's, where the records state none."""
    names = [name for name in dict.fromkeys(sample.names) if name and sample.names.count(name) == 1]
    looks = {name: _look(sample, name) for name in names}
    kind, fits = (kind, _columns(KINDS[kind], names, looks)[0]) if kind else _kind(names, looks)
    stated = [*sample.stated, _kind_stated(kind, fits), _zone(looks, time_zone)]
    fields: dict[str, Any] = {}
    for field, name in fits.items():
        entry, why = _entry(field, name, sample, looks)
        if entry:
            fields[field] = entry
            stated.append(why)
    if kind == "contacts":
        stated += _outcomes(fields, sample, names)
    _only_whole(kind, fields, stated)
    fields = {name: fields[name] for name in KINDS[kind].fields if name in fields}
    section = dict(sample.format)
    if any(looks[name].type == "comma" for name in fits.values()):
        section["decimal"] = "comma"
        stated.append(Stated("decimal", "comma", Message(_("Numbers are written with a comma."), {}), "sure"))
    document: Document = {"kind": kind, "format": section, "time_zone": time_zone, "fields": fields}
    sentinels, doubts = _sentinels(sample, fits, looks)
    if sentinels:
        document["sentinel_dates"] = [*SENTINELS, *sentinels]
    doubts += _missing(kind, fields)
    return Guess(document, tuple(stated), (*sample.doubts, *doubts), tuple(_offers(sample, names)))


def written(document: Document) -> str:
    """Write a mapping document as YAML."""
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120))


def _said(share: float) -> int:
    return min(round(share * 100), 100)


def _confident(share: float) -> str:
    return "sure" if share >= _SURE else "likely" if share >= _MOST else "unsure"


def _look(sample: Sample, name: str) -> _Look:
    """Say what most values of a column look like."""
    if sample.types.get(name):
        return _Look(sample.types[name], reason=Message(_("The file says so itself."), {}))
    values = [value for value in sample.column(name) if value.lower() not in UNKNOWN]
    if not values:
        return _Look("empty", 0.0)
    for test in (_as_moment, _as_epoch, _as_clock, _as_number):
        look = test(values)
        if look.share >= _MOST:
            return look
    return _Look("text")


def _as_moment(values: Sequence[str]) -> _Look:
    found = [match for value in values if (match := _MOMENT.fullmatch(value))]
    share = len(found) / len(values)
    if share < _MOST:
        return _compact(values)
    year_first = sum(len(each["a"]) == 4 for each in found)  # noqa: PLR2004 - digits of a year
    typical = Counter(_shape(each) for each in found).most_common(1)[0][0]
    if year_first * 2 > len(found):
        return _year_first(found, share, typical)
    day_only = sum(int(each["a"]) > 12 for each in found)  # noqa: PLR2004 - months
    month_only = sum(int(each["b"]) > 12 for each in found)  # noqa: PLR2004 - months
    day_first, confidence = day_only >= month_only, _confident(share)
    params = {"share": _said(share), "count": max(day_only, month_only)}
    if day_only and month_only:
        words, confidence = (
            _("{share} % look like dates, but some only day-first and others only month-first."),
            "unsure",
        )
    elif day_only:
        words = _("{share} % of the values look like dates day-first; {count} rows could only be day-first.")
    elif month_only:
        words = _("{share} % of the values look like dates month-first; {count} rows could only be month-first.")
    else:
        dots = found[0]["s"] == "."
        day_first, confidence = dots, "unsure"
        words = _("{share} % look like dates, but no row tells the day from the month.")
    year = "%Y" if len(found[0]["c"]) == 4 else "%y"  # noqa: PLR2004 - digits of a year
    first, second = ("%d", "%m") if day_first else ("%m", "%d")
    layout = f"{first}{found[0]['s']}{second}{found[0]['t']}{year}{typical}"
    return _Look("moment", share, layout, Message(words, params), confidence)


def _shape(match: re.Match[str]) -> str:
    """Write the layout of the time of a moment."""
    if match["h"] is None:
        return match["d"] or ""
    noon = match["p"] is not None
    text = f"{match['d'] or ''}{match['gap'] or ''}{'%I' if noon else '%H'}{match['u']}%M{match['v'] or ''}"
    if match["x"]:
        text += f"{':' if not match['v'] else ''}%S{match['w'] or ''}"
    text += ".%f" if match["f"] else ""
    text += " %p" if noon and " " + match["p"] in match[0] else "%p" if noon else ""
    return text + ("%z" if match["z"] else "")


def _year_first(found: Sequence[re.Match[str]], share: float, typical: str) -> _Look:
    first = found[0]
    words = Message(_("{share} % of the values look like dates, the year first."), {"share": _said(share)})
    zoned = any(each["z"] for each in found)
    usual = first["s"] == first["t"] == "-" and (typical == "" or "%S" in typical) and "%I" not in typical
    layout = "" if usual or zoned else f"%Y{first['s']}%m{first['t']}%d{typical}"
    return _Look("instant" if zoned else "moment", share, layout, words, _confident(share))


def _compact(values: Sequence[str]) -> _Look:
    """Read 20260301 and 20260301081500."""
    for length, layout in ((14, "%Y%m%d%H%M%S"), (8, "%Y%m%d"), (6, "%y%m%d")):
        fits = [v for v in values if len(v) == length and re.fullmatch(r"(19|20)?\d\d(0[1-9]|1[0-2])[0-3]\d+", v)]
        if len(fits) / len(values) >= _SURE:
            words = Message(_("{share} % of the values look like dates, the year first."), {"share": 100})
            return _Look("moment", 1.0, layout, words, "likely")
    return _Look("text", 0.0)


def _as_epoch(values: Sequence[str]) -> _Look:
    for name, low, high in (("epoch seconds", 9e8, 2.2e9), ("epoch milliseconds", 9e11, 2.2e12)):
        share = sum(bool(_NUMBER.fullmatch(v)) and low <= float(v) <= high for v in values) / len(values)
        if share >= _SURE:
            words = Message(_("{share} % of the values are counted from 1970."), {"share": _said(share)})
            return _Look("epoch", share, name, words, "likely")
    return _Look("text", 0.0)


def _as_clock(values: Sequence[str]) -> _Look:
    share = sum(bool(_CLOCK.fullmatch(value)) for value in values) / len(values)
    words = Message(_("{share} % of the values are written with colons."), {"share": _said(share)})
    return _Look("clock", share, reason=words, confidence=_confident(share))


def _as_number(values: Sequence[str]) -> _Look:
    plain = sum(bool(_NUMBER.fullmatch(value)) for value in values) / len(values)
    comma = sum(bool(_COMMA.fullmatch(value)) for value in values) / len(values)
    share = plain + comma
    words = Message(_("{share} % of the values are numbers."), {"share": _said(share)})
    return _Look("comma" if comma > plain * 0.1 and comma else "number", share, "", words, _confident(share))


def _plain(header: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return re.sub(r"[\W_]+", " ", spaced).strip().lower().translate(_UMLAUTS)


def _closeness(field: str, header: str) -> float:
    """Say how much a header speaks for a field: 0 not at all, 3 as much as can be."""
    plain, words = _plain(header), HEADERS.get(field, ())
    best = 3.0 if plain.replace(" ", "_") == field else 0.0
    for place, word in enumerate(words):
        less = place * 0.005
        if plain == word:
            best = max(best, 3.0 - less)
        elif word.isascii() and re.search(rf"\b{re.escape(word)}\b", plain):
            best = max(best, 1.5 + 0.5 * len(word) / len(plain) - less)
        elif not word.isascii() and word in plain:
            best = max(best, 1.6 + len(word) / len(plain) - less)
    return best


_FITS = {
    "moment": {"moment", "instant", "epoch"},
    "seconds": {"number", "comma", "clock"},
    "score": {"number", "comma"},
    "amount": {"number", "comma"},
    "number": {"number", "comma"},
    "flag": {"text", "number", "flag"},
    "code": {"text", "number"},
    "text": {"text", "number", "comma", "empty"},
}


def _kind(names: Sequence[str], looks: dict[str, _Look]) -> tuple[str, dict[str, str]]:
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


def _columns(kind: Kind, names: Sequence[str], looks: dict[str, _Look]) -> tuple[dict[str, str], float]:
    """Give each field the column that is closest, no column to two fields."""
    pairs = [
        (closeness, field, name)
        for field, type_ in kind.fields.items()
        for name in names
        if (closeness := _closeness(field, name)) > 0 and looks[name].type in _FITS[type_]
    ]
    if kind.moment and not any(field == kind.moment for _c, field, _n in pairs):
        moments = [name for name in names if looks[name].type in _FITS["moment"]]
        pairs += [(0.5, kind.moment, moments[0])] if moments else []
    found: dict[str, str] = {}
    score = 0.0
    for closeness, field, name in sorted(pairs, key=lambda each: -each[0]):
        if field not in found and name not in found.values():
            found[field] = name
            score += closeness
    return found, score


def _kind_stated(kind: str, fits: dict[str, str]) -> Stated:
    words = _("{count} columns fit fields of this kind of records.")
    return Stated("kind", kind, Message(words, {"count": len(fits)}), "likely" if len(fits) > 2 else "unsure")  # noqa: PLR2004


def _zone(looks: dict[str, _Look], time_zone: str) -> Stated:
    if any(look.type == "instant" for look in looks.values()):
        words = _("The times state their offset; days are counted in the centre's zone.")
        return Stated("time_zone", time_zone, Message(words, {}), "sure")
    if any(look.type == "epoch" for look in looks.values()):
        words = _("The times are counted from 1970; days are counted in the centre's zone.")
        return Stated("time_zone", time_zone, Message(words, {}), "sure")
    return Stated("time_zone", time_zone, Message(_("The times state none: the centre's own zone."), {}), "unsure")


def _entry(field: str, name: str, sample: Sample, looks: dict[str, _Look]) -> tuple[dict[str, Any] | None, Stated]:
    """Make the section of a field in the mapping, and state why."""
    look, type_ = looks[name], FIELDS[field]
    entry: dict[str, Any] = {"column": name}
    values = sample.column(name)
    near = _closeness(field, name)
    reason: Message = Message(_("The name of the column."), {})
    confidence = "sure" if near > 2.5 else "likely" if near > 1 else "unsure"  # noqa: PLR2004 - see ``_closeness``
    if any(kind.identity == field for kind in KINDS.values()) and len(set(values)) < len(values) * _MOST:
        words = _("It repeats: {different} different values in {rows} rows, so it does not name a record.")
        return None, Stated(field, name, Message(words, {"different": len(set(values)), "rows": len(values)}), "unsure")
    if type_ == "moment":
        entry, reason = _moment_entry(name, look, sample, looks)
        confidence = min(confidence, look.confidence, key=_ORDER.index)
    elif type_ == "seconds":
        unit, reason = _unit(name, look)
        entry |= {"unit": unit} if unit != "seconds" else {}
    elif type_ == "flag":
        made, reason = _flag(name, sample)
        if made is None:
            return None, Stated(field, name, reason, "unsure")
        entry = made
    elif type_ == "code":
        codes, reason, confidence = _codes(field, name, sample)
        entry |= {"map": codes} if codes else {}
    if type_ in {"text", "seconds", "score", "amount", "number", "moment"}:
        unknown = _unknown(field, values)
        entry |= {"none": unknown} if unknown else {}
    return entry, Stated(field, name, reason, confidence)


_ORDER = ("unsure", "likely", "sure")


def _moment_entry(name: str, look: _Look, sample: Sample, looks: dict[str, _Look]) -> tuple[dict[str, Any], Message]:
    entry: dict[str, Any] = {"column": name}
    reason = look.reason or Message(_("The name of the column."), {})
    clock = _beside(name, sample, looks) if look.type == "moment" and "%H" not in look.layout else None
    dates_only = not any(":" in value or len(value) > 10 for value in sample.column(name)[:50])  # noqa: PLR2004 - a date
    if clock and dates_only and name not in sample.types:
        seconds = any(value.count(":") > 1 for value in sample.column(clock)[:50])
        layout = f"{look.layout or '%Y-%m-%d'} {'%H:%M:%S' if seconds else '%H:%M'}"
        words = Message(_("{reason} The time of day stands in the column “{name}”."), {"reason": reason, "name": clock})
        return {"columns": [name, clock], "format": layout}, words
    return entry | ({"format": look.layout} if look.layout else {}), reason


def _beside(name: str, sample: Sample, looks: dict[str, _Look]) -> str | None:
    """Find the time of day that belongs to a date: the clock column whose name says time, nearest to it."""
    at = sample.names.index(name)
    near = sorted((n for n in looks if looks[n].type == "clock"), key=lambda n: abs(sample.names.index(n) - at))
    for other in near:
        values = sample.column(other)[:200]
        day = all(int(value.split(":")[0]) < 24 for value in values if _CLOCK.fullmatch(value))  # noqa: PLR2004 - hours
        late = any(int(value.split(":")[0]) > 2 for value in values if _CLOCK.fullmatch(value))  # noqa: PLR2004 - no wait
        said = re.search(r"time|entry|uhrzeit|时间|時間|时刻", _plain(other)) and not _is_duration(other)
        if day and (late or abs(sample.names.index(other) - at) == 1) and said:
            return other
    return None


def _is_duration(header: str) -> bool:
    durations = [field for field, type_ in FIELDS.items() if type_ == "seconds"]
    return max(_closeness(field, header) for field in durations) > 2  # noqa: PLR2004 - see ``_closeness``


def _unit(name: str, look: _Look) -> tuple[str, Message]:
    if look.type == "clock":
        return "h:m:s", look.reason or Message(_("The name of the column."), {})
    words = _plain(name).split()
    for unit, said in UNITS_IN_WORDS.items():
        if any(word in words or (not word.isascii() and word in name) for word in said):
            return unit, Message(_("The name of the column states the unit: {unit}."), {"unit": unit})
    return "seconds", Message(_("No unit is stated; seconds are usual."), {})


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
        code = next((c for c, words in CODE_WORDS.get(field, {}).items() if plain in (c.lower(), *words)), None)
        if code:
            found[value] = code
        else:
            strange.append(value)
    if strange:
        words = _("These values are no known code; say what they mean: {values}.")
        return found, Message(words, {"values": tuple(strange[:_SHOWN])}), "unsure"
    return found, Message(_("Every value is a known code or a word for one."), {}), "likely"


def _unknown(field: str, values: Sequence[str]) -> list[str]:
    """Find the values that stand for "not known"; a customer 0 is nobody."""
    counts = Counter(values)
    found = [value for value in counts if value.lower() in UNKNOWN]
    if field in {"customer", "agent"} and "0" in counts:
        found.append("0")
    return found


def _outcomes(fields: dict[str, Any], sample: Sample, names: Sequence[str]) -> list[Stated]:
    """Find who was answered and who gave up, in one column of outcomes or in a flag for one of them."""
    if "answered" not in fields:
        for name in sorted(names, key=lambda each: -_outcome_closeness(each)):
            counts = Counter(sample.column(name))
            if not _outcome_closeness(name) or len(counts) > _FEW:
                continue
            answered = [value for value in counts if value.lower() in ANSWERED]
            given_up = [value for value in counts if value.lower() in ABANDONED]
            if answered and given_up:
                fields["answered"] = {"column": name, "in": answered}
                fields["abandoned"] = {"column": name, "in": given_up}
                others = tuple(value for value in counts if value not in {*answered, *given_up})
                if others:
                    fields["queued"] = {"column": name, "in": [*answered, *given_up]}
                return [_outcome_stated(name, tuple(answered), tuple(given_up), others)]
    gave_up = fields.get("abandoned")
    if "answered" in fields or not gave_up:
        return []
    name = gave_up["column"]
    left = [value for value in Counter(sample.column(name)) if value.lower() in NO]
    if not left:
        return []
    fields["answered"] = {"column": name, "in": left}
    words = _("Who did not give up was answered: {values}.")
    return [Stated("answered", name, Message(words, {"values": tuple(left)}), "likely")]


def _outcome_closeness(header: str) -> int:
    plain = _plain(header)
    return 2 * (plain in OUTCOMES) or int(any(word in plain for word in OUTCOMES))


def _outcome_stated(name: str, answered: tuple[str, ...], gave_up: tuple[str, ...], others: tuple[str, ...]) -> Stated:
    params = {"answered": answered, "gave_up": gave_up, "others": others[:_SHOWN]}
    if not others:
        return Stated("answered", name, Message(_("Answered: {answered}; gave up: {gave_up}."), params), "likely")
    words = _("Answered: {answered}; gave up: {gave_up}; all others are taken as never queued: {others}.")
    return Stated("answered", name, Message(words, params), "unsure")


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


def _sentinels(sample: Sample, fits: dict[str, str], looks: dict[str, _Look]) -> tuple[list[str], list[Message]]:
    """Find dates that stand for "not known": the same day of a year that is far away, again and again."""
    extra: set[str] = set()
    doubts = []
    for field, name in fits.items():
        if FIELDS[field] != "moment" or looks[name].type not in {"moment", "instant"}:
            continue
        far = Counter(match[0] for value in sample.column(name) if (match := re.search(r"\d{4}-\d{2}-\d{2}", value)))
        odd = {day: rows for day, rows in far.items() if not "1985" < day < "2090"}
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
            if set(_plain(value).split()) & set(TESTS) or any(w in value for w in TESTS if not w.isascii()):
                found.append(Offer(name, value, rows))
    return found[:20]


def resembling(missing: str, names: Iterable[str]) -> list[str]:
    """Return the columns that may be meant by a name that is not there: the same field's words, or similar letters."""
    about = {field for field in HEADERS if _closeness(field, missing) > 1.5}  # noqa: PLR2004 - see ``_closeness``
    plain = {name: _plain(name) for name in names}
    alike = difflib.get_close_matches(_plain(missing), plain.values(), n=3, cutoff=0.6)
    return [n for n, p in plain.items() if p in alike or any(_closeness(field, n) > 1 for field in about)][:3]


__all__ = ["Document", "Guess", "Offer", "guess", "resembling", "written"]

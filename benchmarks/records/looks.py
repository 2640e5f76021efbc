"""What the values of a column look like: moments and how they are written, durations, numbers, words on a scale."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.records.header_words import SCORES_IN_WORDS, UNKNOWN
from benchmarks.records.mapping import EXCEL_DAYS, MINGUO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.records.sample import Sample

MOST = 0.8  # share of the values that has to look like what is guessed
SURE = 0.97
_TIME = (
    r"(?:(?P<gap>,? ?T?)(?P<h>\d{1,2})(?P<u>[:时時])(?P<m>\d{2})(?P<v>分?)(?::?(?P<x>\d{2})(?P<w>秒?))?(?P<f>\.\d+)?"
    r"(?: ?(?P<p>[AaPp][Mm]))?(?P<z>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_MOMENT = re.compile(
    r"(?P<era>民國 ?)?(?P<a>\d{1,4})(?P<s>[-/.年])(?P<b>\d{1,2})(?P<t>[-/.月])(?P<c>\d{1,4})(?P<d>日?)" + _TIME
)
_NAMED = re.compile(
    r"(?P<k>(?P<weekday>[A-Z][a-z]{2}), )?(?:(?P<a>\d{1,2})(?P<s>[- ./])(?P<b>[A-Za-z]{3,9})\.?(?P<t>[- ./,]{1,2})"
    r"|(?P<b2>[A-Za-z]{3,9}) (?P<a2>\d{1,2}),? )(?P<c>\d{4}|\d{2})(?P<d>)" + _TIME
)
_CLOCK = re.compile(r"\d{1,3}:\d{2}(:\d{2}(\.\d+)?)?")
_IN_LETTERS = re.compile(r"(?=\d)(\d+ ?h[a-z]* ?)?(\d+ ?m[a-z]* ?)?(\d+(\.\d+)? ?s[a-z]*)?")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_COMMA = re.compile(r"[-+]?\d{1,3}(\.\d{3})*,\d+|[-+]?\d+,\d+")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
# Which of two marks sets thousands apart: one that stands before three digits only, where a number may have them.
_COMMA_IN_THREES = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_POINT_IN_THREES = re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+")
_POINT_TWICE = re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3}){2,}")
# What systems write where they know no moment.
NO_MOMENT = ("0", "0.0", "0000-00-00", "0000-00-00 00:00:00", "0000/00/00", "00/00/0000")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Look:
    """What the values of a column look like. ``layout`` is how moments are written, ``share`` how many look so."""

    type: str
    share: float = 1.0
    layout: str = ""
    reason: Message | None = None
    confidence: str = "sure"


def look_at_column(sample: Sample, name: str) -> Look:
    """Say what most values of a column look like."""
    if sample.types.get(name):
        return Look(sample.types[name], reason=Message(_("The file says so itself."), {}))
    values = [value for value in sample.column(name) if value.lower() not in UNKNOWN]
    if not values:
        return Look("empty", 0.0)
    dated = [value for value in values if value not in NO_MOMENT]
    for test in (_as_moment, _as_named_month, _as_epoch):
        look = test(dated) if dated else Look("text", 0.0)
        if look.share >= MOST:
            return look
    for test in (_as_clock, _as_number, _as_score_in_words):
        look = test(values)
        if look.share >= MOST:
            return look
    return Look("text")


def is_clock(value: str) -> bool:
    """Say whether a value is written as hours, minutes and seconds."""
    return bool(_CLOCK.fullmatch(value))


def said(share: float) -> int:
    """Give a share in per cent."""
    return min(round(share * 100), 100)


def _confident(share: float) -> str:
    return "sure" if share >= SURE else "likely" if share >= MOST else "unsure"


def _as_moment(values: Sequence[str]) -> Look:
    found = [match for value in values if (match := _MOMENT.fullmatch(value))]
    share = len(found) / len(values)
    if share < MOST:
        return _compact(values)
    typical = Counter(_shape(each) for each in found).most_common(1)[0][0]
    if sum(bool(each["era"]) or len(each["a"]) == 3 for each in found) * 2 > len(found):  # noqa: PLR2004 - 115 is 2026
        return _minguo(found[0], share, typical)
    year_first = sum(len(each["a"]) == 4 for each in found)  # noqa: PLR2004 - digits of a year
    if year_first * 2 > len(found):
        return _year_first(found, share, typical)
    day_only = sum(int(each["a"]) > 12 for each in found)  # noqa: PLR2004 - months
    month_only = sum(int(each["b"]) > 12 for each in found)  # noqa: PLR2004 - months
    day_first, confidence = day_only >= month_only, _confident(share)
    params = {"share": said(share), "count": max(day_only, month_only)}
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
    return Look("moment", share, layout, Message(words, params), confidence)


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


def _year_first(found: Sequence[re.Match[str]], share: float, typical: str) -> Look:
    first = found[0]
    words = Message(_("{share} % of the values look like dates, the year first."), {"share": said(share)})
    zoned = any(each["z"] for each in found)
    usual = first["s"] == first["t"] == "-" and (typical == "" or "%S" in typical) and "%I" not in typical
    layout = "" if usual or zoned else f"%Y{first['s']}%m{first['t']}%d{typical}"
    return Look("instant" if zoned else "moment", share, layout, words, _confident(share))


def _minguo(first: re.Match[str], share: float, typical: str) -> Look:
    words = Message(_("{share} % of the values look like dates with years counted from 1912."), {"share": said(share)})
    return Look("moment", share, f"{MINGUO}%Y{first['s']}%m{first['t']}%d{typical}", words, "likely")


def _as_named_month(values: Sequence[str]) -> Look:
    """Read 02-Mar-2026, Mon, 2 March 2026 and Mar 2, 2026."""
    found = [match for value in values if (match := _NAMED.fullmatch(value))]
    found = [match for match in found if (match["b"] or match["b2"])[:3].lower() in _MONTHS]
    share = len(found) / len(values)
    if share < MOST:
        return Look("text", 0.0)
    first = found[0]
    whole = any(len(match["b"] or match["b2"]) > 3 for match in found)  # noqa: PLR2004 - letters of an abbreviation
    month, year = "%B" if whole else "%b", "%Y" if len(first["c"]) == 4 else "%y"  # noqa: PLR2004 - digits of a year
    if first["b2"]:
        date = f"{month} %d{', ' if ',' in first[0] else ' '}{year}"
    else:
        date = f"{'%a, ' if first['k'] else ''}%d{first['s']}{month}{first['t']}{year}"
    typical = Counter(_shape(each) for each in found).most_common(1)[0][0]
    words = Message(_("{share} % of the values look like dates with the month in letters."), {"share": said(share)})
    return Look("moment", share, date + typical, words, _confident(share))


def _compact(values: Sequence[str]) -> Look:
    """Read 20260301 and 20260301081500."""
    for length, layout in ((14, "%Y%m%d%H%M%S"), (8, "%Y%m%d"), (6, "%y%m%d")):
        fits = [v for v in values if len(v) == length and re.fullmatch(r"(19|20)?\d\d(0[1-9]|1[0-2])[0-3]\d+", v)]
        if len(fits) / len(values) >= SURE:
            words = Message(_("{share} % of the values look like dates, the year first."), {"share": 100})
            return Look("moment", 1.0, layout, words, "likely")
    return Look("text", 0.0)


def _as_epoch(values: Sequence[str]) -> Look:
    numbers = [float(value) for value in values if _NUMBER.fullmatch(value)]
    if len(numbers) / len(values) < SURE:
        return Look("text", 0.0)
    for name, low, high in (("epoch seconds", 9e8, 2.2e9), ("epoch milliseconds", 9e11, 2.2e12)):
        share = sum(low <= number <= high for number in numbers) / len(values)
        if share >= SURE:
            words = Message(_("{share} % of the values are counted from 1970."), {"share": said(share)})
            return Look("epoch", share, name, words, "likely")
    # Days of a spreadsheet, of the years 2000 to 2064, with a time of day: whole numbers may be anything.
    share = sum(36_526 <= number <= 60_000 for number in numbers) / len(values)  # noqa: PLR2004 - days
    if share >= SURE and sum(number != int(number) for number in numbers) > MOST * len(numbers):
        words = Message(_("{share} % of the values are days of a spreadsheet, counted from 1900."), {"share": 100})
        return Look("moment", share, EXCEL_DAYS, words, "likely")
    return Look("text", 0.0)


def _as_clock(values: Sequence[str]) -> Look:
    letters = [value for value in values if _IN_LETTERS.fullmatch(value)]
    if len(letters) / len(values) >= MOST:
        words = Message(
            _("{share} % of the values name their units in letters."), {"share": said(len(letters) / len(values))}
        )
        return Look("letters", len(letters) / len(values), reason=words, confidence="likely")
    share = sum(is_clock(value) for value in values) / len(values)
    words = Message(_("{share} % of the values are written with colons."), {"share": said(share)})
    return Look("clock", share, reason=words, confidence=_confident(share))


def _as_number(values: Sequence[str]) -> Look:
    fits = [v for v in values if _NUMBER.fullmatch(v) or _COMMA.fullmatch(v) or _GROUPED.fullmatch(v)]
    share = len(fits) / len(values)
    words = Message(_("{share} % of the values are numbers."), {"share": said(share)})
    if share < MOST:
        return Look("text", 0.0)
    commas, points = [v for v in fits if "," in v], [v for v in fits if "." in v]
    plain = [v for v in fits if "," not in v and "." not in v]
    large = any(len(v.lstrip("+-")) > 3 for v in plain)  # noqa: PLR2004 - digits that would have been set apart
    if any(_COMMA_IN_THREES.fullmatch(v) is None for v in commas):
        return Look("comma", share, "", words, _confident(share))
    if commas:
        # 12,000 without any other mark is twelve thousand, unless numbers as large stand there in one piece.
        return Look("comma" if large else "grouped", share, "", words, "unsure" if large else "likely")
    if any(_POINT_TWICE.fullmatch(v) for v in points) or _in_threes(points, plain, large=large):
        return Look("comma", share, "", words, "unsure")
    return Look("number", share, "", words, _confident(share))


def _in_threes(points: Sequence[str], plain: Sequence[str], *, large: bool) -> bool:
    """Say whether points set thousands apart: before three digits always, and smaller numbers have none."""
    small = len(plain) > len(points) * 0.02
    return bool(points) and small and not large and all(_POINT_IN_THREES.fullmatch(v) for v in points)


def _as_score_in_words(values: Sequence[str]) -> Look:
    share = sum(value.lower() in SCORES_IN_WORDS for value in values) / len(values)
    words = Message(_("The values are words of a scale from 1 to 5."), {})
    return Look("scored", share, reason=words, confidence="likely")


__all__ = ["MOST", "NO_MOMENT", "SURE", "Look", "is_clock", "look_at_column", "said"]

"""Market releases: a CSV of published figures, checked line by line. No Django in here.

A figure without its publisher, page and year is a rumour, and one of grade C is a weak relay: both are refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation

from benchmarks.comparable import Figure, plain
from benchmarks.kpis.registry import KPIS, UNSTATED, Kpi

COLUMNS = (
    *("kpi", "variant", "value", "unit", "statistic", "industry", "region", "channel", "year", "n", "spread"),
    *("source", "url", "grade", "note"),
)
STATISTICS = (
    *("mean", "median", "upper quartile", "lower quartile", "top decile"),
    *("target", "regulatory minimum", "historical norm"),
)
GRADES = ("A", "B")
CHANNELS = (
    *("all", "voice", "email", "chat", "messaging", "social", "video", "bot", "self_service", "in_person"),
    *("web_form", "facebook", "twitter"),  # as some publishers split them; no centre has them, so they never gate
)
MAX_BYTES = 5_000_000
MAX_ROWS = 20_000
_YEARS = range(1990, 2101)
_LENGTHS = {"industry": 60, "region": 60, "n": 60, "spread": 60, "source": 200, "url": 300, "note": 300}
_PLACES = 4
_LARGEST = Decimal(10) ** 9


@dataclass(frozen=True)
class MarketFault:
    """Something wrong in a release; ``line`` from 1, the header being line 1."""

    line: int
    message: str


class MarketError(Exception):
    """The release cannot be used; ``faults`` holds everything that is wrong with it."""

    def __init__(self, faults: list[MarketFault]) -> None:
        """Keep the faults; the message is theirs, one per line."""
        super().__init__("\n".join(f"line {fault.line}: {fault.message}" for fault in faults))
        self.faults = faults


def figure_key(figure: Figure) -> tuple[str, ...]:
    """Return what may occur once in a release."""
    names = ("kpi", "variant", "unit", "statistic", "industry", "region", "channel", "year", "source")
    return tuple(str(getattr(figure, name)) for name in names)


@dataclass(frozen=True)
class Difference:
    """One figure that two releases differ in: ``added``, ``removed`` or ``changed``, and then in which columns."""

    kind: str
    old: Figure | None
    new: Figure | None
    columns: tuple[str, ...] = ()

    @property
    def figure(self) -> Figure:
        """The figure as it is now, or was last."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - one of the two is there
        return found


def differences(old: list[Figure], new: list[Figure]) -> list[Difference]:
    """Return what changed between two releases, by KPI; the same figure on another line has not changed."""
    before = {figure_key(figure): figure for figure in old}
    after = {figure_key(figure): figure for figure in new}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            found.append(Difference("added" if was is None else "removed", was, now))
            continue
        columns = tuple(name for name in COLUMNS if getattr(was, name) != getattr(now, name))
        if columns:
            found.append(Difference("changed", was, now, columns))
    return found


def parse_market(content: bytes) -> list[Figure]:
    """Read a release. Raises MarketError with every fault and its line; a UTF-8 BOM is accepted."""
    rows = _rows(_decoded(content))
    faults: list[MarketFault] = []
    figures: list[Figure] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        found = _figure(line, row, faults)
        if found is None:
            continue
        if figure_key(found) in seen:
            faults.append(MarketFault(line, f"the same figure as in line {seen[figure_key(found)]}."))
        seen.setdefault(figure_key(found), line)
        figures.append(found)
    if not figures and not faults:
        faults.append(MarketFault(1, "there are no figures below the header."))
    if faults:
        raise MarketError(faults)
    return figures


def release_sha256(figures: list[Figure]) -> str:
    """Return the SHA-256 of the canonical content: order and spelling of the file do not matter, every fact does."""
    facts = [{**asdict(figure), "value": plain(figure.value)} for figure in figures]
    for fact in facts:
        del fact["line"]
    texts = sorted(json.dumps(fact, sort_keys=True, ensure_ascii=False, separators=(",", ":")) for fact in facts)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _decoded(content: bytes) -> str:
    if not content:
        raise MarketError([MarketFault(1, "the file is empty.")])
    if len(content) > MAX_BYTES:
        raise MarketError([MarketFault(1, f"the file is larger than {MAX_BYTES:,} bytes.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise MarketError([MarketFault(line, "the file is not UTF-8; save it as CSV UTF-8.")]) from error
    if "\0" in text:
        raise MarketError([MarketFault(text[: text.index("\0")].count("\n") + 1, "there is a NUL character.")])
    return text


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    line = 1
    try:
        header = tuple(name.strip() for name in next(reader, []))
        if header != COLUMNS:
            raise MarketError([MarketFault(1, f"the columns must be {','.join(COLUMNS)}.")])
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, _row(line, cells)))
            line = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise MarketError([MarketFault(line, f"there are more than {MAX_ROWS:,} figures.")])
    except csv.Error as error:
        raise MarketError([MarketFault(line, f"not readable as CSV: {error}.")]) from error
    return rows


def _row(line: int, cells: list[str]) -> dict[str, str]:
    if len(cells) != len(COLUMNS):
        raise MarketError([MarketFault(line, f"{len(cells)} cells instead of {len(COLUMNS)}.")])
    return {name: cell.strip() for name, cell in zip(COLUMNS, cells, strict=True)}


def _figure(line: int, row: dict[str, str], faults: list[MarketFault]) -> Figure | None:
    messages = [*_about_kpi(row), *_about_words(row), *_about_source(row)]
    value, year = _number(row["value"]), _year(row["year"])
    if value is None:
        messages.append(f"value “{_short(row['value'])}” is not a number below 1,000,000,000 with at most 4 decimals.")
    if year is None:
        messages.append(f"year “{_short(row['year'])}” is missing or not a year from {_YEARS[0]} to {_YEARS[-1]}.")
    faults += [MarketFault(line, message) for message in messages]
    if messages or value is None or year is None:
        return None
    words = {name: row[name] for name in COLUMNS if name not in {"value", "year"}}
    return Figure(line=line, value=value, year=year, **words)


def _short(text: str) -> str:
    return text[:40]


def _about_kpi(row: dict[str, str]) -> list[str]:
    kpi = KPIS.get(row["kpi"])
    if kpi is None:
        return [f"unknown KPI “{_short(row['kpi'])}”."]
    found = []
    if row["variant"] != UNSTATED and (kpi.variant(row["variant"]) is None or len(row["variant"]) > 40):  # noqa: PLR2004
        known = ", ".join(variant.code for variant in kpi.variants)
        found.append(f"unknown variant “{_short(row['variant'])}” of {kpi.code}; known: {known}, {UNSTATED}.")
    if row["unit"] not in kpi.units:
        found.append(f"unit “{_short(row['unit'])}” is not one of {kpi.code}: {', '.join(kpi.units)}.")
    if kpi.direction == "target" and row["statistic"] in {"upper quartile", "lower quartile", "top decile"}:
        found.append(f"statistic “{row['statistic']}” needs a better side, and {kpi.code} has a target band.")
    return [*found, *_about_range(kpi, row)]


def _about_range(kpi: Kpi, row: dict[str, str]) -> list[str]:
    value = _number(row["value"])
    if value is None:
        return []
    share = row["unit"] == "%" and kpi.code not in {"project_roi", "forecast_accuracy"}
    if share and not 0 <= value <= 100:  # noqa: PLR2004 - per cent
        return [f"value {row['value']} is not a share from 0 to 100 %."]
    if value < 0 and kpi.code not in {"nps", "project_roi"}:
        return [f"value {row['value']} is negative."]
    if kpi.code == "nps" and abs(value) > 100:  # noqa: PLR2004
        return [f"value {row['value']} is not a score from -100 to 100."]
    return []


def _about_words(row: dict[str, str]) -> list[str]:
    found = [f"{name} is missing." for name in ("industry", "region") if not row[name]]
    if row["statistic"] not in STATISTICS:
        found.append(f"statistic “{_short(row['statistic'])}” is not one of {', '.join(STATISTICS)}.")
    if row["channel"] not in CHANNELS:
        found.append(f"channel “{_short(row['channel'])}” is not one of {', '.join(CHANNELS)}.")
    found += [f"{name} is longer than {most} characters." for name, most in _LENGTHS.items() if len(row[name]) > most]
    return found


def _about_source(row: dict[str, str]) -> list[str]:
    found = []
    if not row["source"]:
        found.append("source is missing: say who publishes the figure.")
    if not row["url"]:
        found.append("url is missing: say on which page the figure stands.")
    if row["grade"] not in GRADES:
        found.append(f"grade “{_short(row['grade'])}” is refused; only {' and '.join(GRADES)} are comparable.")
    return found


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if text.isascii() and "_" not in text else None
    except InvalidOperation:
        return None
    if value is None or not value.is_finite() or abs(value) >= _LARGEST:
        return None
    exponent = value.as_tuple().exponent
    return value if isinstance(exponent, int) and exponent >= -_PLACES else None


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 and int(text) in _YEARS else None  # noqa: PLR2004

"""The first rows of a file of unknown shape: its format, encoding, delimiter and header row, guessed."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import itertools
import re
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.records.files import MAX_COLUMNS, RecordsError
from benchmarks.records.header_words import FREQUENT, HEADERS, NO, OUTCOMES, TOTALS, YES
from benchmarks.records.workbook import first_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS = 2_000
_BYTES = 1 << 19
_TAIL = 1 << 14
_HEADER_AMONG = 30
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SURE, _LIKELY = 0.95, 0.6
_MOSTLY = 10  # letters of UTF-8 beyond ASCII for each byte that is none
_NUMBER = re.compile(r"[-+]?[\d.,]+%?")


@dataclass(frozen=True)
class Stated:
    """One guess: what about, what was guessed, why, and how sure (``sure``, ``likely``, ``unsure``)."""

    what: str
    value: str
    reason: Message
    confidence: str


@dataclass(frozen=True)
class Sample:
    """The beginning of a file as texts.

    ``rows`` are at most ``ROWS`` rows below the header, each as wide as ``names``. ``types`` says of columns of a
    Parquet file what they are: ``moment``, ``instant``, ``number``, ``flag``. ``last`` is the last row of a text file,
    None where it was not looked at. ``format`` is the section of that name in a mapping.
    """

    format: dict[str, str]
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    stated: tuple[Stated, ...] = ()
    doubts: tuple[Message, ...] = ()
    types: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> list[str]:
        """Return the values of a column that are not blank."""
        at = self.names.index(name)
        return [row[at] for row in self.rows if row[at]]


def take_sample(path: Path, given: dict[str, str] | None = None) -> Sample:
    """Look at the beginning of a file; ``given`` are parts of the mapping's ``format`` that somebody stated.

    RecordsError, with the place, when it cannot be records at all.
    """
    given = given or {}
    if not path.is_file() or path.stat().st_size == 0:
        raise RecordsError(_("The file is empty."))
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        return _parquet(path)
    if start.startswith(b"PK"):
        return _workbook(path, given)
    if start == b"\xd0\xcf\x11\xe0":
        raise RecordsError(_("This is a workbook of the old format .xls; save it as .xlsx or CSV."))
    return _text_file(path, given)


def _parquet(path: Path) -> Sample:
    try:
        file = pq.ParquetFile(path)
        schema = file.schema_arrow
        if len(schema.names) > MAX_COLUMNS:
            raise RecordsError(_("The file has more than {most:,} columns."), most=MAX_COLUMNS)
        batch = next(file.iter_batches(batch_size=ROWS), None)
    except (pa.ArrowException, OSError) as error:
        raise RecordsError(_("The file is damaged and cannot be read.")) from error
    if batch is None or not batch.num_rows:
        raise RecordsError(_("The file has a header but no rows."))
    columns = [[cell_text(value) for value in column.to_pylist()] for column in batch.columns]
    types = {each.name: found for each in schema if (found := _arrow_type(each.type))}
    reason = Message(_("The file says so itself."), {})
    stated = (Stated("format", "parquet", reason, "sure"),)
    return Sample({"type": "parquet"}, tuple(schema.names), tuple(zip(*columns, strict=True)), stated, types=types)


def _arrow_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "instant" if kind.tz else "moment"
    if pa.types.is_date(kind):
        return "moment"
    if pa.types.is_boolean(kind):
        return "flag"
    return "number" if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) else ""


def cell_text(value: Any) -> str:
    """Write a cell as the readers of records see it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _workbook(path: Path, given: dict[str, str]) -> Sample:
    table = [[cell_text(cell) for cell in row] for row in first_rows(path, ROWS)]
    numbered = list(enumerate(table, start=1))
    stated = [Stated("format", "xlsx", Message(_("The file is a workbook; its first sheet is read."), {}), "sure")]
    formula = next((line for line, row in numbered if any(cell.startswith("=") for cell in row)), None)
    doubts = []
    if formula:
        doubts.append(
            Message(_("Row {line} has a formula. Formulas are refused; save the values alone."), {"line": formula})
        )
    return _with_header({"type": "xlsx"}, numbered, stated, doubts, given.get("header_row"))


def _text_file(path: Path, given: dict[str, str]) -> Sample:
    with path.open("rb") as file:
        data = file.read(_BYTES)
    whole = len(data) < _BYTES
    encoding, told = _said("encoding", given["encoding"]) if "encoding" in given else _encoding(data)
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("replace")
    text = decoder.decode(data, final=whole)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise RecordsError(_("line {line}: the file contains a NUL character; it is not a text file."), line=line)
    if not text.strip():
        raise RecordsError(_("The file is empty."))
    letters = {name: letter for letter, name in _DELIMITERS.items()}
    delimiter, why = _delimiter(text)
    if stated := given.get("delimiter"):
        delimiter, why = letters.get(stated, stated), _said("delimiter", stated)[1]
    numbered = _split(text, delimiter)
    if not whole and len(numbered) > 1:
        numbered.pop()  # it was cut
    section = {"type": "csv", "delimiter": _DELIMITERS.get(delimiter, delimiter), "encoding": encoding}
    doubts = [] if not whole or len(numbered) < 3 else _total(numbered[-1][1])  # noqa: PLR2004 - header, row, total
    return _with_header(
        section,
        numbered,
        [told, why],
        doubts or _tail_total(path, encoding, delimiter, whole=whole),
        given.get("header_row"),
    )


def _tail_total(path: Path, encoding: str, delimiter: str, *, whole: bool) -> list[Message]:
    """Look whether a file that is longer than the sample ends with a row of totals."""
    if whole or encoding.startswith("utf-16"):
        return []
    with path.open("rb") as file:
        file.seek(-_TAIL, 2)
        text = file.read().decode(encoding, errors="replace")
    rows = _split(text, delimiter)
    return _total(rows[-1][1]) if rows else []


def _total(row: Sequence[str]) -> list[Message]:
    said = next((cell for cell in row if cell.strip().rstrip(":").lower() in TOTALS), None)
    if said is None:
        return []
    words = _("The last row looks like a total (“{said}”). It is no record: it is left out where it has no time.")
    return [Message(words, {"said": said})]


def _encoding(data: bytes) -> tuple[str, Stated]:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _told(name, _("The file begins with the mark of this encoding."), "sure")
    pairs = max(len(data) // 2, 1)
    for name, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        if data[offset::2].count(0) > pairs * 0.2 and data[1 - offset :: 2].count(0) < pairs * 0.01:
            return _told(name, _("Every other byte is zero, as in this encoding."), "sure")
    if told := _utf8(data):
        return told
    scores = {name: _familiar(data, name) for name in ("gb18030", "big5") if _decodes(data, name)}
    best = max(scores, key=lambda name: scores[name], default="")
    if _lonely(data) and (not best or scores[best] < _LIKELY):
        return _told("cp1252", _("Single accented letters among plain ones, as in Western Europe."), "likely")
    if not best:
        return _told("cp1252", _("The bytes fit no other encoding."), "unsure")
    share = round(scores[best] * 100)
    words = _("Read so, {share} % of the Chinese characters are frequent ones.")
    return best, Stated("encoding", best, Message(words, {"share": share}), _confidence(scores[best] + 0.2))


def _utf8(data: bytes) -> tuple[str, Stated] | None:
    if _decodes(data, "utf-8"):
        words = _("Plain letters only.") if data.isascii() else _("All bytes fit this encoding.")
        return _told("utf-8", words, "sure")
    text = data.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    if sum(letter > "\x7f" for letter in text) > _MOSTLY * wrong:
        # A second encoding in one file: reading it refuses the first line that does not fit.
        return _told("utf-8", _("Most bytes fit this encoding, but not all."), "unsure")
    return None


def _said(what: str, value: str) -> tuple[str, Stated]:
    return value, Stated(what, value, Message(_("The mapping says so."), {}), "sure")


def _told(name: str, words: str, confidence: str) -> tuple[str, Stated]:
    return name, Stated("encoding", name, Message(words, {}), confidence)


def _decodes(data: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _lonely(data: bytes) -> bool:
    """Say whether bytes beyond ASCII stand alone, as accents do; Chinese characters take at least two."""
    runs = re.findall(rb"[\x80-\xff]+", data)
    return sum(len(run) == 1 for run in runs) > len(runs) * 0.7


def _familiar(data: bytes, name: str) -> float:
    text = codecs.getincrementaldecoder(name)("replace").decode(data)
    known = FREQUENT | {letter for words in (*HEADERS.values(), OUTCOMES, YES, NO) for word in words for letter in word}
    foreign = [letter for letter in text if ord(letter) > 0x7F]  # noqa: PLR2004 - beyond ASCII
    return sum(letter in known for letter in foreign) / max(len(foreign), 1)


def _confidence(share: float) -> str:
    return "sure" if share >= _SURE else "likely" if share >= _LIKELY else "unsure"


def _split(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Split a text into rows with the line that each begins on. A field that is too long ends it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    while len(rows) < ROWS + _HEADER_AMONG:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except (StopIteration, csv.Error):
            break
        rows.append((line, [cell.strip() for cell in row]))
    return rows


def _delimiter(text: str) -> tuple[str, Stated]:
    """Take the delimiter that splits the most rows into the same number of columns, more than one."""
    best, share, width = ",", 0.0, 1
    for delimiter in _DELIMITERS:
        widths = [len(row) for _line, row in _split(text[:200_000], delimiter) if any(row)]
        usual = statistics.mode(widths) if widths else 1
        agreed = widths.count(usual) / len(widths) if widths else 0.0
        # Commas of numbers split every row in two: more columns speak for a delimiter.
        if agreed * (1 - 1 / usual) > share * (1 - 1 / width):
            best, share, width = delimiter, agreed, usual
    name = _DELIMITERS[best]
    if width == 1:
        return best, Stated("delimiter", name, Message(_("No delimiter splits the lines: one column."), {}), "unsure")
    words = _("It splits {share} % of the rows into {width} columns.")
    reason = Message(words, {"share": round(share * 100), "width": width})
    return best, Stated("delimiter", name, reason, _confidence(share))


def _with_header(
    section: dict[str, str],
    numbered: list[tuple[int, list[str]]],
    stated: list[Stated],
    doubts: list[Message],
    header_row: str | None = None,
) -> Sample:
    filled = [(line, row) for line, row in numbered if any(row)]
    if not filled:
        raise RecordsError(_("The file is empty."))
    usual = statistics.mode([_width(row) for _line, row in filled[:200]])
    at = _header_at(filled, usual)
    if header_row and header_row.isdigit():
        at = next((place for place, (line, _row) in enumerate(filled) if line >= int(header_row)), at)
    line, names = filled[at]
    while names and not names[-1]:
        names = names[:-1]
    if len(names) > MAX_COLUMNS:
        raise RecordsError(_("line {line}: the file has more than {most:,} columns."), line=line, most=MAX_COLUMNS)
    rows = [tuple((row + [""] * len(names))[: len(names)]) for _line, row in filled[at + 1 :][:ROWS]]
    if not rows:
        raise RecordsError(_("The file has a header but no rows."))
    section = {**section, "header_row": str(line)} if line > 1 else section
    words = _("Line {line} is the first with a name above each of {width} columns.")
    sure = "sure" if line == 1 else "likely"
    stated = [*stated, Stated("header_row", str(line), Message(words, {"line": line, "width": len(names)}), sure)]
    return Sample(section, tuple(names), tuple(rows), tuple(stated), (*doubts, *_header_doubts(names, rows)))


def _width(row: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(row, start=1) if cell), default=0)


def _header_at(rows: list[tuple[int, list[str]]], usual: int) -> int:
    """Find the row of names: words only, and about as many as there are columns. Titles above it are narrower."""
    for place, (_line, row) in enumerate(rows[:_HEADER_AMONG]):
        given = [cell for cell in row if cell]
        numeric = sum(bool(_NUMBER.fullmatch(cell)) or cell[:1].isdigit() for cell in given)
        if len(given) >= max(usual * 0.7, 1) and numeric <= len(given) * 0.2:
            return place
    return 0


def _header_doubts(names: Sequence[str], rows: Sequence[tuple[str, ...]]) -> list[Message]:
    doubts = []
    twice = tuple(dict.fromkeys(name for name, again in itertools.groupby(sorted(names)) if name and len([*again]) > 1))
    if twice:
        words = _("These names stand above two columns, so neither can be used: {names}. Rename them in the file.")
        doubts.append(Message(words, {"names": twice}))
    empty = tuple(name for at, name in enumerate(names) if name and not any(row[at] for row in rows))
    if empty:
        doubts.append(Message(_("These columns are empty in the rows looked at: {names}."), {"names": empty[:20]}))
    nameless = sum(not name for name in names)
    if nameless:
        doubts.append(Message(_("{count} columns have no name and are not used."), {"count": nameless}))
    return doubts


__all__ = ["ROWS", "Sample", "Stated", "cell_text", "take_sample"]

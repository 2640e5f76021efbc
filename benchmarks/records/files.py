"""Look at a records file before anything reads it: encoding, NUL, emptiness, and hostile workbooks."""

from __future__ import annotations

import codecs
import csv
import hashlib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from benchmarks.message import Message, MessageError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from benchmarks.records.mapping import Mapping

_CHUNK = 1 << 20
MAX_ENTRIES = 2_000
MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
MAX_COLUMNS = 1_000
MAX_BLANK = 100_000
_REFUSED = {
    "vbaproject": _("it contains macros"),
    "xl/externallinks/": _("it links to other files"),
    "xl/embeddings/": _("it contains embedded objects"),
    "xl/activex/": _("it contains active controls"),
}


class RecordsError(MessageError):
    """The records file cannot be used at all; the message says where and why, for a person."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def csv_as_utf8(path: Path, mapping: Mapping, folder: Path) -> tuple[Path, list[str]]:
    """Check a CSV file and return a UTF-8 file without BOM, and its column names.

    The given file itself is returned where it already is one; else a copy in ``folder``. RecordsError names the line
    of the first NUL or of the first bytes that are not in the mapping's encoding.
    """
    if path.stat().st_size == 0:
        raise RecordsError(_("The file is empty."))
    with path.open("rb") as file:
        start = file.read(4)
    plain = mapping.encoding in {"utf-8", "utf-8-sig"}
    if plain and start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise RecordsError(_("line 1: the file is UTF-16, but the mapping says utf-8; set encoding: utf-16."))
    target = None if plain and not start.startswith(codecs.BOM_UTF8) else folder / "records.csv"
    with path.open("rb") as source:
        _decode(source, "utf-8-sig" if plain else mapping.encoding, target)
    checked = target or path
    return checked, _header(checked, mapping.delimiter, mapping.header_row)


def _decode(source: BinaryIO, encoding: str, target: Path | None) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with target.open("w", encoding="utf-8", newline="") if target else Path("/dev/null").open("w") as copy:
        while chunk := source.read(_CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeError as error:  # UTF-16 without a byte order mark raises it without a place
                before = error.object[: error.start] if isinstance(error, UnicodeDecodeError) else b""
                place = line + before.count(b"\n")
                raise RecordsError(
                    _("line {line}: these bytes are not {encoding}; set the encoding."), line=place, encoding=encoding
                ) from error
            if "\0" in text:
                place = line + text[: text.index("\0")].count("\n")
                raise RecordsError(
                    _("line {line}: the file contains a NUL character; it is not a text file."), line=place
                )
            line += text.count("\n")
            if target:
                copy.write(text)
        try:
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            raise RecordsError(
                _("line {line}: the file ends in the middle of a character of {encoding}."),
                line=line,
                encoding=encoding,
            ) from error


def _header(path: Path, delimiter: str, line: int) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        for _skipped in range(line - 1):
            file.readline(_CHUNK)
        first = file.readline(_CHUNK)
        if not first.strip():
            raise RecordsError(_("line {line}: the header line is empty."), line=line)
        rest = file.read(_CHUNK)
    if not rest.strip():
        raise RecordsError(_("The file has a header but no rows."))
    try:
        names = next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise RecordsError(_("line {line}: the header cannot be read: {error}."), line=line, error=error) from error
    if len(names) > MAX_COLUMNS:
        raise RecordsError(_("line {line}: the file has more than {most:,} columns."), line=line, most=MAX_COLUMNS)
    return [name.strip() for name in names]


def blank_lines(path: Path, header_row: int) -> list[int]:
    """Return the numbers of the empty lines below the header of a UTF-8 file; at most ``MAX_BLANK`` of them."""
    found: list[int] = []
    line, rest = 1, b""
    with path.open("rb") as file:
        while (chunk := file.read(_CHUNK)) and len(found) < MAX_BLANK:
            data = rest + chunk
            whole = data[: data.rfind(b"\n") + 1]
            rest = data[len(whole) :]
            if b"\n\n" in whole or b"\n\r\n" in whole or whole.startswith((b"\n", b"\r\n")):
                lines = whole.split(b"\n")[:-1]
                found += [line + at for at, each in enumerate(lines) if each in {b"", b"\r"}]
            line += whole.count(b"\n")
    return [each for each in found if each > header_row]


def check_workbook(path: Path, *, most_unpacked: int = MAX_UNPACKED) -> None:
    """Refuse a workbook that could harm: macros, links, bombs, overlapping or repeated parts. RecordsError says why.

    ``most_unpacked`` is how many bytes all its parts may have.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RecordsError(_("The file is not an XLSX workbook.")) from error
    if len(entries) > MAX_ENTRIES:
        raise RecordsError(_("The workbook has more than {most:,} parts."), most=MAX_ENTRIES)
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) != len(names):
        raise RecordsError(_("The workbook names the same part twice."))
    for name in names:
        for part, why in _REFUSED.items():
            if part in name:
                raise RecordsError(
                    _("The workbook is refused: {why}. Save the values alone as .xlsx or CSV."), why=Message(why, {})
                )
    _check_sizes(entries, most_unpacked)


def _check_sizes(entries: list[zipfile.ZipInfo], most_unpacked: int) -> None:
    if sum(entry.file_size for entry in entries) > most_unpacked:
        raise RecordsError(_("The workbook unpacks to more than {most:,} MiB."), most=most_unpacked >> 20)
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.flag_bits & 1:
            raise RecordsError(_("The workbook is encrypted; remove its password."))
        if entry.header_offset < end:
            raise RecordsError(_("The workbook's parts overlap; it is not a usual file."))
        if entry.file_size > _CHUNK and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise RecordsError(_("The workbook unpacks to more than 200 times its size."))
        end = entry.header_offset + 30 + len(entry.filename.encode()) + entry.compress_size

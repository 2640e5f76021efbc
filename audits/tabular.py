"""Read the rows of an uploaded list, CSV or the first sheet of an XLSX workbook, with their lines. No Django.

Faults of the file as a whole (size, encoding, damage, a harmful workbook) are told here; what the rows mean is the
caller's.
"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any

from benchmarks.message import MessageError
from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError, check_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from openpyxl import Workbook

    Cells = Sequence[Any]

MAX_BYTES = 32 * 1024 * 1024
MAX_WORKBOOK_ROWS = 20_000
MAX_COLUMNS = 200
ENCODINGS = ("utf-8", "gb18030", "cp950", "big5hkscs", "utf-16")
_BROKEN = (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError, IndexError)


# What a spreadsheet takes for the begin of a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝")


def harmless(text: str) -> str:
    """Return a text for a CSV that no spreadsheet runs."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class TableError(MessageError):
    """The file cannot be read; the message says where and why."""


def read_table(path: Path, *, encoding: str = "") -> Iterator[tuple[int, Cells]]:
    """Yield (line, cells) of every row that is not blank; an XLSX workbook is known by its content.

    ``encoding`` "" stands for UTF-8, or UTF-16 by its mark. Raises ``TableError``.
    """
    size = path.stat().st_size
    if not size:
        raise TableError(_("The file is empty."))
    if size > MAX_BYTES:
        raise TableError(_("The file is larger than {most} MB."), most=MAX_BYTES // 1024**2)
    with path.open("rb") as file:
        is_workbook = file.read(2) == b"PK"
    return _workbook(path) if is_workbook else _table(_text(path.read_bytes(), encoding))


def _text(data: bytes, encoding: str) -> str:
    if not encoding:
        encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError as error:
        place = data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise TableError(
            _("line {line}: these bytes are not {encoding}. Choose the encoding in which the list was saved."),
            line=place,
            encoding=encoding.upper(),
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TableError(_("line {line}: the file contains a NUL character; it is not a text file."), line=line)
    return text


def _table(text: str) -> Iterator[tuple[int, Cells]]:
    """Yield (line, cells) of each record that is not blank; the header decides between comma, semicolon and tab."""
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(_("line {line}: the row cannot be read: {error}."), line=line, error=error) from error
        if "".join(cells).strip():
            yield line, cells
        line = reader.line_num + 1


def _workbook(path: Path) -> Iterator[tuple[int, Cells]]:
    from openpyxl import load_workbook  # only where there is one: it takes a tenth of a second

    try:
        check_workbook(path)
    except RecordsError as error:
        raise TableError(error.message.template, **error.message.params) from error
    try:
        with path.open("rb") as file:  # openpyxl goes by the name of a path, and ours has no ending
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            yield from _sheet(book)
    except _BROKEN as error:
        raise TableError(_("The workbook is damaged and cannot be read.")) from error


def _sheet(book: Workbook) -> Iterator[tuple[int, Cells]]:
    """Yield (row, cells) of the first sheet."""
    try:
        if not book.worksheets:
            raise TableError(_("The workbook has no sheet."))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for line, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
            if line > MAX_WORKBOOK_ROWS + 1:
                raise TableError(
                    _("A workbook may have {most} rows here; save a longer list as CSV."), most=MAX_WORKBOOK_ROWS
                )
            if any(cell is not None for cell in cells):
                yield line, cells
    finally:
        book.close()

"""Turn the first sheet of a checked workbook into a Parquet file of texts, row by row."""

from __future__ import annotations

import datetime as dt
import itertools
import zipfile
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from benchmarks.message import marked as _
from benchmarks.records.files import MAX_COLUMNS, RecordsError, check_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_BATCH = 20_000
_BROKEN = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError, IndexError)


def workbook_as_parquet(path: Path, folder: Path, header_row: int = 1) -> tuple[Path, list[str]]:
    """Write the first sheet as texts to a Parquet file in ``folder``; return it and the names in its header row.

    RecordsError for anything that ``check_workbook`` refuses, for formulas, and for a sheet without rows.
    """
    check_workbook(path)
    try:
        # An open file: by its path openpyxl refuses whatever is not called .xlsx, and uploads are called by their hash.
        with path.open("rb") as file:
            return _convert(file, folder / "records.parquet", header_row)
    except _BROKEN as error:
        raise RecordsError(_("The workbook is damaged and cannot be read.")) from error


def _convert(file: BinaryIO, target: Path, header_row: int) -> tuple[Path, list[str]]:
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        if not book.worksheets:
            raise RecordsError(_("The workbook has no sheet."))
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        head = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
        names = _names(next(itertools.islice(head, header_row - 1, None), ()), header_row)
        # As wide as the header and no wider: a lone cell at the end of the grid makes a million empty rows.
        _write(sheet.iter_rows(header_row + 1, values_only=True, max_col=len(names)), names, target, header_row)
    finally:
        book.close()
    return target, names


def _names(row: Iterable[Any], line: int) -> list[str]:
    names = ["" if cell is None else str(cell).strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise RecordsError(_("row {line}: the header row is empty."), line=line)
    return names


def _write(rows: Iterator[tuple[Any, ...]], names: list[str], target: Path, header_row: int) -> None:
    width, written = len(names), 0
    schema = pa.schema([("line", pa.int64()), *((f"c{index}", pa.string()) for index in range(width))])
    numbered = ((line, row) for line, row in enumerate(rows, start=header_row + 1) if row.count(None) < len(row))
    with pq.ParquetWriter(target, schema) as writer:
        while batch := list(itertools.islice(numbered, _BATCH)):
            texts = [_texts(line, row, width) for line, row in batch]
            columns = [[line for line, _ in batch], *(list(column) for column in zip(*texts, strict=True))]
            writer.write_table(pa.table(columns, schema=schema))
            written += len(batch)
    if not written:
        raise RecordsError(_("The sheet has a header but no rows."))


def _texts(line: int, row: tuple[Any, ...], width: int) -> list[str | None]:
    return [_text(line, cell) for cell in row] + [None] * (width - len(row))


def _text(line: int, cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        if cell and cell.startswith("="):
            raise RecordsError(_("row {line}: formulas are refused; save the values alone."), line=line)
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.timedelta):
        return str(cell.total_seconds())
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell)


def first_rows(path: Path, count: int) -> list[tuple[Any, ...]]:
    """Return the first rows of the first sheet as they are. RecordsError for anything ``check_workbook`` refuses."""
    check_workbook(path)
    try:
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            if not book.worksheets:
                raise RecordsError(_("The workbook has no sheet."))
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
            return [tuple(row) for row in itertools.islice(rows, count)]
    except _BROKEN as error:
        raise RecordsError(_("The workbook is damaged and cannot be read.")) from error

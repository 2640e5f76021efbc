"""The rows of a hostile or harmless workbook, at a bounded cost: what lies far out in the grid costs nothing."""

from __future__ import annotations

import re
import warnings
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import MERGE_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from audits.workbook.seal import WorkbookError
from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError, check_workbook

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

MAX_BYTES = 16 << 20
MAX_UNPACKED = 64 << 20
MAX_ROWS = 10_000
MAX_CELLS = 150_000  # of a sheet, empty ones too
MAX_TAGS = 300_000  # of all parts together: read in a second or two, within the request; ten times a large audit
MAX_COLUMNS = 200
MAX_SHEETS = 50
_CHUNK = 1 << 20
_PROTECTED = bytes.fromhex("d0cf11e0")  # a password makes a workbook a file of another kind
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BROKEN = (
    *(InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError, IndexError),
    *(AttributeError, EOFError, NotImplementedError, OverflowError, RecursionError),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands in the file; ``kind`` is s (text), n, b, d (date), e (error)."""

    address: str
    value: Any
    kind: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet: cells by row and column, from 1; empty ones are not in it. ``merged`` says whether cells were merged."""

    title: str
    rows: dict[int, dict[int, Cell]]
    merged: bool


def read_grids(path: Path) -> list[Grid]:
    """Return the sheets of a workbook in order, hidden ones too.

    Raises ``WorkbookError`` for what is no XLSX workbook, is protected by a password, damaged or too large, and for
    macros, links to other files, embedded objects, DTDs and formulas.
    """
    _check(path)
    try:
        with _quiet(), path.open("rb") as file:  # openpyxl goes by the name of a path, and ours may have no ending
            book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
            try:
                if len(book.worksheets) > MAX_SHEETS:
                    raise WorkbookError(_("The workbook has more than {most} sheets."), most=MAX_SHEETS)
                return [_grid(sheet) for sheet in book.worksheets]
            finally:
                book.close()
    except _BROKEN as error:
        raise WorkbookError(_("The workbook is damaged and cannot be read.")) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """What openpyxl does not know of a spreadsheet's extensions is nothing to us."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check(path: Path) -> None:
    if path.stat().st_size > MAX_BYTES:
        raise WorkbookError(_("The file is larger than {most} MB."), most=MAX_BYTES >> 20)
    with path.open("rb") as file:
        if file.read(4) == _PROTECTED:
            raise WorkbookError(
                _("The workbook is protected by a password, or of the old form .xls: save it as .xlsx without one.")
            )
    try:
        check_workbook(path, most_unpacked=MAX_UNPACKED)
    except RecordsError as error:
        raise WorkbookError(error.message.template, **error.message.params) from error
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(_scan(archive, entry) for entry in archive.infolist()) > MAX_TAGS:
                raise WorkbookError(_("The workbook holds more than a spreadsheet of an audit can."))
    except _BROKEN as error:
        raise WorkbookError(_("The workbook is damaged and cannot be read.")) from error


def _scan(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Look through a part before anything reads it as XML; return how many tags it has."""
    if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
        return 0
    rest, tags = b"", 0
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            tags += chunk.count(b"<")
            if _DOCTYPE.search((rest + chunk).replace(b"\0", b"")):  # UTF-16 hides nothing
                raise WorkbookError(_("The workbook is refused: {part} declares a document type."), part=entry.filename)
            rest = chunk[-64:]
    return tags


class _Rows(WorkSheetParser):
    """Rows and merges, and nothing of the rest of a sheet."""

    def parse(self) -> Generator[tuple[int, list[dict[str, Any]]], None, None]:
        for _event, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                row = self.parse_row(element)
                element.clear()
                yield row
            elif element.tag == MERGE_TAG:
                self.merged_cells = len(element)
                element.clear()

    def parse_formula(self, _element: Any) -> str:
        return "="


def _grid(sheet: Any) -> Grid:
    rows: dict[int, dict[int, Cell]] = {}
    with sheet._get_source() as source:  # noqa: SLF001 - row by row without what openpyxl fills gaps with
        parser: Any = _Rows(
            source,
            sheet._shared_strings,  # noqa: SLF001
            epoch=sheet.parent.epoch,
            date_formats=sheet.parent._date_formats,  # noqa: SLF001
            timedelta_formats=sheet.parent._timedelta_formats,  # noqa: SLF001
        )
        seen = 0
        for line, cells in parser.parse():
            seen += 1 + len(cells)
            found = {each["column"]: _cell(sheet.title, line, each) for each in cells if _is_filled(each)}
            if found:
                rows[line] = found
            if len(rows) > MAX_ROWS or seen > MAX_CELLS:
                raise WorkbookError(_("Sheet {sheet} has more than {most:,} rows."), sheet=sheet.title, most=MAX_ROWS)
        return Grid(sheet.title, rows, bool(parser.merged_cells))


def _is_filled(cell: dict[str, Any]) -> bool:
    within = cell["column"] <= MAX_COLUMNS or cell["data_type"] == "f"
    return within and cell["value"] is not None and cell["value"] != ""


def _cell(title: str, line: int, cell: dict[str, Any]) -> Cell:
    address = f"{get_column_letter(cell['column'])}{line}"
    if cell["data_type"] == "f":
        raise WorkbookError(
            _("{cell} holds a formula. Formulas are refused: copy the values and paste them alone."),
            cell=f"{title}!{address}",
        )
    return Cell(address, cell["value"], cell["data_type"])

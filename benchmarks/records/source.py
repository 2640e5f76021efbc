"""Open a records file where it lies, through Ibis on DuckDB, as a table of numbered rows."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from benchmarks.message import marked as _
from benchmarks.records.files import RecordsError, blank_lines, csv_as_utf8
from benchmarks.records.located import MappingError
from benchmarks.records.workbook import workbook_as_parquet

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from benchmarks.records.mapping import Mapping


LARGE = 50_000_000  # bytes of a file: half a million contacts as CSV, two million as Parquet


@dataclass(frozen=True)
class Opened:
    """An open file: ``columns`` leads from the names in the file to those in ``table``, which has ``row`` besides.

    ``row`` is the line in the file for XLSX, else the row number. For CSV it is the line as long as no cell contains a
    line break, less the lines that the reader did not count: see ``uncounted_lines``. ``text`` is the file it reads.
    """

    connection: Backend
    table: ir.Table
    columns: dict[str, str]
    csv: bool
    text: Path | None = None
    header_row: int = 1


def connect(folder: Path, zone: str = "UTC", *, stored: bool = False) -> Backend:
    """Open a DuckDB that spills to ``folder``, loads nothing from the network and reads times in ``zone``.

    With ``stored`` its tables lie in a file below ``folder``, compressed, and are read in pieces. In memory, where
    nothing is compressed, a table that does not fit is put aside and fetched back for each question.
    """
    tables: Path | str = Path(tempfile.mkdtemp(dir=folder)) / "tables.duckdb" if stored else ":memory:"
    connection = ibis.duckdb.connect(tables, temp_directory=str(folder), autoinstall_known_extensions=False)
    connection.raw_sql("SET disabled_compression_methods = 'fsst,zstd,alp,alprd'")  # they cost more than they save
    connection.raw_sql("SET autoload_known_extensions = false")
    connection.raw_sql("SET enable_progress_bar = false")  # standard output belongs to the caller
    connection.raw_sql(f"SET TimeZone = '{zone}'")  # a checked name of the time zone database
    return connection


def open_records(path: Path, mapping: Mapping, folder: Path) -> Opened:
    """Open the file as the mapping says. RecordsError and MappingError name the fault and its place."""
    if not path.is_file():
        raise RecordsError(_("There is no file {name}."), name=path.name)
    connection = connect(folder, mapping.given_in, stored=path.stat().st_size > LARGE)
    try:
        opened = _OPENERS[mapping.format](connection, path, mapping, folder)
        _check_columns(opened.columns, mapping)
    except (duckdb.Error, OSError) as error:
        connection.disconnect()
        raise RecordsError(
            _("The file cannot be read as {format}: {error}"), format=mapping.format, error=_first_line(error)
        ) from error
    except (RecordsError, MappingError):
        connection.disconnect()
        raise
    return opened


def bad_lines(opened: Opened) -> list[tuple[int, str]]:
    """Return (line, why) of the CSV lines that the reader could not split into the columns of the header."""
    if not opened.csv:
        return []
    query = "SELECT line, min(error_type::VARCHAR) FROM reject_errors GROUP BY line ORDER BY line"
    words = {"MISSING COLUMNS": "too few columns", "TOO MANY COLUMNS": "too many columns"}
    return [
        (line, words.get(why, "not readable: quotes or length"))
        for line, why in opened.connection.raw_sql(query).fetchall()
    ]


def uncounted_lines(opened: Opened) -> list[int]:
    """Return the lines of a CSV file below its header that have no row number: unreadable ones and blank ones."""
    if opened.text is None:
        return []
    blank = blank_lines(opened.text, opened.header_row)
    return sorted([*(line for line, _why in bad_lines(opened)), *blank])


def _first_line(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0][:200]


def _open_csv(connection: Backend, path: Path, mapping: Mapping, folder: Path) -> Opened:
    checked, names = csv_as_utf8(path, mapping, folder)
    options: dict[str, Any] = {
        "delim": mapping.delimiter,
        "header": True,
        "skip": mapping.header_row - 1,
        "auto_detect": False,
        "quote": '"',
        "escape": '"',
        "store_rejects": True,
        "columns": {f"c{index}": "VARCHAR" for index in range(len(names))},
    }
    # The path goes into a glob: brackets and stars in a name are letters here.
    table = connection.read_csv(_literal(checked), table_name="raw", **options)
    # Lines are numbered from 1, row numbers from 0.
    numbered = table.mutate(row=ibis.row_number() + mapping.header_row + 1)
    return Opened(connection, numbered, _places(names), csv=True, text=checked, header_row=mapping.header_row)


def _open_parquet(connection: Backend, path: Path, _mapping: Mapping, _folder: Path) -> Opened:
    # Rows carry their number, so the engine may take them in any order.
    connection.raw_sql("SET preserve_insertion_order = false")
    table = connection.read_parquet(_literal(path), table_name="raw", file_row_number=True)
    columns = {name: name for name in table.columns if name != "file_row_number"}
    renamed = table.mutate(row=table.file_row_number + 1) if "row" not in columns else _aside(table, columns)
    return Opened(connection, renamed, columns, csv=False)


def _aside(table: ir.Table, columns: dict[str, str]) -> ir.Table:
    """Give way when the file has a column of its own that is called ``row``."""
    columns["row"] = "their_row"
    return table.mutate(their_row=table["row"], row=table.file_row_number + 1)


def _open_xlsx(connection: Backend, path: Path, mapping: Mapping, folder: Path) -> Opened:
    # Rows carry their number, so the engine may take them in any order.
    connection.raw_sql("SET preserve_insertion_order = false")
    target, names = workbook_as_parquet(path, folder, mapping.header_row)
    table = connection.read_parquet(_literal(target), table_name="raw")
    return Opened(connection, table.rename(row="line"), _places(names), csv=False)


_OPENERS = {"csv": _open_csv, "parquet": _open_parquet, "xlsx": _open_xlsx}


def _literal(path: Path) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def _places(names: list[str]) -> dict[str, str]:
    places: dict[str, str] = {}
    for index, name in enumerate(names):
        places[name] = "" if name in places else f"c{index}"
    return places


def _check_columns(columns: dict[str, str], mapping: Mapping) -> None:
    for name, line in mapping.columns().items():
        if name not in columns:
            raise MappingError(
                line,
                _("the records have no column “{name}”. They have: {known}."),
                name=name,
                known=tuple(columns)[:30],
            )
        if not columns[name]:
            raise RecordsError(
                _("line 1: the column “{name}” is there twice, so it is unclear which one is meant."), name=name
            )

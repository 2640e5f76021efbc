"""A workbook of 110 criteria out and back: our whole way against openpyxl alone on the same cells.

Export: from the database to the file, with rights, formats, choices, signature and ledger, against openpyxl writing the
same values into a workbook without any format. Import: reading, comparing and saving an answer in every row, each with
its revision and its entry in the ledger, against openpyxl reading the same file. Both are warm.
"""

from __future__ import annotations

import io
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.common import peak, start
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 7
NOTE = "Seen in the call recordings of the first week; two agents were interviewed."


def rows() -> list[Row]:
    """Return export, dry run and import; the best of each side, taken in turn."""
    with tempfile.TemporaryDirectory() as folder:
        start(Path(folder))
        return _rows(Path(folder))


def _rows(folder: Path) -> list[Row]:
    from audits.services.workbook.handing import workbook_export
    from tests.bench.lens import AT, _audit
    from tests.factories import leader_of

    audit = _audit()
    audit.current_answers.update(note=NOTE)
    leader, count = leader_of(audit), audit.current_answers.count()
    path = folder / "audit.xlsx"

    def export() -> None:
        path.write_bytes(workbook_export(audit=audit, by=leader, at=AT))

    export()
    ours, theirs = _best(export, _writing(path))
    found = [Row(f"workbook: export, {count} criteria", ours, "openpyxl alone, same cells", theirs, peak())]
    filled, reading = folder / "filled.xlsx", folder / "audit.xlsx"
    bring = _bringing(reading, filled, leader)
    for what, dry in (("dry run", True), ("import", False)):
        times = [bring(place, dry=dry) for place in range(REPEATS)]
        alone = min(_timed(_reading(filled)) for _each in range(REPEATS))
        found.append(Row(f"workbook: {what}, {count} rows changed", min(times), "openpyxl reading it", alone, peak()))
    return found


def _writing(path: Path) -> Callable[[], Any]:
    """Return openpyxl alone: the same values into a workbook without any format."""
    import openpyxl

    made = openpyxl.load_workbook(path)
    sheets = [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in made.worksheets]

    def alone() -> Any:
        book = openpyxl.Workbook()
        for title, cells in sheets:
            sheet = book.create_sheet(title)
            for row in cells:
                sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        return path.with_name("alone.xlsx").write_bytes(file.getvalue())

    return alone


def _reading(path: Path) -> Callable[[], Any]:
    import openpyxl

    return lambda: [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path).worksheets]


def _bringing(source: Path, target: Path, by: Any) -> Callable[..., float]:
    """Return what fills the note of every row in a fresh export, and times bringing it back."""
    import openpyxl

    from audits.selectors.workbook.report import workbook_plan
    from audits.services.workbook.handing import workbook_export, workbook_import, workbook_read
    from tests.bench.lens import AT

    def bring(number: int, *, dry: bool) -> float:
        audit, _old = workbook_read(source)
        source.write_bytes(workbook_export(audit=audit, by=by, at=AT))
        book = openpyxl.load_workbook(source)
        sheet = book["Answers"]
        note = next(cell.column for cell in sheet[1] if cell.value == "note")
        for line in range(3, sheet.max_row + 1):
            sheet.cell(line, note).value = f"{NOTE} {number} {dry}"
        book.save(target)

        def work() -> None:
            found, returned = workbook_read(target)
            if dry:
                workbook_plan(found, returned, by=by, at=AT)
            else:
                workbook_import(audit_id=found.pk, returned=returned, sha256="", by=by, at=AT)

        return _timed(work)

    return bring


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _best(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float]:
    """Return the best time of each, in turn, so that both meet the same busy machine."""
    pairs = [(_timed(ours), _timed(theirs)) for _each in range(REPEATS + 1)][1:]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)

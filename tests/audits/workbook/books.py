"""Workbooks of a scene, changed as people and spreadsheets change them."""

from __future__ import annotations

import hashlib
import re
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import openpyxl

from audits.selectors.workbook.report import workbook_plan
from audits.services.workbook.handing import workbook_export, workbook_import, workbook_read
from tests.factories import AT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audits.selectors.workbook.report import Plan
    from tests.audits.scenes import Scene


def exported(scene: Scene, folder: Path, who: str = "leader") -> Path:
    """Export the scene's audit into a file."""
    path = folder / "audit.xlsx"
    path.write_bytes(workbook_export(audit=scene.audit, by=scene.people[who], at=AT))
    return path


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a workbook as a spreadsheet does, and save it whole."""
    book = openpyxl.load_workbook(path)
    yield book
    book.save(path)


def column(sheet: Any, key: str) -> int:
    """Return the place of a column by its key."""
    return next(cell.column for cell in sheet[1] if cell.value == key)


def line(sheet: Any, row_id: str) -> int:
    """Return the line of a row by its id."""
    return next(row[0].row for row in sheet.iter_rows(min_row=3) if row[0].value == row_id)


def fill(sheet: Any, row_id: str, **cells: Any) -> None:
    """Type into cells of a row."""
    for key, value in cells.items():
        sheet.cell(line(sheet, row_id), column(sheet, key)).value = value


def planned(scene: Scene, path: Path, who: str = "leader") -> Plan:
    """Return the plan of a returned workbook."""
    audit, returned = workbook_read(path)
    return workbook_plan(audit, returned, by=scene.people[who], at=AT)


def brought(scene: Scene, path: Path, who: str = "leader", **how: Any) -> Plan:
    """Import a returned workbook."""
    audit, returned = workbook_read(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return workbook_import(
        audit_id=audit.pk, returned=returned, sha256=sha256, by=scene.people[who], **{"at": AT, **how}
    )


def said(plan: Plan) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return (status, codes) by id of every row that is not as it was."""
    return {
        row.id: (str(row.status), tuple(each.code for each in row.problems))
        for row in plan
        if row.status != "unchanged"
    }


def rezipped(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Path:
    """Rewrite the parts of a workbook; ``extra`` are added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, **(extra or {})}.items():
            archive.writestr(name, data)
    return path


def as_libreoffice(path: Path) -> Path:
    """Write the parts as LibreOffice does: texts in a table, rows with their look, empty ones down to the last."""
    strings: list[str] = []

    def shared(match: re.Match[str]) -> str:
        strings.append(match.group("text"))
        return f'<c r="{match.group("ref")}" s="1" t="s"><v>{len(strings) - 1}</v></c>'

    def change(name: str, data: bytes) -> bytes:
        if not name.startswith("xl/worksheets/"):
            return data
        text = data.decode()
        pattern = r'<c r="(?P<ref>[A-Z]+\d+)"[^>]*t="inlineStr"[^>]*><is><t[^>]*>(?P<text>.*?)</t></is></c>'
        text = re.sub(pattern, shared, text, flags=re.DOTALL)
        look = r'<row r="\1" customFormat="false" ht="12.8" hidden="false"\2>'
        text = re.sub(r'<row r="(\d+)"[^>]*?(/?)>', look, text)
        blank = "".join(f'<row r="{at}" customFormat="false"><c r="A{at}" s="1"/></row>' for at in (900, 1048576))
        return text.replace("</sheetData>", f"{blank}</sheetData>").encode()

    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    table = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in strings)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override)
    parts["xl/sharedStrings.xml"] = f'{head}<sst xmlns="{main}">{table}</sst>'.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path

"""Workbooks that are not taken at all, and what measurements do not allow."""

from __future__ import annotations

import time
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from audits.services.workbook.handing import WorkbookRefusedError, workbook_export, workbook_read
from audits.workbook.grid import read_grids
from audits.workbook.seal import WorkbookError
from tests.audits.scenes import Scene, make_people
from tests.audits.test_computed import QUARTER_ENDS, make_run, result_edition
from tests.audits.workbook.books import brought, exported, fill, opened, planned, rezipped, said
from tests.factories import AT, leader_of, make_audit, make_centre

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audits.models import Audit

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def of(audit: Audit, folder: Path, name: str = "a.xlsx") -> Path:
    path = folder / name
    path.write_bytes(workbook_export(audit=audit, by=leader_of(audit), at=AT))
    return path


@pytest.mark.django_db
def test_another_audit_another_edition_another_installation(tmp_path: Path, settings: Any) -> None:
    audit, other = make_audit(), make_audit()
    path = of(audit, tmp_path)
    with pytest.raises(WorkbookError, match=f"of audit {audit.reference}"):
        workbook_read(path, audit=other)
    settings.SECRET_KEY = "another installation entirely"
    with pytest.raises(WorkbookError, match="exported elsewhere"):
        workbook_read(path)


@pytest.mark.django_db
def test_an_audit_that_moved_to_another_edition(tmp_path: Path) -> None:
    audit = make_audit()
    path = of(audit, tmp_path)
    _audit, returned = workbook_read(path)
    moved = make_audit().edition
    type(audit).objects.filter(pk=audit.pk).update(edition=moved)
    with pytest.raises(WorkbookError, match="by now"):
        workbook_read(path)
    from audits.services.workbook.handing import workbook_import

    with pytest.raises(WorkbookError, match="by now"):
        workbook_import(audit_id=audit.pk, returned=returned, sha256="", by=leader_of(audit), at=AT)


def _meta(book: Any) -> None:
    for row in book["_meta"].iter_rows():
        if row[0].value == "audit":
            row[1].value = "A-2026-99999"


def _no_meta(book: Any) -> None:
    del book["_meta"]


def _formula(book: Any) -> None:
    fill(book["Answers"], "A1.1", note="=HYPERLINK(A1)")


def _formula_elsewhere(book: Any) -> None:
    book.create_sheet("Sums")["XFD9"] = "=1+1"


def _merged(book: Any) -> None:
    book["Answers"].merge_cells("A3:A9")


def _keys(book: Any) -> None:
    for sheet in book:
        if sheet.title != "_meta":
            sheet.delete_rows(1)


def _twice(book: Any) -> None:
    book.copy_worksheet(book["Answers"])


def _key_twice(book: Any) -> None:
    book["Answers"]["D1"] = "note"


def _no_rev(book: Any) -> None:
    book["Answers"].delete_cols(2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_meta, "_meta was changed"),
        (_no_meta, "_meta is missing"),
        (_formula, "Answers!H3 holds a formula"),
        (_formula_elsewhere, "Sums!XFD9 holds a formula"),
        (_merged, "merged cells"),
        (_keys, "_rev is missing"),
        (_twice, "hold the same"),
        (_key_twice, "key note is there twice"),
        (_no_rev, "column _rev is missing"),
    ],
)
def test_a_workbook_that_cannot_be_read_for_sure(tmp_path: Path, change: Callable[[Any], None], words: str) -> None:
    path = of(make_audit(), tmp_path)
    with opened(path) as book:
        change(book)
    begun = time.perf_counter()
    with pytest.raises(WorkbookError, match=words):
        workbook_read(path)
    assert time.perf_counter() - begun < 3


def _small(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "links to other files"),
        ({"xl/embeddings/a.bin": b"x"}, "embedded objects"),
        ({"xl/worksheets/big.xml": b" " * (70 << 20)}, "64 MiB"),
        ({"xl/worksheets/big.xml": b"0" * (30 << 20)}, "200 times"),
        ({f"xl/{number}.xml": b"<x/>" for number in range(2001)}, "2,000 parts"),
        ({"xl/a.xml": "".join(f"<a>{number}</a>" for number in range(500_001)).encode()}, "more than a spreadsheet"),
        (
            {"xl/a.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///a">]><x>&e;</x>'},
            "type",
        ),
        ({"xl/a.xml": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16")}, "document type"),
    ],
)
def test_hostile_parts_are_refused_before_anything_is_unpacked(
    tmp_path: Path, parts: dict[str, bytes], words: str
) -> None:
    path = rezipped(_small(tmp_path / "a.xlsx"), lambda _name, data: data, parts)
    with pytest.raises(WorkbookError, match=words):
        read_grids(path)


def test_a_part_that_is_there_twice_and_half_a_file(tmp_path: Path) -> None:
    path = _small(tmp_path / "a.xlsx")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WorkbookError, match="not an XLSX"):
        read_grids(path)
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + whole)
    with pytest.raises(WorkbookError, match="password"):
        read_grids(path)
    path.write_bytes(whole)
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("xl/workbook.xml", "x")
    with pytest.raises(WorkbookError, match="same part twice"):
        read_grids(path)


def test_a_cell_at_the_end_of_the_grid_costs_nothing(tmp_path: Path) -> None:
    far = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c>'
    far += '<c r="A1048576" t="n"><v>1</v></c></row></sheetData></worksheet>'
    path = rezipped(
        _small(tmp_path / "a.xlsx"), lambda name, data: far.encode() if "worksheets/sheet1" in name else data
    )
    begun = time.perf_counter()
    (grid,) = read_grids(path)
    assert time.perf_counter() - begun < 0.5
    whole = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    rezipped(path, lambda _name, data: data.replace(b"</worksheet>", whole))
    assert read_grids(path)[0].merged
    assert [(line, [cell.address for cell in row.values()]) for line, row in grid.rows.items()] == [
        (1048576, ["A1048576"])
    ]
    rows = "".join(f'<row r="{line}"><c r="A{line}" t="n"><v>1</v></c></row>' for line in range(1, 10_003))
    many = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    rezipped(path, lambda name, data: many if "worksheets/sheet1" in name else data)
    with pytest.raises(WorkbookError, match="more than 10,000 rows"):
        read_grids(path)


@pytest.mark.django_db
def test_a_result_is_never_raised_above_what_measurements_give(tmp_path: Path) -> None:
    from audits.services.market import market_attach
    from benchmarks.services import market_load
    from tests.benchmarks.test_market import GOOD, release

    centre = make_centre(country="CN", industry="banking", channels=["voice"])
    audit = make_audit(edition=result_edition(), centre=centre)
    runs = [make_run(centre, last, 97.0) for last in QUARTER_ENDS]
    market = market_load(content=release(GOOD), code="m", title="M", by=None, at=AT)
    market_attach(audit_id=audit.pk, run=runs[-1], release=market, by=leader_of(audit), at=AT)
    audit = type(audit).objects.get(pk=audit.pk)
    scene = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    path = exported(scene, tmp_path)
    with opened(path) as book:
        fill(book["Answers"], "B1.1", level=5, note="I believe it.")
        fill(book["Answers"], "A1.1", level=3)
    assert said(planned(scene, path)) == {"B1.1": ("invalid", ("above_computed",)), "A1.1": ("update", ())}
    with pytest.raises(WorkbookRefusedError):
        brought(scene, path)
    with opened(path) as book:
        fill(book["Answers"], "B1.1", level=2, note=None)
    assert said(planned(scene, path))["B1.1"] == ("invalid", ("below_without_reason",))

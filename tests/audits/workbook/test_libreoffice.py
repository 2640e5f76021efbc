"""The real LibreOffice opens and saves a workbook on its way; runs where ``soffice`` is installed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.audits.scenes import Scene, make_people, raise_finding
from tests.audits.workbook.books import brought, column, exported, fill, opened, planned, said
from tests.audits.workbook.test_round_trip import TRICKY, answer, save
from tests.factories import make_audit, make_edition

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed here."),
]


OPTIONAL = f"B1.{len(TRICKY) // 2}"  # the one criterion that may be not applicable


def through_libreoffice(path: Path, kind: str = "xlsx") -> Path:
    """Let LibreOffice open a file and save it; with a profile of its own, so that no open window is in the way."""
    folder = path.parent / "saved"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = [OFFICE or "", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / f"{path.stem}.{kind}"


@pytest.fixture
def scene() -> Scene:
    """Return an audit with a text of every kind that spreadsheets make something else of, and a finding."""
    audit = make_audit(edition=make_edition(len(TRICKY) // 2))
    made = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    for place, text in zip(audit.current_answers.order_by("pk"), TRICKY, strict=True):
        save(made, place.criterion.code, level=3, note=text)
    made.finding = raise_finding(made)
    return made


def test_what_libreoffice_saved_comes_back_as_no_change_and_what_was_filled_in_as_updates(
    scene: Scene, tmp_path: Path
) -> None:
    path = through_libreoffice(exported(scene, tmp_path))
    assert said(planned(scene, path)) == {}
    with opened(path) as book:
        for cell in (cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)):
            cell.data_type = "s"
        fill(book["Answers"], "A1.1", level=5, note="Seen on 1/2, 007 of them.")
        fill(book["Answers"], OPTIONAL, level="na", na_reason="No such service.")
        book["Findings"].append([None, None, "B1.2", "minor", "Late.", "Seen.", datetime(2026, 10, 1)])  # noqa: DTZ001 - a cell has no zone
    path = through_libreoffice(path.rename(tmp_path / "filled.xlsx"))
    changed = said(planned(scene, path))
    assert list(changed.values()) == [("update", ())] * 3
    brought(scene, path)
    assert (answer(scene, "A1.1").level, answer(scene, "A1.1").note) == (5, "Seen on 1/2, 007 of them.")
    assert answer(scene, OPTIONAL).na_reason == "No such service."
    assert str(scene.audit.findings.get(number=2).due) == "2026-10-01"
    assert said(planned(scene, path)) == {}, "brought a second time it changes nothing"


def test_below_the_last_finding_everything_is_typed_as_text_and_rows_are_as_high_as_their_texts(
    scene: Scene, tmp_path: Path
) -> None:
    save(scene, "A1.3", level=3, note="Forty words say what was seen. " * 8)
    sheets = load_workbook(through_libreoffice(exported(scene, tmp_path)))
    findings, answers = sheets["Findings"], sheets["Answers"]
    below = findings.cell(findings.max_row + 5, column(findings, "statement"))
    letter = below.column_letter
    assert findings.column_dimensions[letter].number_format == "@" or below.number_format == "@"
    heights = {answers.cell(line, 1).value: answers.row_dimensions[line].height for line in (3, 5)}
    assert heights["A1.3"] > 2 * heights["A1.1"]

"""A workbook goes out, people and spreadsheets do to it what they do, and it comes back."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl.worksheet.datavalidation import DataValidation

from audits.models import AnswerVariant, Evidence, Finding
from audits.samples import SampleItem
from audits.selectors.workbook.report import annotated_content, fingerprint_of, report_of, workbook_plan
from audits.services.answers import AnswerInput, answer_save
from audits.services.findings import finding_edit
from audits.services.samples import sample_choose, sample_create
from audits.services.workbook.handing import WorkbookRefusedError, workbook_read
from audits.workbook.texts import carried, escaped, is_exact, unescaped
from audits.workbook.writer import write_workbook
from ledger.models import Entry
from tests.audits.scenes import Scene, make_people, make_scene, raise_finding, settle
from tests.audits.workbook.books import as_libreoffice, brought, column, exported, fill, line, opened, planned, said
from tests.factories import AT, make_audit, make_edition

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import Answer

pytestmark = pytest.mark.django_db

# What Excel, LibreOffice or openpyxl would each make something else of.
TRICKY = (
    "=1+1",
    "+49 30 1",
    "@home\n-1",
    "007",
    "1,5",
    "31/12/2025",
    "2.00",
    "#N/A",
    "#CLEAR",
    "_x0041_ is no letter",
    "'quoted",
    "TRUE",
    "Zeile\r\nzwei  zweimal",
    "客户 😀 <b>&amp;</b>",
)


@pytest.fixture
def scene() -> Scene:
    """Return an audit of eight criteria with evidence and a finding, and a chosen sample of two records."""
    made = make_scene(answered=False, edition=make_edition(4))
    leader = made.people["leader"]
    sample = sample_create(
        answer=made.answer, title="Tickets", method="judgemental", parameters={"size": 2}, why="Late.", by=leader, at=AT
    )
    sample_choose(sample_id=sample.pk, records=["007", "T-2"], by=leader, at=AT)
    return made


def answer(scene: Scene, code: str) -> Answer:
    return scene.audit.current_answers.get(criterion__code=code)


def save(scene: Scene, code: str, who: str = "auditor", **content: Any) -> Answer:
    found = answer(scene, code)
    return answer_save(
        answer_id=found.pk, content=AnswerInput(**content), revision=found.revision, by=scene.people[who], at=AT
    )


@pytest.mark.parametrize("saved_by", ["nobody", "openpyxl", "libreoffice"])
def test_what_went_out_comes_back_as_no_change(tmp_path: Path, saved_by: str) -> None:
    edition = make_edition(len(TRICKY) // 2)
    audit = make_audit(edition=edition)
    scene = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    for place, text in zip(audit.current_answers.order_by("pk"), TRICKY, strict=True):
        save(scene, place.criterion.code, level=3, note=text)
    raise_finding(scene)
    path = exported(scene, tmp_path)
    if saved_by == "openpyxl":
        with opened(path) as book:
            for cell in (cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)):
                cell.data_type = "s"  # as a cell of the format Text keeps what begins like a formula
    if saved_by == "libreoffice":
        as_libreoffice(path)
    assert said(planned(scene, path)) == {}
    before = Entry.objects.count()
    assert len(brought(scene, path)) == len(TRICKY) + 1
    assert Entry.objects.count() == before, "nothing is written, not even that it was brought"


def test_a_cell_that_cannot_carry_a_text_does_not_take_it_back(scene: Scene, tmp_path: Path) -> None:
    save(scene, "A1.1", note="bell \x07 rings", level=1)
    save(scene, "A1.2", note="😀" * 19_999, level=1)
    path = exported(scene, tmp_path)
    assert said(planned(scene, path)) == {}
    with opened(path) as book:
        fill(book["Answers"], "A1.1", note="bell rings twice")
        fill(book["Answers"], "A1.2", level=2)
    assert said(planned(scene, path)) == {"A1.1": ("invalid", ("not_carried",)), "A1.2": ("update", ())}
    brought(scene, path, valid_only=True)
    assert answer(scene, "A1.2").note == "😀" * 19_999, "what was not touched stays whole"


@pytest.mark.parametrize(("takes", "brings"), [("zh-hant", "en"), ("en", "zh-hans")])
def test_the_language_of_who_takes_and_who_brings_it_changes_nothing(
    scene: Scene, tmp_path: Path, takes: str, brings: str
) -> None:
    save(scene, "A1.1", level=3, note="客户 and 顧客")
    save(scene, "B1.4", na_reason="No such service.")
    with translation.override(takes):
        path = exported(scene, tmp_path)
    with translation.override(brings):
        assert said(planned(scene, path)) == {}
        with opened(path) as book:
            fill(book["Answers"], "A1.2", level="na", na_reason="None.")
            fill(book["Answers"], "A1.3", level=4)
        assert said(planned(scene, path)) == {"A1.2": ("invalid", ("na_not_allowed",)), "A1.3": ("update", ())}


def test_errors_of_the_spreadsheet_numbers_and_long_texts(scene: Scene, tmp_path: Path) -> None:
    path = exported(scene, tmp_path)
    with opened(path) as book:
        fill(book["Answers"], "A1.1", note="#N/A")  # openpyxl makes an error cell of it, as Excel does
        fill(book["Answers"], "A1.2", level=3.0)
        fill(book["Answers"], "A1.3", level=2.5)
        fill(book["Answers"], "A1.4", level=2, note="x" * 20_001)
        fill(book["Answers"], "B1.1", level="2,0")
    assert said(planned(scene, path)) == {
        "A1.1": ("invalid", ("error_value",)),
        "A1.2": ("update", ()),
        "A1.3": ("invalid", ("no_code",)),
        "A1.4": ("invalid", ("text_too_long",)),
        "B1.1": ("invalid", ("bad_level",)),
    }


def test_texts_of_cells() -> None:
    assert len(carried("😀" * 20_000).encode("utf-16-le")) // 2 == 32_766
    assert carried("a" * 40_000) == "a" * 32_767
    assert unescaped(escaped("_x0041_ _x005F_ _y")) == "_x0041_ _x005F_ _y"
    assert not is_exact("\ufffe")
    assert not is_exact("x005F_")


def _fill_every_way(scene: Scene, book: Any) -> None:
    """Type something of every kind."""
    sheet = book["Answers"]
    fill(sheet, "A1.1", level="3", note="=1+1 is no formula")
    sheet.cell(line(sheet, "A1.1"), column(sheet, "note")).data_type = "s"
    fill(sheet, "A1.2", level=4.0)
    fill(sheet, "A1.3", level=4, note="Same.")
    fill(sheet, "A1.4", level=3)
    fill(sheet, "B1.1", level="na", na_reason="None.")
    fill(sheet, "B1.2", level=True)
    fill(sheet, "B1.3", note=datetime(2026, 1, 2))  # noqa: DTZ001 - a cell has no zone
    fill(sheet, "B1.4", level="na", na_reason="No such service.")
    sheet.append(["Z9.9", "0", "Z9.9", "", "", "3"])
    sheet.append([None, None, None, None, None, "3"])
    fill(book["Findings"], "F1", statement="Otherwise.")
    findings = book["Findings"]
    findings.append([None, None, "B1.2", "minor", "Late.", "Seen.", datetime(2026, 10, 1)])  # noqa: DTZ001
    findings.append([None, None, "B1.2", "minor", "Late.", "Seen.", "2026-10-01"])
    findings.append([None, None, "B9.9", "great", "", "Seen.", "01.10.2026"])
    fill(book["Samples"], "S1.1", result="fails")
    fill(book["Samples"], "S1.2", result="conforms", note=12)
    fill(book["Evidence"], f"E{scene.evidence.pk}", title="Wall", criteria="A1.2 | A1.1", valid_until="2027-01-31")


def test_every_status(scene: Scene, tmp_path: Path) -> None:
    save(scene, "A1.4", who="leader", level=2, note="Mine.")
    path = exported(scene, tmp_path)
    save(scene, "A1.2", level=5)
    save(scene, "A1.3", level=4, note="Same.")
    save(scene, "A1.4", who="leader", level=2, note="Mine, longer.")
    settle(scene.finding, until="responded")
    with opened(path) as book:
        _fill_every_way(scene, book)
    plan = planned(scene, path)
    found = [(row.id, str(row.status), [each.code for each in row.problems]) for row in plan]
    assert [each for each in found if each[1] != "unchanged"] == [
        ("A1.1", "update", []),
        ("A1.2", "conflict", ["changed_meanwhile"]),
        ("A1.4", "update", []),
        ("B1.1", "invalid", ["na_not_allowed"]),
        ("B1.2", "invalid", ["no_code"]),
        ("B1.3", "invalid", ["no_text"]),
        ("B1.4", "update", []),
        ("Z9.9", "unknown", ["id_unknown"]),
        ("", "unknown", ["no_id"]),
        (f"E{scene.evidence.pk}", "update", []),
        ("S1.1", "invalid", ["note_missing"]),
        ("S1.2", "update", []),
        ("F1", "locked", ["locked_answered"]),
        ("", "update", []),
        ("", "duplicate", ["row_twice"]),
        ("", "invalid", ["no_date"]),
    ]
    assert ("A1.3", "unchanged", []) in found, "what stands there already is no conflict"
    before = Entry.objects.count()
    with pytest.raises(WorkbookRefusedError) as refused:
        brought(scene, path)
    assert refused.value.code == "rows_refused"
    assert Entry.objects.count() == before, "all or nothing"
    assert answer(scene, "A1.1").revision == 0

    brought(scene, path, valid_only=True)
    assert answer(scene, "A1.1").note == "=1+1 is no formula"
    assert (answer(scene, "A1.2").level, answer(scene, "A1.4").note) == (5, "Mine, longer.")
    assert answer(scene, "A1.4").level == 3, "one person's changes of different things are joined"
    assert SampleItem.objects.get(record="T-2").note == "12"
    piece = Evidence.objects.get(pk=scene.evidence.pk)
    assert (piece.title, str(piece.valid_until)) == ("Wall", "2027-01-31")
    assert sorted(piece.answers.values_list("criterion__code", flat=True)) == ["A1.1", "A1.2"]
    assert Finding.objects.filter(statement="Late.").count() == 1
    payload = json.loads(Entry.objects.order_by("-sequence")[0].content)["payload"]
    assert payload["valid_rows_only"] is True
    assert len(payload["left_out"]) == 10
    again = planned(scene, path)
    assert [row.id for row in again if row.status == "update"] == [], "brought twice is brought once"
    brought(scene, path, valid_only=True)
    assert Finding.objects.filter(statement="Late.").count() == 1


def test_conflicts_show_three_sides_and_the_remarks_come_back(scene: Scene, tmp_path: Path) -> None:
    save(scene, "A1.1", level=1, note="As exported.")
    path = exported(scene, tmp_path)
    save(scene, "A1.1", level=2, note="=theirs")
    with opened(path) as book:
        fill(book["Answers"], "A1.1", note="Mine.")
        fill(book["Answers"], "B1.1", level=9)
    audit, returned = workbook_read(path)
    plan = planned(scene, path)
    rows = {row["id"]: row for row in report_of(audit, returned, plan, written=False)["rows"]}
    assert rows["A1.1"]["cells"] == [
        {
            "cell": "Answers!H3",
            "column": "note",
            "exported": "As exported.",
            "server": "=theirs",
            "mine": "Mine.",
            "message": "",
        }
    ]
    assert "0, 1, 2, 3, 4, 5" in rows["B1.1"]["cells"][0]["message"]
    back = tmp_path / "back.xlsx"
    back.write_bytes(write_workbook(annotated_content(audit, returned, plan)))
    sheet = openpyxl.load_workbook(back)["Answers"]
    at = line(sheet, "A1.1")
    assert sheet.cell(at, column(sheet, "_status")).value == "conflict"
    stored = sheet.cell(at, column(sheet, "_server_value"))
    assert (stored.value, stored.data_type) == ("note: =theirs", "s")
    assert said(planned(scene, back)) == said(plan), "it can be mended and brought again"
    with opened(back) as book:
        fill(book["Answers"], "A1.1", note="As exported.")
        fill(book["Answers"], "B1.1", level=5)
    brought(scene, back)
    assert answer(scene, "B1.1").level == 5


def test_clear_erases_and_an_empty_cell_does_not(scene: Scene, tmp_path: Path) -> None:
    save(scene, "A1.1", level=3, note="Note.")
    save(scene, "A1.2", level=3, note="Note.")
    save(scene, "B1.4", na_reason="No such service.")
    path = exported(scene, tmp_path)
    with opened(path) as book:
        fill(book["Answers"], "A1.1", level="#CLEAR", note="#CLEAR")
        fill(book["Answers"], "A1.2", level=None, note=None)
        fill(book["Answers"], "B1.4", level="2")
    brought(scene, path)
    assert [(answer(scene, code).level, answer(scene, code).note) for code in ("A1.1", "A1.2")] == [
        (None, ""),
        (3, "Note."),
    ]
    assert (answer(scene, "B1.4").level, answer(scene, "B1.4").na_reason) == (2, "")


def test_sheets_renamed_protected_rows_and_columns_moved_hidden_inserted(scene: Scene, tmp_path: Path) -> None:
    path = exported(scene, tmp_path)
    with opened(path) as book:
        sheet = book["Answers"]
        fill(sheet, "B1.1", level=3)
        sheet.title = "回答"
        book.move_sheet("回答", -1)
        sheet.protection.sheet = True
        sheet.protection.password = "secret"
        sheet.row_dimensions[line(sheet, "B1.1")].hidden = True
        sheet.insert_cols(3)
        sheet["C5"] = "my own remark"
        values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
        sheet.delete_rows(3, len(values))
        for row in [*reversed(values[1:]), [None], values[0]]:
            sheet.append(row)
        sheet.insert_rows(1)
        sheet["A1"] = "Our centre, second visit"
        sheet.add_data_validation(DataValidation("whole", formula1="1"))
        book["_meta"].sheet_state, book["_meta"].title = "visible", "what is this"
        del book["Samples"]
        book.create_sheet("Our sums")["A1"] = 3
    assert said(planned(scene, path)) == {"B1.1": ("update", ())}
    returned = workbook_read(path)[1]
    assert (returned.sheets[0].title, returned.ignored) == ("回答", ("Our sums",))


def test_hidden_columns_that_no_longer_go_with_the_row(scene: Scene, tmp_path: Path) -> None:
    path = exported(scene, tmp_path)
    with opened(path) as book:
        fill(book["Answers"], "A1.1", code="A1.2", level=3)
        fill(book["Answers"], "A1.2", _rev=7, level=3)
        sheet = book["Answers"]
        row = [cell.value for cell in sheet[line(sheet, "A1.3")]]
        sheet.append(row)
    assert said(planned(scene, path)) == {
        "A1.1": ("invalid", ("row_mixed",)),
        "A1.2": ("invalid", ("rev_changed",)),
        "A1.3": ("duplicate", ("id_twice",)),
    }


def test_two_people_fill_the_same_export(scene: Scene, tmp_path: Path) -> None:
    first = exported(scene, tmp_path)
    second = tmp_path / "second.xlsx"
    second.write_bytes(first.read_bytes())
    with opened(first) as book:
        fill(book["Answers"], "A1.1", level=3)
        fill(book["Answers"], "A1.2", level=3)
    with opened(second) as book:
        fill(book["Answers"], "A1.2", level=4)
        fill(book["Answers"], "A1.3", level=4)
    brought(scene, first, who="leader")
    assert said(planned(scene, second, who="auditor")) == {
        "A1.2": ("conflict", ("changed_meanwhile",)),
        "A1.3": ("update", ()),
    }
    assert not AnswerVariant.objects.exists()


def test_a_finding_changed_meanwhile_and_one_whose_criterion_is_changed(scene: Scene, tmp_path: Path) -> None:
    raise_finding(scene)
    path = exported(scene, tmp_path)
    finding = scene.finding
    finding_edit(
        finding_id=finding.pk,
        kind="minor",
        statement="Off since May.",
        objective_evidence=finding.objective_evidence,
        due=finding.due,
        evidence=[],
        revision=0,
        by=scene.people["auditor"],
        at=AT,
    )
    with opened(path) as book:
        fill(book["Findings"], "F1", objective_evidence="Seen at 11:00.")
        fill(book["Findings"], "F2", criterion="B1.1")
    assert said(planned(scene, path)) == {
        "F1": ("conflict", ("changed_meanwhile",)),
        "F2": ("invalid", ("fixed",)),
    }


def test_a_closed_audit_takes_nothing(tmp_path: Path) -> None:
    scene = make_scene()
    path = exported(scene, tmp_path)
    scene.step("close", "leader")
    scene.audit.refresh_from_db()
    type(scene.audit).objects.filter(pk=scene.audit.pk).update(status="technical_review")
    with opened(path) as book:
        fill(book["Answers"], "A1.1", level=1)
        book["Findings"].append([None, None, "A1.1", "strength", "Good.", "Seen."])
    assert said(planned(scene, path)) == {"A1.1": ("locked", ("locked_status",)), "": ("locked", ("locked_status",))}


def test_what_was_shown_is_what_is_done(scene: Scene, tmp_path: Path) -> None:
    path = exported(scene, tmp_path)
    with opened(path) as book:
        fill(book["Answers"], "A1.1", level=1)
        fill(book["Answers"], "A1.2", level=1)
    shown = fingerprint_of(planned(scene, path))
    save(scene, "A1.2", level=1)
    with pytest.raises(WorkbookRefusedError, match="plan_changed"):
        brought(scene, path, fingerprint=shown)
    assert answer(scene, "A1.1").level is None
    shown = fingerprint_of(planned(scene, path))
    save(scene, "B1.1", level=1)
    brought(scene, path, fingerprint=shown)
    assert answer(scene, "A1.1").level == 1, "what others do elsewhere does not matter"


def test_sealed_evidence_does_not_leave(scene: Scene, tmp_path: Path) -> None:
    Evidence.objects.filter(pk=scene.evidence.pk).update(confidential=True)
    sheet = openpyxl.load_workbook(exported(scene, tmp_path, who="centre_manager"))["Evidence"]
    assert sheet.max_row == 2
    assert openpyxl.load_workbook(exported(scene, tmp_path, who="leader"))["Evidence"].max_row == 3


def test_many_rows_take_the_queries_of_few(scene: Scene, tmp_path: Path) -> None:
    path = exported(scene, tmp_path)

    def cost(codes: list[str]) -> int:
        with opened(path) as book:
            for code in codes:
                fill(book["Answers"], code, level=2, note="Changed.")
        _audit, returned = workbook_read(path)
        with CaptureQueriesContext(connection) as captured:
            workbook_plan(scene.audit, returned, by=scene.people["leader"], at=AT)
        return len(captured)

    assert cost(["A1.1"]) == cost(["A1.2", "A1.3", "B1.1", "B1.2"])


def run(name: str, *arguments: str) -> tuple[int, str, str]:
    """Run a command; return exit code, output, messages."""
    out, messages = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=messages)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), messages.getvalue()
    return 0, out.getvalue(), messages.getvalue()


def test_commands(scene: Scene, tmp_path: Path) -> None:
    path = str(tmp_path / "a.xlsx")
    code, out, _messages = run("export_workbook", scene.audit.reference, path, "--json")
    assert (code, json.loads(out)["for"]) == (0, scene.people["leader"].email)
    assert run("export_workbook", str(scene.audit.pk), path, "--by", scene.people["outsider"].email)[0] == 1
    assert run("export_workbook", "A-1999-00001", path)[0] == 2
    code, out, messages = run("import_workbook", path, "--json")
    report = json.loads(out)
    assert (code, messages) == (0, "")
    assert report["counts"] == {
        "unchanged": 12,
        "update": 0,
        "conflict": 0,
        "invalid": 0,
        "locked": 0,
        "unknown": 0,
        "duplicate": 0,
    }
    with opened(tmp_path / "a.xlsx") as book:
        fill(book["Answers"], "A1.1", level=3)
    assert run("import_workbook", path, "--dry-run")[0] == 0
    assert answer(scene, "A1.1").level is None
    assert run("import_workbook", path, "--by", scene.people["viewer"].email)[0] == 1
    code, out, _messages = run("import_workbook", path)
    assert (code, answer(scene, "A1.1").level) == (0, 3)
    assert "1 update; saved" in out.replace("11 unchanged, ", "")
    with opened(tmp_path / "a.xlsx") as book:
        fill(book["Answers"], "A1.2", level=3)
        fill(book["Answers"], "A1.3", level="great")
    back = str(tmp_path / "back.xlsx")
    code, out, _messages = run("import_workbook", path, "--annotated", back)
    assert (code, answer(scene, "A1.2").level) == (1, None)
    assert "Answers!F5 level" in out
    assert run("import_workbook", path, "--valid-rows-only")[0] == 0
    assert answer(scene, "A1.2").level == 3
    code, out, messages = run("import_workbook", str(tmp_path / "none.xlsx"))
    assert (code, out, messages.count("\n")) == (2, "", 1)

"""What programs and editors take away of an audit: answers, OSCAL assessment results, the report as a Word file."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import docx
import jsonschema_rs
import pytest
from django.urls import reverse

from accounts.models import Role
from audits.models import FindingKind
from reports.models import Export
from reports.papers import KINDS, Order
from reports.renderers.docx_report import render_docx
from reports.renderers.oscal import render_oscal, token
from reports.services import export_render
from tests.factories import AT, leader_of, make_audit, make_user
from tests.reports.rows import answer_all, make_evidence
from tests.reports.samples import make_report

if TYPE_CHECKING:
    from django.test import Client

    from audits.models import Audit

# As published with OSCAL 1.1.3 (usnistgov/OSCAL), in the public domain; SHA-256 d9e34757...82bc4c3.
SCHEMA = json.loads((Path(__file__).parent / "schemas/oscal-assessment-results-1.1.3.json").read_text())


def results_of(report: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render_oscal(report).data)["assessment-results"]
    return found


@pytest.fixture(scope="module")
def schema() -> Any:
    return jsonschema_rs.validator_for(SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"language": "zh-hant"},
        {"draft": True, "decision": None, "certificate": None, "market_release": None, "result_sha256": ""},
        {"findings": (), "evidence": (), "comparisons": ()},
    ],
)
def test_oscal_results_are_valid_by_the_published_schema(schema: Any, change: dict[str, Any]) -> None:
    document = json.loads(render_oscal(replace(make_report(), **change)).data)
    assert [str(error) for error in schema.iter_errors(document)] == []


def test_a_criterion_is_satisfied_without_nonconformity_above_the_lowest_level() -> None:
    report = make_report()
    result = results_of(report)["results"][0]
    rows = {row.code: row for part in report.sections for clause in part.clauses for row in clause.rows}
    failing = {each.criterion for each in report.findings if each.kind in {"major", "minor"}}
    assert failing
    states = {each["target"]["target-id"]: each["target"]["status"]["state"] for each in result["findings"]}
    for code, state in states.items():
        failed = code in failing or rows[code].level == rows[code].scale.low
        assert state == ("not-satisfied" if failed else "satisfied"), code
    selection = result["reviewed-controls"]["control-selections"][0]
    named = {
        each["control-id"] for part in ("include-controls", "exclude-controls") for each in selection.get(part, [])
    }
    answered = {code for code, row in rows.items() if row.level is not None or row.na_reason or not row.asked}
    assert named == answered
    level = next(each for each in result["findings"][0]["props"] if each["name"] == "level")
    assert level["value"] == str(rows[result["findings"][0]["target"]["target-id"]].level)


def test_equal_reports_give_equal_bytes_and_every_reference_leads_somewhere() -> None:
    first, again = render_oscal(make_report()), render_oscal(make_report())
    assert first == again
    found = results_of(make_report())
    result = found["results"][0]
    resources = {each["uuid"] for each in found["back-matter"]["resources"]}
    observations = {each["uuid"]: each for each in result["observations"]}
    assert found["import-ap"]["href"].removeprefix("#") in resources
    for each in observations.values():
        for piece in each.get("relevant-evidence", []):
            assert piece["href"].removeprefix("#") in resources
    for each in result["findings"]:
        assert each["related-observations"][0]["observation-uuid"] in observations


def test_codes_are_written_as_oscal_writes_names() -> None:
    assert [token(code) for code in ("A1.1", "4.2", "a b/c", "é1")] == ["A1.1", "c-4.2", "a-b-c", "c--1"]


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def audit(db: None) -> Audit:
    audit = make_audit()
    answer_all(audit, 3)
    make_evidence(audit, "Manual", "A1.1")
    return audit


def test_answers_are_a_row_a_criterion_with_codes_and_the_texts_neutralised(audit: Audit) -> None:
    answer = audit.answers.get(criterion__code="A1.1")
    answer.note = "=cmd|x"
    answer.save()
    left = audit.answers.get(criterion__code="B1.3")
    left.level, left.na_reason = None, "No such channel."
    left.save()
    order = Order(subject=audit, by=leader_of(audit), language="zh-hant", at=AT)
    text = KINDS["answers"].formats["csv"](order).data.decode("utf-8-sig")
    rows = {row["criterion"]: row for row in csv.DictReader(io.StringIO(text))}
    assert len(rows) == audit.answers.count() == 6
    first = rows["A1.1"]
    assert (first["block"], first["clause"], first["level"], first["mandatory"]) == ("A", "A1", "3", "yes")
    assert (first["note"], first["evidence"]) == ("'=cmd|x", "E1")
    assert (rows["B1.3"]["level"], rows["B1.3"]["na_reason"]) == ("", "No such channel.")


@pytest.mark.parametrize("code", ["answers", "oscal_results", "editable_report", "management_summary"])
def test_who_may_not_export_gets_none_of_it(audit: Audit, client: Client, code: str) -> None:
    address = reverse("reports:document_request", args=[code])
    data = {"key": audit.pk, "format": next(iter(KINDS[code].formats))}
    for who, status in (
        (leader_of(audit), 302),
        (make_user(Role.CENTRE_MANAGER, audit.auditee), 302),
        (make_user(Role.VIEWER, audit.auditee), 403),
        (make_user(Role.ADMINISTRATOR), 404),
    ):
        client.force_login(who)
        assert client.post(address, data).status_code == status


def test_more_answers_ask_the_database_no_more_often(audit: Audit, django_assert_max_num_queries: Any) -> None:
    for number in range(1, 9):
        audit.findings.create(
            criterion=audit.answers.all()[0].criterion,
            number=number,
            kind=FindingKind.MINOR,
            statement="Not done.",
            objective_evidence="Seen.",
            raised_by=leader_of(audit),
            raised_at=AT,
        )
    order = Order(subject=audit, by=leader_of(audit), language="en", at=AT)
    for code, form in (("answers", "csv"), ("oscal_results", "json"), ("editable_report", "docx")):
        with django_assert_max_num_queries(20):
            KINDS[code].formats[form](order)


# --- the Word file -------------------------------------------------------------------------------------------------


def word_of(report: Any) -> Any:
    return docx.Document(io.BytesIO(render_docx(report).data))


def cells_of(word: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]


def test_the_word_file_lists_every_criterion_with_level_and_evidence_and_every_finding() -> None:
    report = make_report()
    word = word_of(report)
    rows = {row[0]: row for row in cells_of(word) if len(row) == 4}
    for section in report.sections:
        for clause in section.clauses:
            for each in clause.rows:
                row = rows[each.code]
                assert each.title in row[1]
                assert row[2].startswith(str(each.level) if each.level is not None else ("N/A", "U", "Not"))
                for name in each.evidence:
                    assert name in row[3]
    heads = [each.text for each in word.paragraphs if each.style.name == "Heading 3"]
    assert sum(head.startswith("No. ") for head in heads) == len(report.findings)
    said = str(cells_of(word))
    assert all(each.statement in said for each in report.findings)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Editable copy, not the signed report"), ("zh-hans", "可编辑副本"), ("zh-hant", "可編輯副本")],
)
def test_every_page_says_that_it_is_a_copy(language: str, words: str) -> None:
    word = word_of(make_report(language=language))
    assert words in word.sections[0].header.paragraphs[0].text
    assert words in word.core_properties.comments


def test_what_people_typed_is_text_and_no_markup_and_no_control_character_breaks_the_file() -> None:
    hostile = 'x<w:p/>&\x00\x0b"{ INCLUDETEXT c:\\\\secret }"'
    report = make_report(organisation=hostile)
    data = render_docx(report).data
    with ZipFile(io.BytesIO(data)) as file:
        body = file.read("word/document.xml").decode()
    assert "x&lt;w:p/&gt;&amp;" in body
    assert body.count("w:instrText") == 0  # the only field is the page number in the foot
    assert "\x00" not in body


def test_the_worker_makes_it_and_the_download_is_a_word_file(
    audit: Audit, client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"
    client.force_login(leader_of(audit))
    address = reverse("reports:document_request", args=["editable_report"])
    client.post(address, {"key": audit.pk, "format": "docx", "language": "zh-hant"})
    export = Export.objects.get()
    assert export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert export.filename == f"{audit.reference}-editable-report-draft-zh-hant.docx"
    answer = client.get(reverse("reports:export_download", args=[export.pk]))
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    word = docx.Document(io.BytesIO(b"".join(answer) if answer.streaming else answer.content))
    assert word.core_properties.language == "zh-hant"

"""What people write, and what nobody foresaw: one document, nothing lost, or a reason in words."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from django.db.models import ProtectedError

from benchmarks.kpis.registry import KPIS
from reports.carried import Basis
from reports.pdf import MissingGlyphError
from reports.renderers import render_pdf
from reports.selectors import certificate_document
from tests.factories import AT
from tests.reports.samples import make_findings, make_measures, make_report
from tests.reports.signed import make_audit_with_result


def text_of(report: Any) -> str:
    pages = pypdf.PdfReader(io.BytesIO(render_pdf(report).data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def short(**fields: Any) -> Any:
    """Return a report of one clause, since what these tests ask for stands in its first row."""
    report = make_report(**fields)
    section = report.sections[0]
    clause = section.clauses[0]
    return replace(report, sections=(replace(section, clauses=(replace(clause, rows=clause.rows[:2]),)),))


def noted(note: str) -> Any:
    report = short()
    section = report.sections[0]
    first, second = section.clauses[0].rows
    rows = (replace(first, note=note), second)
    return replace(report, sections=(replace(section, clauses=(replace(section.clauses[0], rows=rows),)),))


def test_an_answer_of_20_000_characters_is_printed_to_its_last_word() -> None:
    note = " ".join(f"w{number:05d}" for number in range(20_000 // 7))
    found = text_of(noted(note))
    assert [word for word in note.split() if word not in found] == []


def test_a_table_of_200_rows_has_them_all() -> None:
    found = text_of(short(findings=make_findings(200)))
    assert [number for number in range(1, 201) if f"No. {number} " not in found] == []


def test_measurements_of_one_row_each_go_on_over_the_page() -> None:
    one = make_measures()[0]
    kpis = [(kpi.code, variant.code) for kpi in KPIS.values() for variant in kpi.variants]
    measures = tuple(replace(one, kpi=kpi, variant=variant, n=100_000 + n) for n, (kpi, variant) in enumerate(kpis))
    found = text_of(short(basis=Basis({"case": {}, "result": {}}, measures)))
    assert [n for n in range(len(kpis)) if f"{100_000 + n:,}" not in found] == []


@pytest.mark.parametrize(
    ("name", "told"),
    [("مركز الاتصال", "U+0627 ARABIC LETTER ALEF"), ("מוקד", "U+05D3 HEBREW LETTER DALET"), ("A\u0378", "U+0378")],
)
def test_a_name_that_no_typeface_has_is_told_with_its_place_and_never_boxed(name: str, told: str) -> None:
    with pytest.raises(MissingGlyphError) as caught:
        render_pdf(make_report(organisation=name))
    assert told in str(caught.value)
    assert "engagement auditee name" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["</style><style>body{display:none}", "<h1>Boss</h1>", '<img src="file:///etc/passwd">', "}} {% now %}"]
)
def test_text_that_is_html_or_css_is_text(text: str) -> None:
    found = text_of(noted(f"Begin {text} end"))
    assert f"Begin {text} end" in found
    assert "Executive summary" in found


@pytest.mark.django_db
def test_a_site_that_a_certificate_names_cannot_be_deleted() -> None:
    audit = make_audit_with_result()
    site = audit.sites.create(centre=audit.auditee.centres.create(name="Other", country="HK", seats=3), activities="x")
    for centre in (audit.centre, site.centre):
        with pytest.raises(ProtectedError):
            centre.delete()
    names = [each.name for each in certificate_document(audit, language="en", at=AT).sites]
    assert names == [audit.centre.name, "Other"]

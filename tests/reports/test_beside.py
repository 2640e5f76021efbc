"""Two languages side by side: what differs stands twice, what people wrote stands once."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from reports.models import ExportStatus
from reports.renderers import render_html, render_pdf
from reports.renderers.beside import beside
from reports.selectors import audit_document
from reports.services import ExportRefusedError, export_render, export_request
from reports.storage import export_read
from tests.factories import AT, leader_of, make_audit
from tests.reports.samples import make_findings, make_report

if TYPE_CHECKING:
    from pathlib import Path


def both(first: str, second: str) -> str:
    return beside(f"<body>{first}</body>", f"<body>{second}</body>", "zh-hant")


def test_what_is_the_same_stands_once() -> None:
    assert both("<p>Ann Lee</p>", "<p>Ann  Lee</p>") == "<body><p>Ann Lee</p></body>"
    assert both("<td>5 Jan 2026 · Ann</td>", "<td>2026年1月5日 · Ann</td>") == "<body><td>5 Jan 2026 · Ann</td></body>"


def test_a_text_with_an_element_to_itself_is_followed_by_a_line_of_the_other() -> None:
    found = both("<h1>Score</h1>", "<h1>分數</h1>")
    assert '<h1><span class="first">Score</span> <span class="beside line" lang="zh-hant">分數</span> </h1>' in found


def test_within_a_sentence_the_other_follows_in_the_line() -> None:
    found = both("<p>Score <b>7</b></p>", "<p>分數 <b>7</b></p>")
    assert found == '<body><p>Score  <span class="beside" lang="zh-hant">分數</span> <b>7</b></p></body>'


def test_charts_and_running_heads_are_those_of_the_first() -> None:
    page = '<p class="running-left">Draft</p><svg><text>Score</text></svg>'
    assert both(page, page.replace("Draft", "草稿").replace("Score", "分數")) == f"<body>{page}</body>"


def test_pages_that_went_apart_are_paired_as_far_as_they_fit() -> None:
    found = both("<p>Old</p><p>Score</p>", "<p>舊</p><ul><li>新</li></ul><p>分數</p>")
    assert "新" not in found
    assert "Score" in found
    assert "分數" in found


def test_the_report_says_its_own_words_twice_and_the_auditors_once() -> None:
    report = replace(make_report(findings=make_findings(1)), beside="zh-hans")
    html = render_html(report, replace(make_report(language="zh-hans", findings=make_findings(1))))
    assert "Executive summary</span>" in html
    assert "总体摘要" in html
    assert html.count(report.findings[0].statement) == 1
    assert html.count(report.content_sha256()) == 1
    assert html.count("English · 简体中文") == 1


def test_a_report_in_one_language_keeps_its_hash() -> None:
    assert b'"beside"' not in make_report().canonical()
    assert b'"beside":"zh-hans"' in replace(make_report(), beside="zh-hans").canonical()


@pytest.fixture
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


@pytest.mark.django_db
@pytest.mark.usefixtures("_folder")
def test_an_export_in_two_languages_is_made_and_named_after_both() -> None:
    audit = make_audit()
    asked = {"audit": audit, "by": leader_of(audit), "at": AT}
    export = export_request(**asked, language="en", options={"beside": "zh-hant"})
    export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert export.status == ExportStatus.DONE, export.error
    assert export.filename.endswith("-zh-hant-draft-en.pdf")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(export_read(export.sha256))).pages)
    assert "Executive summary" in text
    assert "執行摘要" in text
    for wrong in ("en", "xx"):
        with pytest.raises(ExportRefusedError):
            export_request(**asked, language="en", options={"beside": wrong})


@pytest.mark.django_db
def test_two_languages_give_the_same_bytes_for_the_same_document() -> None:
    audit = make_audit()
    first = audit_document(audit, language="zh-hans", at=AT, beside="zh-hant")
    second = audit_document(audit, language="zh-hant", at=AT)
    assert render_pdf(first, second).data == render_pdf(first, second).data

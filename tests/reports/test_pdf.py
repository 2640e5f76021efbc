"""The printed report: what it says, what it refuses to load, what it refuses to print."""

import functools
import io
from typing import Any

import pypdf
import pytest

from reports.document import DecisionEntry
from reports.pdf import MissingGlyphError, RefusedAddressError, fetcher, printable, require_glyphs, write
from reports.pdf.fetcher import BundledOnly
from reports.pdf.glyphs import unprintable
from reports.pdf.typefaces import TYPEFACES, ems, families_for, stack
from reports.renderers import render_html, render_pdf
from tests.reports.samples import AT, make_findings, make_report, make_tier


def reader(data: Any) -> Any:
    return pypdf.PdfReader(io.BytesIO(data))


@functools.cache  # reading a report of 27 pages takes longer than most tests
def text_of(data: Any) -> Any:
    return "\n".join(page.extract_text() for page in reader(data).pages)


@pytest.fixture(scope="module")
def english() -> Any:
    report = make_report()
    return report, render_pdf(report)


@pytest.fixture(scope="module")
def chinese() -> Any:
    report = make_report(
        language="zh-hant",
        organisation="合眾銀行客戶服務中心",
        centre="远山银行上海中心 – Žižkov",
        findings=make_findings(1),
        sections=(),
    )
    return report, render_pdf(report)


def test_render_pdf_holds_every_criterion_code(english: Any) -> None:
    report, printed = english
    text = text_of(printed.data)
    codes = [row.code for section in report.sections for clause in section.clauses for row in clause.rows]
    assert len(codes) == 110
    assert [code for code in codes if code not in text] == []


@pytest.mark.parametrize(
    "words",
    [
        "Harbour & Peak Bank",
        "TS-2026-00007",
        "An audit samples",
        "Granted: Operational",
        "The results attain the tier Operational",
        "Invented Contact Centre Survey",
        "No. 20",
        "671.3",
        "Below the market",
        "typhoon warning",
    ],
)
def test_render_pdf_says_what_it_must(english: Any, words: Any) -> None:
    assert words in " ".join(text_of(english[1].data).split())


def test_render_pdf_names_all_hashes(english: Any) -> None:
    report, printed = english
    text = "".join(text_of(printed.data).split())
    hashes = [report.edition.sha256, report.market_release.sha256, report.records.sha256, report.imprint.ledger_head]
    for sha256 in (*hashes, *(item.sha256 for item in report.evidence), report.content_sha256()):
        assert sha256 in text


def test_render_pdf_links_to_the_verification_page(english: Any) -> None:
    addresses = {
        annotation.get_object().get("/A", {}).get("/URI")
        for page in reader(english[1].data).pages
        for annotation in page.get("/Annots", [])
    }
    assert english[0].certificate.verify_url in addresses


def test_render_pdf_draws_the_qr_code_of_that_address(english: Any) -> None:
    html = render_html(english[0])
    assert 'class="segno"' in html
    assert 'class="segno"' not in render_html(make_report(certificate=None))


def test_render_pdf_numbers_pages_and_has_bookmarks(english: Any) -> None:
    _report, printed = english
    document = reader(printed.data)
    assert len(document.pages) == printed.pages
    assert f"3 / {printed.pages}" in document.pages[2].extract_text()
    assert "Executive summary" in [item.title for item in document.outline if not isinstance(item, list)]


def test_render_pdf_keeps_the_summary_on_one_page(english: Any) -> None:
    page = reader(english[1].data).pages[2].extract_text()
    assert "Tier ladder" in page
    assert "Recommendation of the audit team" in page


def test_render_pdf_carries_its_content(english: Any) -> None:
    report, printed = english
    carried = reader(printed.data).attachments["report.json"][0]
    assert carried == report.canonical()
    assert printed.content_sha256 == report.content_sha256()


def test_render_pdf_is_the_same_for_the_same_document(english: Any) -> None:
    assert render_pdf(english[0]).data == english[1].data


def test_render_pdf_prints_chinese_of_both_scripts_and_latin_extended(chinese: Any) -> None:
    text = text_of(chinese[1].data).replace("\n", "")
    assert "合眾銀行客戶服務中心" in text
    assert "远山银行上海中心" in text
    assert "Žižkov" in text


def test_render_pdf_marks_a_draft_on_every_page() -> None:
    printed = render_pdf(make_report(draft=True, decision=None, certificate=None, sections=(), findings=()))
    pages = [page.extract_text() for page in reader(printed.data).pages]
    assert all("DRAFT" in page for page in pages[1:])
    assert "Draft" in pages[0]


def test_render_pdf_refuses_a_character_without_a_glyph_and_says_where() -> None:
    findings = make_findings(3)
    bad = findings[1].__class__(
        **{**{f: getattr(findings[1], f) for f in findings[1].__slots__}, "statement": "Oh 🙂 no"}
    )
    with pytest.raises(MissingGlyphError) as caught:
        render_pdf(make_report(findings=(findings[0], bad, findings[2])))
    message = str(caught.value)
    assert "U+1F642" in message
    assert "findings 2 statement" in message
    assert "Oh 🙂 no" in message


def test_render_html_escapes_what_people_wrote() -> None:
    html = render_html(make_report(organisation='<script>alert(1)</script><img src="file:///etc/passwd">'))
    assert "<script" not in html
    assert "<img" not in html


def test_printable_replaces_signs_and_drops_controls() -> None:
    assert printable("a \u2265 b\x00\u200b e\u0301") == "a &gt;= b é"


def test_unprintable_names_only_what_no_typeface_has() -> None:
    assert unprintable("Größe 服務 ř Ω Ж ế 🙂") == ["🙂"]


def test_require_glyphs_is_silent_when_all_is_well() -> None:
    require_glyphs("<p>Fine – 好</p>", ())


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/a.woff2",
        "data:text/plain,x",
        "bundled-font:/../../etc/passwd",
        "FTP://example.org",
        TYPEFACES[0].path.as_uri(),
    ],
)
def test_fetcher_refuses_everything_but_the_bundle(url: Any) -> None:
    with pytest.raises(fetcher.RefusedAddressError):
        BundledOnly().fetch(url)


def test_fetcher_serves_a_bundled_typeface() -> None:
    assert BundledOnly().fetch(TYPEFACES[0].url).read(4) == b"wOFF"


def test_a_reference_in_the_html_fails_the_whole_document() -> None:
    with pytest.raises(RefusedAddressError):
        write('<img src="file:///etc/passwd">', css="", identifier=b"x" * 32, at=AT)


def test_all_typefaces_are_installed() -> None:
    assert [face.path for face in TYPEFACES if not face.path.is_file()] == []


def test_families_for_loads_chinese_only_when_it_is_needed() -> None:
    assert families_for("Plain") == ["Latin"]
    assert families_for("银行") == ["Latin", "SC"] or families_for("银行") == ["SC"]


def test_stack_follows_the_language() -> None:
    assert stack("zh-hant").index("TC") < stack("zh-hant").index("SC")
    assert stack("zh-hans").index("SC") < stack("zh-hans").index("TC")


def test_write_prints_with_our_typefaces_only(english: Any) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader(english[1].data).pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    families = {name.partition("+")[2].partition("-")[0] for name in fonts}
    assert families <= {face.family for face in TYPEFACES}
    assert "Latin" in families


LONG = (
    "The Very Long Established Mutual Insurance, Pensions and Savings Association "
    "of the Northern Provinces and Islands, Ltd."
)


def test_render_html_shortens_the_running_head_at_a_word() -> None:
    assert len(LONG) == 120
    html = render_html(make_report(organisation=LONG, centre="九龍客服中心"))
    head = html.split('<p class="running-left">')[1].split("</p>")[0]
    organisation, _dot, centre = head.partition(" · ")
    assert centre == "九龍客服中心"
    assert organisation.endswith("…")
    assert LONG.startswith(f"{organisation[:-1]} ")


def test_ems_measures_latin_by_its_typeface_and_chinese_as_squares() -> None:
    assert ems("銀行") == 2.0
    assert 0.2 < ems("i") < ems("W") < 1.0


def test_render_pdf_keeps_a_chinese_summary_with_long_texts_on_one_page() -> None:
    decision = DecisionEntry(True, "operational", "panel", "達到本等級的全部門檻。" * 60, "劉美怡", AT)
    printed = render_pdf(make_report(language="zh-hant", decision=decision, sections=(), findings=()))
    page = reader(printed.data).pages[2].extract_text()
    assert "劉美怡" in page
    assert decision.reason in "".join(text_of(printed.data).split())


def test_render_html_keeps_a_running_head_that_fits() -> None:
    html = render_html(
        make_report(organisation="Evergreen Mutual Bank 長青互惠銀行 (demo)", centre="Kowloon 九龍客服中心")
    )
    assert '<p class="running-left">Evergreen Mutual Bank 長青互惠銀行 (demo) · Kowloon 九龍客服中心</p>' in html


@pytest.mark.parametrize("changes", [{}, {"certificate": None, "decision": None, "draft": True}])
def test_render_pdf_fits_a_very_long_name_on_the_cover(changes: Any) -> None:
    printed = render_pdf(make_report(organisation=LONG, centre=LONG, sections=(), findings=(), **changes))
    pages = reader(printed.data).pages
    assert "Islands, Ltd." in pages[0].extract_text()
    assert "Contents" in pages[1].extract_text()
    assert "Certified at the tier" in pages[0].extract_text() or "not decided yet" in pages[0].extract_text()


@pytest.mark.parametrize("draft", [True, False])
def test_render_pdf_names_the_chapter_that_a_page_begins_with(draft: Any) -> None:
    printed = render_pdf(make_report(draft=draft, decision=None, certificate=None, sections=(), findings=()))
    chapters = [page.extract_text() for page in reader(printed.data).pages[:4]]
    assert [text.count("Executive summary") for text in chapters[1:4]] == [1, 2, 0]
    assert chapters[3].count("The engagement") == 2


def test_render_pdf_says_its_language_title_and_author_and_is_tagged(english: Any) -> None:
    report, printed = english
    document = reader(printed.data)
    assert document.trailer["/Root"]["/Lang"] == "en"
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert document.metadata.author == report.engagement.conductor.name
    assert report.engagement.auditee.name in document.metadata.title


def test_render_pdf_writes_chinese_in_charts_with_our_typefaces(chinese: Any) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0]
        for page in reader(chinese[1].data).pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts <= {face.family for face in TYPEFACES}


def test_render_html_says_that_a_refused_audit_has_no_certificate_and_why() -> None:
    refused = DecisionEntry(False, "", "panel", "The market gate is not met.", "Grace Lindqvist", AT)
    tiers = (make_tier("operational", "Operational", "550", "45", states=("met", "met", "not_met"), attained=False),)
    html = render_html(make_report(tier=None, tiers=tiers, decision=refused, certificate=None))
    assert html.count("No certificate is issued.") == 2
    assert "Market gate: not met" in html
    assert "Service level (Below the market: 59.7\N{NO-BREAK SPACE}% against 80.0\N{NO-BREAK SPACE}%)" in html


@pytest.mark.parametrize(("language", "day"), [("en", "20 Nov 2026"), ("zh-hans", "2026年11月20日")])
def test_render_html_writes_days_as_the_language_does(language: Any, day: Any) -> None:
    assert day in render_html(make_report(language=language))

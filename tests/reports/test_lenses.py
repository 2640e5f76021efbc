"""The lens report: its document, PDF, workbook and export."""

from __future__ import annotations

import io
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audits.models import Answer, Audit
from ledger.models import Entry
from reports.charts import GroupBar, group_bars
from reports.models import Export, ExportKind, ExportStatus
from reports.renderers import render_lens_pdf, render_lens_workbook
from reports.renderers.lens import duration, lens_words
from reports.selectors import LensChoices, lens_document
from reports.services import ExportRefusedError, export_render, export_request
from reports.storage import export_path, export_read
from standards.lenses import read_lens
from standards.services import edition_load, edition_publish
from standards.shelf import lenses
from tests.audits.scenes import make_scene
from tests.factories import AT, leader_of, make_audit, make_organisation
from tests.standards.conftest import FOUR_BLOCK

if TYPE_CHECKING:
    from pathlib import Path

    from reports.lens_document import LensReport

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=400)
HELD = LensChoices(number="QM 4711", body="Some Body", valid_until=date(2027, 1, 1), covers=True, full=20, sample=5)

CROSSWALK = {
    "A1.1": {"iso9001": ["5.3"], "ccom": ["strategy"]},
    "A1.2": {"iso9001": ["5.1", "5.3"], "ccom": ["people"]},
    "B1.1": {"iso9001": ["9.1.2"], "ccom": ["people", "quality"]},
}


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


def mapped_audit(**fields: Any) -> Audit:
    """Return an audit on a small edition (A1.1, A1.2, B1.1, B1.2) of which three criteria are mapped."""
    from tests import factories

    document = factories.edition_document(f"lens{make_organisation().pk}", 2)
    document["schemes"] = [{"code": code, "title": {"en": code}} for code in ("iso9001", "ccom")]
    for block in document["blocks"]:
        for criterion in block["clauses"][0]["criteria"]:
            criterion["crosswalk"] = CROSSWALK.get(criterion["code"], {})
    text = re.sub(r'"([0-5])": \{"en"', r'\1: {"en"', json.dumps(document))
    edition = edition_publish(edition=edition_load(data=text, at=AT).edition, at=AT)
    return make_audit(edition=edition, **fields)


def answered(audit: Audit, **levels: int) -> Audit:
    for code, level in levels.items():
        Answer.objects.filter(audit=audit, criterion__code=code.replace("_", ".")).update(level=level)
    return audit


def document(audit: Audit, code: str = "iso9001", language: str = "en", **choices: Any) -> LensReport:
    return lens_document(audit, lenses()[code], choices=LensChoices(**choices), language=language, at=AT)


def group_of(report: LensReport, code: str) -> Any:
    return next(group for group in report.groups if group.code == code)


# --- the document ------------------------------------------------------------------------------------------


def test_document_reads_answers_in_the_other_structure() -> None:
    report = document(answered(mapped_audit(), A1_1=3, A1_2=4))
    roles, leading = group_of(report, "5.3"), group_of(report, "5")
    assert (roles.share.low, roles.share.high) == (Decimal(70), Decimal(70))
    assert leading.criteria == ("A1.1", "A1.2")
    assert (group_of(report, "9.1.2").share.low, group_of(report, "9.1.2").share.high) == (0, 100)
    assert not group_of(report, "7.4").covered
    assert (report.whole.asked, report.whole.answered, report.whole.open) == (3, 2, 1)
    assert [each.code for each in report.unassigned] == ["B1.2"]
    assert report.draft


def test_thirds_are_kept_to_twelve_places() -> None:
    report = document(answered(mapped_audit(), A1_1=1, A1_2=0, B1_1=0))
    assert report.whole.share is not None
    assert report.whole.share.low == Decimal("6.666666666667")


def test_items_pass_a_grade_that_the_reader_chooses() -> None:
    audit = answered(mapped_audit(), A1_1=3, A1_2=4, B1_1=2)
    three, four = document(audit, "ccom"), document(audit, "ccom", grade=4)
    assert (three.grade, four.grade) == (3, 4)
    assert group_of(three, "strategy").passed == "met"
    assert group_of(four, "strategy").passed == "not_met"
    assert [(each.code, each.level) for each in group_of(three, "people").obstacles] == [("B1.1", 2)]
    assert group_of(three, "emergency").passed == "empty"
    assert group_of(three, "operating_quality").criteria == ("B1.1",)


def test_a_lens_and_its_choices_change_no_level_and_no_score() -> None:
    audit = make_scene("closed").audit
    before = (audit.result, audit.result_sha256, list(audit.answers.values_list("level", flat=True)))
    for code in ("iso9001", "ccom"):
        document(audit, code, number="1", body="b", valid_until=date(2030, 1, 1), covers=True, grade=5)
    audit.refresh_from_db()
    assert (audit.result, audit.result_sha256, list(audit.answers.values_list("level", flat=True))) == before


def test_the_delta_audit_states_its_assumption_and_what_is_left() -> None:
    report = lens_document(mapped_audit(), lenses()["iso9001"], choices=HELD, language="en", at=AT)
    delta = report.delta
    assert delta is not None
    assert [each.code for each in delta.whole] == ["A1.1"]
    assert [each.code for each in delta.part] == ["A1.2", "B1.1"]
    assert [each.code for each in delta.none] == ["B1.2"]
    assert (delta.before, delta.after, delta.saved, delta.saved_percent) == (80, 65, 15, Decimal("18.75"))
    words = lens_words(report)
    assert words.effort[0][1] == "20 min per criterion in full, 5 min in a sample"
    assert words.effort[-1][1] == "0 h 15 min (18.8 %)"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"number": ""}, "incomplete"),
        ({"valid_until": date(2026, 9, 17)}, "expired"),
        ({"covers": False}, "not_covered"),
    ],
)
def test_a_certificate_that_does_not_hold_saves_nothing_and_says_why(change: dict[str, Any], refused: str) -> None:
    choices = LensChoices.restored(
        {**HELD.stored(), **{k: getattr(v, "isoformat", lambda v=v: v)() for k, v in change.items()}}
    )
    report = lens_document(mapped_audit(), lenses()["iso9001"], choices=choices, language="en", at=AT)
    assert report.delta is not None
    assert (report.delta.refused, report.delta.saved) == (refused, 0)
    assert "nothing is saved" in lens_words(report).refused


def test_choices_come_back_as_they_were_stored() -> None:
    assert LensChoices.restored(json.loads(json.dumps(HELD.stored()))) == HELD
    assert LensChoices.restored({"lens": "ccom"}) == LensChoices()


def test_a_tier_limits_what_is_counted() -> None:
    edition = edition_publish(edition=edition_load(data=FOUR_BLOCK.read_bytes(), at=AT).edition, at=AT)
    audit = make_audit(edition=edition)
    all_tiers, first = document(audit, "four_ps"), document(audit, "four_ps", tier="operational")
    assert first.whole.asked < all_tiers.whole.asked
    assert (first.tier, all_tiers.tier) == ("operational", "strategic")
    assert document(audit, "four_ps", tier="nonsense").tier == "strategic"


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("code", ["iso9001", "iso18295_1", "ccom", "four_ps", "baldrige", "efqm"])
def test_every_shipped_lens_reads_the_shipped_edition(code: str, language: str) -> None:
    edition = edition_publish(edition=edition_load(data=FOUR_BLOCK.read_bytes(), at=AT).edition, at=AT)
    audit = make_audit(edition=edition)
    audit.answers.update(level=3)
    report = document(audit, code, language)
    assert report.unassigned == ()
    assert report.strange == ()
    assert report.whole.share is not None
    assert report.whole.share.low == 60
    assert report.lens.title == read_lens(FOUR_BLOCK.parents[1] / "lenses" / f"{code}.yaml").title[language]
    if code == "efqm":
        assert (report.points_of, report.points and report.points.low) == (1000, 600)
    if code == "baldrige":
        assert {group.bands for group in report.groups} == {("50–65 %",)}


def test_document_takes_few_queries_whatever_the_size() -> None:
    small, edition = (
        mapped_audit(),
        edition_publish(edition=edition_load(data=FOUR_BLOCK.read_bytes(), at=AT).edition, at=AT),
    )
    counts = []
    for audit in (small, make_audit(edition=edition)):
        document(audit)
        with CaptureQueriesContext(connection) as captured:
            document(audit)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 4


# --- what is printed ------------------------------------------------------------------------------------------


def closed_audit() -> Audit:
    return make_scene("closed", edition=mapped_audit().edition).audit


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_a_closed_audit_has_the_same_content_and_bytes_for_ever(language: str) -> None:
    audit = closed_audit()
    lens = lenses()["iso9001"]
    first = lens_document(audit, lens, choices=HELD, language=language, at=AT)
    audit.centre.name = audit.centre.name  # the centre stays; answers written past all guards change nothing
    Answer.objects.filter(audit=audit).update(level=0)
    later = lens_document(audit, lens, choices=HELD, language=language, at=LATER)
    assert first.content_sha256() == later.content_sha256()
    assert first.imprint != later.imprint
    assert not later.draft
    assert render_lens_pdf(first).data == render_lens_pdf(first).data
    assert render_lens_workbook(first).content_sha256 == render_lens_workbook(later).content_sha256


def test_the_content_names_edition_lens_and_result() -> None:
    audit = closed_audit()
    report = document(audit)
    content = json.loads(report.canonical())
    assert content["edition"]["sha256"] == audit.edition_sha256
    assert content["lens"]["sha256"] == lenses()["iso9001"].sha256
    assert content["result_sha256"] == audit.result_sha256
    assert "imprint" not in content


def test_pdf_carries_its_content_and_says_what_it_is_not() -> None:
    report = lens_document(closed_audit(), lenses()["iso9001"], choices=HELD, language="en", at=AT)
    printed = render_lens_pdf(report)
    reader = pypdf.PdfReader(io.BytesIO(printed.data))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert printed.pages == len(reader.pages)
    assert reader.attachments["lens.json"][0] == report.canonical()
    for words in (
        "ISO 9001:2015",
        "no audit against ISO 9001",
        "QM 4711",
        "Saved",
        "7.4 Communication",
        "no criterion",
    ):
        assert words in text
    assert report.lens.sha256 in text.replace("\n", "")


def test_a_draft_says_so() -> None:
    text = pypdf.PdfReader(io.BytesIO(render_lens_pdf(document(mapped_audit())).data)).pages[0].extract_text()
    assert "Draft" in text


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_workbook_has_numbers_as_numbers_and_a_frozen_header(language: str) -> None:
    report = document(answered(mapped_audit(), A1_1=3, A1_2=4), language=language)
    book = openpyxl.load_workbook(io.BytesIO(render_lens_workbook(report).data))
    groups = book.worksheets[1]
    rows = {row[0]: row for row in groups.iter_rows(min_row=2, values_only=True)}
    assert rows["5.3"][8:10] == (70, 70)
    assert isinstance(rows["5.3"][8], (int, float))
    assert rows["5"][4:8] == (2, 2, 0, 0)
    assert rows["7.4"][8] == "–"
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet["A1"].font.bold
        assert sheet.column_dimensions["A"].width >= 10
    values = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert report.content_sha256() in values
    assert report.lens.sha256 in values


def test_workbook_never_makes_a_formula_of_what_somebody_typed() -> None:
    audit = mapped_audit()
    audit.centre.name = '=HYPERLINK("http://x","y")'
    audit.centre.save()
    choices = LensChoices(number="=1+1", body="@SUM(A1)\x07", valid_until=date(2027, 1, 1), covers=True)
    report = lens_document(audit, lenses()["iso9001"], choices=choices, language="en", at=AT)
    book = openpyxl.load_workbook(io.BytesIO(render_lens_workbook(report).data))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    quoted = {cell.value for cell in cells if cell.quotePrefix}
    assert {"=1+1", "@SUM(A1)", '=HYPERLINK("http://x","y")'} <= quoted


def test_workbook_lists_what_is_in_the_way() -> None:
    report = document(answered(mapped_audit(), A1_1=1, A1_2=4), "ccom")
    book = openpyxl.load_workbook(io.BytesIO(render_lens_workbook(report).data))
    rows = [row[:2] + row[3:] for row in book["In the way"].iter_rows(min_row=2, values_only=True)]
    assert ("Strategic planning", "A1.1", 1, 3) in rows
    assert ("People", "B1.1", None, 3) in rows


def test_a_chart_says_in_words_what_it_shows_and_escapes_names() -> None:
    bars = [
        GroupBar("<b>&", Decimal(20), Decimal("60.05"), "open", ""),
        GroupBar("Empty", None, None, "empty", "no criterion"),
    ]
    drawing = group_bars(bars, edges=(0, 10, 100), title="T", description="D")
    assert "&lt;b&gt;&amp;" in drawing
    assert "20.0–60.1 %" in drawing
    assert "no criterion" in drawing
    assert "<b>" not in drawing


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 h 00 min"), (59, "0 h 59 min"), (3300, "55 h 00 min")])
def test_minutes_are_said_as_hours(minutes: int, words: str) -> None:
    with translation.override("en"):
        assert duration(minutes) == words


# --- exports ------------------------------------------------------------------------------------------


def ask(audit: Audit, kind: str = ExportKind.LENS_PDF, **options: Any) -> Export:
    values = {"lens": "iso9001", **LensChoices().stored(), **options}
    return export_request(audit=audit, language="en", by=leader_of(audit), at=AT, kind=kind, options=values)


@pytest.mark.parametrize(
    ("kind", "suffix", "start"), [(ExportKind.LENS_PDF, ".pdf", b"%PDF"), (ExportKind.LENS_XLSX, ".xlsx", b"PK")]
)
def test_an_export_is_made_and_stored(kind: str, suffix: str, start: bytes) -> None:
    audit = closed_audit()
    export = ask(audit, kind)
    assert export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert export.status == ExportStatus.DONE
    assert export.filename == f"{audit.reference}-iso9001-en{suffix}"
    assert export_read(export.sha256, suffix).startswith(start)
    assert export_path(export.sha256, suffix).name.endswith(suffix)
    assert export.content_sha256 == document(audit).content_sha256()
    asked = Entry.objects.get(action="export.requested", subject=f"export:{export.pk}")
    assert json.loads(asked.content)["payload"]["options"]["lens"] == "iso9001"


def test_exports_of_other_choices_are_others_and_the_same_one_is_not_made_twice() -> None:
    audit = mapped_audit()
    first = ask(audit)
    assert ask(audit).pk == first.pk
    assert ask(audit, number="1").pk != first.pk
    assert ask(audit, ExportKind.LENS_XLSX).pk != first.pk
    plain = export_request(audit=audit, language="en", by=leader_of(audit), at=AT)
    assert plain.kind == ExportKind.REPORT
    assert plain.pk != first.pk


def test_a_lens_that_is_unknown_or_for_another_standard_is_refused() -> None:
    audit = mapped_audit()
    for code in ("nothing", "efqm", "../x"):
        with pytest.raises(ExportRefusedError, match="lens"):
            ask(audit, lens=code)
    assert not Export.objects.exists()


def test_a_lens_that_has_gone_fails_in_words(settings: Any) -> None:
    export = ask(mapped_audit())
    settings.LENS_FOLDERS = []
    assert not export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert (export.status, "This lens is not there" in export.error) == (ExportStatus.FAILED, True)

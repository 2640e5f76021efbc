"""Documents beside the report: who may have which, what they hold, and what their files are made of."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.urls import reverse

from accounts.models import Role
from audits.models import FindingKind
from reports.document import Imprint
from reports.models import Export, ExportKind, ExportStatus
from reports.paper import DAY, MOMENT, NUMBER, PERCENT, Chart, Column, Paper, Part, Table
from reports.papers import KINDS, SUBJECTS, Order, document_of
from reports.renderers.flat import render_paper_csv, render_paper_json
from reports.renderers.paper_workbook import render_paper_workbook
from reports.services import export_render
from tests.factories import AT, leader_of, make_audit, make_user
from tests.reports.rows import answer_all, make_evidence

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from audits.models import Audit

pytestmark = pytest.mark.django_db
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1", "ok"]


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


@pytest.fixture
def audit() -> Audit:
    audit = make_audit()
    answer_all(audit, 3)
    make_evidence(audit, "Manual", "A1.1")
    return audit


def paper(rows: tuple[tuple[Any, ...], ...] | None = None, **fields: Any) -> Paper:
    columns = (
        Column("name", "Name"),
        Column("value", "Value", NUMBER, places=1),
        Column("share", "Share", PERCENT, places=1),
        Column("day", "Day", DAY),
        Column("moment", "Moment", MOMENT),
    )
    row = ("=cmd", Decimal("1234.5"), Decimal("12.3"), date(2026, 9, 1), datetime(2026, 9, 1, 20, 30, tzinfo=UTC))
    table = Table(
        "things", "Things: all", columns, (row,) if rows is None else rows, chart=Chart("T", "name", ("value",))
    )
    values: dict[str, Any] = {
        "kind": "test",
        "language": "en",
        "title": "Test",
        "reference": "T-1",
        "organisation": "Org & Co",
        "about": "",
        "author": "Body",
        "facts": (("As of", date(2026, 9, 1)),),
        "parts": (Part("Things", tables=(table,)),),
        "notes": (),
        "zone": "Asia/Hong_Kong",
        "imprint": Imprint(AT, 1, "0" * 64),
    }
    return Paper(**{**values, **fields})


def book_of(printed: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(printed.data))


def test_a_workbook_holds_typed_cells_names_a_frozen_head_and_a_native_chart() -> None:
    book = book_of(render_paper_workbook(paper()))
    sheet = book.worksheets[1]
    name, value, share, day, moment = sheet[2]
    assert (name.data_type, name.value, name.quotePrefix) == ("s", "=cmd", True)
    assert (value.data_type, value.value, value.number_format) == ("n", 1234.5, "#,##0.0")
    assert share.number_format == '#,##0.0" %"'
    assert (day.is_date, day.value, day.number_format) == (True, datetime(2026, 9, 1), "yyyy-mm-dd")  # noqa: DTZ001
    assert moment.value == datetime(2026, 9, 2, 4, 30)  # noqa: DTZ001 - the clock on the wall in Hong Kong
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    assert book.defined_names["things_value"].attr_text == "'Things  all'!$B$2:$B$2"
    assert book.defined_names["things"].attr_text == "'Things  all'!$A$1:$E$2"
    assert len(sheet._charts) == 1


def test_an_empty_table_is_a_head_and_draws_nothing() -> None:
    book = book_of(render_paper_workbook(paper(())))
    assert [cell.value for cell in book.worksheets[1][1]] == ["Name", "Value", "Share", "Day", "Moment"]
    assert book.worksheets[1]._charts == []


def test_csv_neutralises_what_a_spreadsheet_would_run() -> None:
    rows = tuple((text, None, None, None, None) for text in HOSTILE)
    text = render_paper_csv(paper(rows)).data.decode("utf-8-sig")
    found = [row[0] for row in csv.reader(io.StringIO(text, newline=""))]
    assert found == ["name", *(f"'{each}" for each in HOSTILE[:-1]), "ok"]


def test_csv_and_json_keep_every_digit_and_iso_days() -> None:
    text = render_paper_csv(paper()).data.decode("utf-8-sig")
    assert "1234.5,12.3,2026-09-01,2026-09-01T20:30:00+00:00" in text
    assert b'"1234.5"' in render_paper_json(paper()).data


def test_equal_content_has_an_equal_hash_whenever_it_is_printed() -> None:
    later = Imprint(datetime(2030, 1, 1, tzinfo=UTC), 9, "1" * 64)
    assert paper().content_sha256() == paper(imprint=later).content_sha256()
    assert paper().content_sha256() != paper(title="Other").content_sha256()


@pytest.mark.parametrize("code", [kind.code for kind in KINDS.values() if kind.about == "audit"])
def test_every_document_of_an_audit_is_made_in_its_formats_but_pdf(audit: Audit, code: str) -> None:
    kind = KINDS[code]
    order = Order(subject=audit, by=leader_of(audit), language="zh-hant", at=AT)
    for name, make in kind.formats.items():
        if name != "pdf":
            printed = make(order)
            assert printed.data
            assert len(printed.content_sha256) == 64


def test_an_action_plan_names_owner_and_days_left(audit: Audit) -> None:
    owner = make_user(Role.CENTRE_MANAGER, audit.auditee, name="Olga Owner")
    criterion = audit.answers.first().criterion
    audit.findings.create(
        criterion=criterion,
        number=1,
        kind=FindingKind.MINOR,
        statement="=evil",
        objective_evidence="Seen.",
        due=date(2026, 1, 1),
        owner=owner,
        raised_by=leader_of(audit),
        raised_at=AT,
    )
    order = Order(subject=audit, by=leader_of(audit), language="en", at=AT)
    book = book_of(KINDS["action_plan"].formats["xlsx"](order))
    row = [cell.value for cell in book.worksheets[1][2]]
    assert row[4] == "=evil"
    assert "Olga Owner" in row
    assert row[10] == (date(2026, 1, 1) - AT.date()).days < 0


def test_the_evidence_index_tells_only_the_title_of_what_is_confidential(audit: Audit) -> None:
    piece = make_evidence(audit, "Payroll", "A1.1")
    piece.confidential = True
    piece.save()
    order = Order(subject=audit, by=leader_of(audit), language="en", at=AT)
    text = KINDS["evidence_index"].formats["csv"](order).data.decode()
    assert "Payroll" in text
    assert "Payroll.pdf" not in text
    assert piece.sha256 not in text


def test_a_document_is_an_export_with_one_name_and_one_row(audit: Audit, client: Client) -> None:
    leader = leader_of(audit)
    client.force_login(leader)
    address, data = reverse("reports:document_request", args=["action_plan"]), {"key": audit.pk, "format": "csv"}
    first, again = client.post(address, data), client.post(address, data)
    assert first.url == again.url
    export = Export.objects.get()
    assert (export.kind, export.audit, export.suffix) == (ExportKind.DOCUMENT, audit, ".csv")
    assert export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert export.status == ExportStatus.DONE, export.error
    assert export.filename == f"{audit.reference}-action-plan-draft-en.csv"
    answer = client.get(reverse("reports:export_download", args=[export.pk]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    page = client.get(reverse("reports:export_detail", args=[export.pk])).content.decode()
    assert "Action plan" in page
    assert client.get(reverse("reports:export_list")).status_code == 200


def test_what_does_not_exist_or_is_not_visible_is_not_found(audit: Audit, client: Client) -> None:
    client.force_login(make_user())
    address = reverse("reports:document_request", args=["action_plan"])
    assert client.post(address, {"key": audit.pk, "format": "pdf"}).status_code == 404
    client.force_login(leader_of(audit))
    for wrong in ({"key": audit.pk, "format": "exe"}, {"key": "x", "format": "pdf"}, {"format": "pdf"}):
        assert client.post(address, wrong).status_code == 404
    unknown = reverse("reports:document_request", args=["nothing"])
    assert client.post(unknown, {"key": audit.pk, "format": "pdf"}).status_code == 404
    assert not Export.objects.exists()


def test_who_sees_an_audit_but_may_not_export_it_gets_no_document(audit: Audit, client: Client) -> None:
    client.force_login(make_user(Role.VIEWER, audit.auditee))
    address = reverse("reports:document_request", args=["action_plan"])
    assert client.post(address, {"key": audit.pk, "format": "pdf"}).status_code == 403
    assert client.get(reverse("reports:audit_documents", args=[audit.pk])).status_code == 403


def test_rights_that_are_gone_end_an_export(audit: Audit, client: Client) -> None:
    leader = leader_of(audit)
    client.force_login(leader)
    client.post(reverse("reports:document_request", args=["action_plan"]), {"key": audit.pk, "format": "csv"})
    leader.memberships.all().delete()
    audit.team.filter(user=leader).delete()
    export = Export.objects.get()
    assert not export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert export.status == ExportStatus.FAILED


def test_the_page_of_an_audit_offers_each_kind_with_its_purpose(audit: Audit, client: Client) -> None:
    client.force_login(leader_of(audit))
    page = client.get(reverse("reports:audit_documents", args=[audit.pk])).content.decode()
    for kind in KINDS.values():
        assert (escape(kind.purpose) in page) == (kind.about == "audit")
    assert client.get(reverse("reports:document_list"), {"q": "zzz"}).status_code == 200


def test_a_key_of_another_sort_or_size_finds_nothing() -> None:
    user = make_user()
    for about, subject in SUBJECTS.items():
        for key in ("", "0", "9" * 40, "１", "-1", "x'"):
            assert subject.fetch(user, key) is None, (about, key)
    assert document_of({"document": "action_plan", "format": "pdf", "key": "1"}, user) is None

"""The certificate: all that ISO/IEC 17021-1, 8.2.2 asks for, on one page, in three languages, signed and checkable."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from audits.models import Certificate
from reports.certificate_document import CertifiedSite
from reports.checking import check
from reports.models import ExportKind, ExportStatus
from reports.renderers import render_certificate
from reports.selectors import certificate_document
from reports.services import ExportRefusedError, export_render, export_request
from reports.signing.keys import key_of
from reports.signing.pades import signed
from reports.signing.source import KeySource
from reports.storage import export_read
from tests.factories import AT, leader_of, make_user
from tests.reports.signed import make_audit_with_result

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import Audit
    from reports.certificate_document import CertificateDocument

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_key(settings: Any, tmp_path: Path) -> None:
    settings.SIGNING = KeySource(tmp_path / "signing")
    settings.EXPORT_DIR = tmp_path / "exports"


@pytest.fixture
def audit() -> Audit:
    return make_audit_with_result()


def document(audit: Audit, language: str = "en", **options: Any) -> CertificateDocument:
    return certificate_document(audit, language=language, at=AT, **options)


def text_of(data: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def test_it_says_everything_that_8_2_2_asks_for(audit: Audit) -> None:
    certificate = audit.certificate
    audit.auditee.address = "1 Road\nKowloon"
    audit.auditee.save()
    audit.conductor.address = "2 Quay"
    audit.conductor.save()
    pages = text_of(render_certificate(document(audit)).data)
    assert len(pages) == 1
    for words in (
        audit.auditee.name,
        "1 Road, Kowloon, Hong Kong",
        audit.centre.name,
        audit.centre.city,
        "20 Sep 2026",
        "19 Sep 2029",
        certificate.number,
        f"Sample standard {audit.edition.version}",
        "Base",
        audit.scope,
        audit.conductor.name,
        "2 Quay",
        "Issue",
        certificate.code[:10],
    ):
        assert words in pages[0], words


def test_it_counts_an_issue_for_every_change_of_scope_and_shows_the_newest(audit: Audit) -> None:
    certificate = audit.certificate
    for step, on, scope in (
        ("grant", date(2026, 9, 20), ""),
        ("suspend", date(2026, 10, 1), ""),
        ("restore", date(2026, 11, 1), ""),
        ("reduce", date(2026, 12, 1), "Voice alone."),
    ):
        certificate.events.create(step=step, on=on, scope=scope, at=AT)
    Certificate.objects.update(scope="Voice alone.")
    found = document(audit)
    assert [(issue.number, issue.step) for issue in found.issues] == [(1, "grant"), (2, "reduce")]
    page = text_of(render_certificate(found).data)[0]
    assert "Voice alone." in page
    assert "2 1 Dec 2026" in page


def test_long_scopes_and_many_sites_go_to_an_annex(audit: Audit) -> None:
    found = document(audit)
    sites = tuple(CertifiedSite(f"Site {number}", "City", "SG", "Chat.") for number in range(1, 6))
    pages = text_of(render_certificate(replace(found, sites=sites, scope="Long scope. " * 90)).data)
    assert len(pages) == 2
    assert "See the annex" in pages[0]
    assert all(f"Site {number}" in pages[1] for number in range(1, 6))
    assert pages[1].count("Singapore") == 5


@pytest.mark.parametrize(("language", "words"), [("zh-hans", ("证书", "香港")), ("zh-hant", ("證書", "香港"))])
def test_it_speaks_chinese(audit: Audit, language: str, words: tuple[str, ...]) -> None:
    page = "".join(text_of(render_certificate(document(audit, language)).data)[0].split())
    assert all(word in page for word in words)


def test_a_signed_certificate_holds_and_its_score_follows(audit: Audit, settings: Any) -> None:
    key = key_of(settings.SIGNING)
    verdict = check(signed(render_certificate(document(audit)).data, key), (key.certificate,))
    states = {row.check: row.state for row in verdict.rows}
    assert verdict.holds
    assert (verdict.kind, states["score"], states["decision"], states["result"]) == (
        "certificate",
        "good",
        "good",
        "open",
    )


def test_a_certificate_carries_no_words_of_the_audit(audit: Audit) -> None:
    answer = audit.answers.filter(criterion__na_allowed=True)[0]
    type(answer).objects.filter(pk=answer.pk).update(level=None, na_reason="A secret reason.", note="A secret note.")
    audit.result["case"]["answers"][answer.criterion.code] = {"na": "A secret reason."}
    audit.result["market"] = {"nps": {"state": "above", "value": 41.5}}
    audit.save()
    content = document(audit).canonical()
    assert b"secret" not in content
    assert b"41.5" not in content
    assert b'"level":4' in content


def test_levels_stay_out_when_the_holder_wants_it_so(audit: Audit, settings: Any) -> None:
    key = key_of(settings.SIGNING)
    verdict = check(signed(render_certificate(document(audit, levels=False)).data, key), (key.certificate,))
    assert verdict.holds
    assert {row.check: row.state for row in verdict.rows}["score"] == "open"


def test_it_takes_the_same_five_queries_always(audit: Audit) -> None:
    document(audit)
    with CaptureQueriesContext(connection) as captured:
        document(audit)
    assert len(captured) == 5


def test_export_makes_one_that_anybody_can_check(audit: Audit) -> None:
    export = export_request(audit=audit, language="en", by=leader_of(audit), at=AT, kind=ExportKind.CERTIFICATE)
    export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert (export.status, export.pages) == (ExportStatus.DONE, 1)
    assert export.filename == f"{audit.reference}-{audit.certificate.number}-en.pdf"
    assert check(export_read(export.sha256)).holds


def test_what_may_not_be_relied_on_is_not_printed_not_even_after_it_was_asked_for(audit: Audit) -> None:
    asked = {"audit": audit, "language": "en", "by": leader_of(audit), "at": AT, "kind": ExportKind.CERTIFICATE}
    export = export_request(**asked)
    Certificate.objects.update(status="withdrawn")
    export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    assert (export.status, export.sha256) == (ExportStatus.FAILED, "")
    assert "Only a certificate that is valid" in export.error
    with pytest.raises(ExportRefusedError):
        export_request(**asked)


def test_the_page_of_a_certificate_asks_for_it(audit: Audit, client: Any) -> None:
    client.force_login(leader_of(audit))
    page = client.get(f"/certificates/{audit.certificate.pk}/").content.decode()
    assert f'action="/reports/audits/{audit.pk}/certificate/"' in page
    client.post(f"/reports/audits/{audit.pk}/certificate/", {"language": "zh-hant"})
    export = audit.exports.get()
    assert (export.kind, export.language, export.options) == ("certificate", "zh-hant", {"levels": False})
    client.force_login(make_user(Role.AUDIT_MANAGER))
    assert client.post(f"/reports/audits/{audit.pk}/certificate/").status_code == 404

"""Pages of lenses: who sees what, in how many queries, and what is said when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from reports.models import Export, ExportKind, ExportStatus
from reports.services import export_render
from standards.services import edition_load, edition_publish
from tests.factories import AT, leader_of, make_audit, make_user
from tests.reports.test_lenses import answered, mapped_audit
from tests.standards.conftest import FOUR_BLOCK

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import Audit
    from standards.models import Edition

pytestmark = pytest.mark.django_db
CERTIFICATE = "number=QM+4711&body=Body&valid_until=2030-01-01&covers=on"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


@pytest.fixture
def audit() -> Audit:
    return answered(mapped_audit(), A1_1=3, A1_2=4)


@pytest.fixture
def leader(audit: Audit, client: Client) -> Client:
    client.force_login(leader_of(audit))
    return client


@pytest.fixture
def shipped() -> Edition:
    return edition_publish(edition=edition_load(data=FOUR_BLOCK.read_bytes(), at=AT).edition, at=AT)


def page(audit: Audit, lens: str = "iso9001", query: str = "") -> str:
    return reverse("lenses:audit_lens", args=[audit.pk, lens]) + (f"?{query}" if query else "")


def viewer_of(audit: Audit) -> Client:
    client = Client()
    client.force_login(make_user(Role.VIEWER, audit.auditee))
    return client


def outsider() -> Client:
    client = Client()
    client.force_login(make_user(Role.ADMINISTRATOR))
    return client


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_outsiders_find_nothing_viewers_read_and_may_not_export(audit: Audit) -> None:
    export = reverse("lenses:lens_export", args=[audit.pk, "iso9001"])
    for address in (reverse("lenses:audit_lenses", args=[audit.pk]), page(audit)):
        assert outsider().get(address).status_code == 404
        assert viewer_of(audit).get(address).status_code == 200
        assert Client().get(address).status_code == 302
    assert outsider().post(export, {"kind": "lens_pdf"}).status_code == 404
    assert viewer_of(audit).post(export, {"kind": "lens_pdf"}).status_code == 403
    assert "Workbook (XLSX)" not in viewer_of(audit).get(page(audit)).content.decode()
    assert not Export.objects.exists()


def test_the_list_offers_what_fits_the_standard(leader: Client, audit: Audit) -> None:
    text = leader.get(reverse("lenses:audit_lenses", args=[audit.pk])).content.decode()
    assert page(audit, "iso9001") in text
    assert page(audit, "efqm") not in text
    assert leader.get(page(audit, "efqm")).status_code == 404
    assert leader.get(page(audit, "nothing")).status_code == 404


def test_the_list_says_when_nothing_fits(leader: Client, audit: Audit, settings: Any) -> None:
    settings.LENS_FOLDERS = []
    assert "No lens fits" in leader.get(reverse("lenses:audit_lenses", args=[audit.pk])).content.decode()


def test_the_page_shows_shares_and_marks_what_is_not_covered(leader: Client, audit: Audit) -> None:
    text = leader.get(page(audit)).content.decode()
    assert "<svg" in text
    assert "7.4 Communication" in text
    assert "no criterion" in text
    assert "no audit against ISO 9001" in text


def test_a_certificate_in_the_address_shows_what_it_saves(leader: Client, audit: Audit) -> None:
    text = leader.get(page(audit, query=f"{CERTIFICATE}&full=40&sample=10")).content.decode()
    assert "40 min per criterion in full, 10 min in a sample" in text
    assert "Certificate QM 4711 of Body" in text
    assert "0 h 30 min (18.8 %)" in text


def test_without_a_certificate_the_proposed_minutes_stand_there_openly(leader: Client, audit: Audit) -> None:
    text = leader.get(page(audit)).content.decode()
    assert "30 min per criterion in full, 10 min in a sample" in text
    assert "nothing is saved" in text


def test_the_grade_is_the_readers(leader: Client, audit: Audit) -> None:
    assert "reaches level 3 of 5" in leader.get(page(audit, "ccom")).content.decode()
    text = leader.get(page(audit, "ccom", "grade=4")).content.decode()
    assert "reaches level 4 of 5" in text


@pytest.mark.parametrize(
    "query",
    [
        "full=0",
        "full=x",
        "full=NaN",
        "full=99999999999999999999",
        "full=10&sample=11",
        "sample=31",
        "valid_until=2026-02-30",
        "valid_until=%00",
        "number=%00",
        "tier=none",
        f"number={'9' * 81}",
    ],
)
def test_bad_input_is_named_at_its_field_and_harmless(leader: Client, audit: Audit, query: str) -> None:
    response = leader.get(page(audit, query=query))
    assert response.status_code == 422
    text = response.content.decode()
    assert "is-invalid" in text
    assert "30 min per criterion in full" in text


@pytest.mark.parametrize("grade", ["0", "6", "x", "-1", "3.5"])
def test_a_grade_outside_the_scale_is_named(leader: Client, audit: Audit, grade: str) -> None:
    assert leader.get(page(audit, "ccom", f"grade={grade}")).status_code == 422


def test_what_is_typed_is_never_markup(leader: Client, audit: Audit) -> None:
    text = leader.get(page(audit, query=CERTIFICATE.replace("Body", "%3Cscript%3Ex"))).content.decode()
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


def test_htmx_gets_the_result_alone(leader: Client, audit: Audit) -> None:
    text = leader.get(page(audit), headers={"HX-Request": "true"}).content.decode()
    assert 'id="lens-result"' in text
    assert "<html" not in text


@pytest.mark.parametrize("lens", ["iso9001", "ccom"])
def test_the_page_takes_the_same_queries_for_4_and_for_all_criteria(
    leader: Client, audit: Audit, shipped: Edition, lens: str
) -> None:
    large = make_audit(edition=shipped)
    person = Client()
    person.force_login(leader_of(large))
    few, many = queries(leader, page(audit, lens)), queries(person, page(large, lens))
    assert few == many <= 14


def test_the_list_takes_the_same_queries_for_any_edition(leader: Client, audit: Audit, shipped: Edition) -> None:
    large = make_audit(edition=shipped)
    person = Client()
    person.force_login(leader_of(large))
    few = queries(leader, reverse("lenses:audit_lenses", args=[audit.pk]))
    assert few == queries(person, reverse("lenses:audit_lenses", args=[large.pk])) <= 10


# --- exports ------------------------------------------------------------------------------------------


def test_an_export_takes_the_choices_of_the_page(leader: Client, audit: Audit) -> None:
    url = reverse("lenses:lens_export", args=[audit.pk, "iso9001"])
    response = leader.post(f"{url}?{CERTIFICATE}&full=40", {"kind": "lens_xlsx", "language": "zh-hant"})
    export = Export.objects.get()
    assert response["Location"] == reverse("reports:export_detail", args=[export.pk])
    assert (export.kind, export.language) == (ExportKind.LENS_XLSX, "zh-hant")
    assert export.options["lens"] == "iso9001"
    assert (export.options["number"], export.options["full"], export.options["sample"]) == ("QM 4711", 40, None)
    assert export_render(export_id=str(export.pk), at=AT)
    sent = leader.get(reverse("reports:export_download", args=[export.pk]))
    assert sent["Content-Type"].endswith("spreadsheetml.sheet")
    assert "iso9001" in sent["Content-Disposition"]
    assert sent.content.startswith(b"PK")


@pytest.mark.parametrize(
    ("query", "kind", "language"),
    [("", "report", "en"), ("", "", "en"), ("full=0", "lens_pdf", "en"), ("", "lens_pdf", "tlh")],
)
def test_an_export_that_cannot_be_made_is_refused_in_words(
    leader: Client, audit: Audit, query: str, kind: str, language: str
) -> None:
    url = reverse("lenses:lens_export", args=[audit.pk, "iso9001"])
    response = leader.post(f"{url}?{query}", {"kind": kind, "language": language}, follow=True)
    assert response.status_code == 200
    assert "alert-danger" in response.content.decode()
    assert not Export.objects.exists()


def test_an_export_by_get_is_not_allowed(leader: Client, audit: Audit) -> None:
    assert leader.get(reverse("lenses:lens_export", args=[audit.pk, "iso9001"])).status_code == 405


def test_the_page_of_an_export_says_which_report_it_is(leader: Client, audit: Audit) -> None:
    leader.post(reverse("lenses:lens_export", args=[audit.pk, "iso9001"]), {"kind": "lens_pdf"})
    export = Export.objects.get()
    assert export.status == ExportStatus.QUEUED
    assert "Lens report (PDF)" in leader.get(reverse("reports:export_detail", args=[export.pk])).content.decode()
    assert "Lens report (PDF)" in leader.get(reverse("reports:export_list")).content.decode()


# --- the edition's own pages ------------------------------------------------------------------------------------------


def test_an_edition_shows_what_each_lens_covers(client: Client, shipped: Edition) -> None:
    client.force_login(make_user())
    address = reverse("standards:lens_list", args=[shipped.code, shipped.version])
    text = client.get(address).content.decode()
    for code in ("iso9001", "iso18295_1", "ccom", "four_ps", "baldrige", "efqm"):
        assert reverse("standards:lens", args=[shipped.code, shipped.version, code]) in text
    assert queries(client, address) <= 5


def test_a_coverage_page_marks_empty_clauses_and_links_criteria(client: Client, shipped: Edition) -> None:
    client.force_login(make_user())
    address = reverse("standards:lens", args=[shipped.code, shipped.version, "iso9001"])
    text = client.get(address).content.decode()
    assert reverse("standards:criterion", args=[shipped.code, shipped.version, "A1.1"]) in text
    assert "no criterion" in text
    assert "7.4" in text
    assert queries(client, address) <= 5


def test_coverage_takes_the_same_queries_for_any_edition(client: Client, audit: Audit, shipped: Edition) -> None:
    client.force_login(make_user())
    few, many = (
        queries(client, reverse("standards:lens", args=[each.code, each.version, "iso9001"]))
        for each in (audit.edition, shipped)
    )
    assert few == many


def test_coverage_pages_of_what_is_not_there_are_404(client: Client, audit: Audit) -> None:
    client.force_login(make_user())
    edition = audit.edition
    assert client.get(reverse("standards:lens_list", args=["none", "1"])).status_code == 404
    assert client.get(reverse("standards:lens", args=[edition.code, edition.version, "nothing"])).status_code == 404
    assert client.get(reverse("standards:lens", args=[edition.code, edition.version, "efqm"])).status_code == 404


def test_the_list_names_files_that_cannot_be_read(client: Client, audit: Audit, settings: Any, tmp_path: Path) -> None:
    settings.LENS_FOLDERS = [tmp_path]
    (tmp_path / "broken.yaml").write_text("code: 7\n", encoding="utf-8")
    client.force_login(make_user())
    text = client.get(reverse("standards:lens_list", args=[audit.edition.code, audit.edition.version])).content.decode()
    assert "broken.yaml" in text
    assert "No lens fits this standard" in text


def test_audit_and_edition_lead_to_their_lenses(leader: Client, audit: Audit) -> None:
    detail = leader.get(reverse("audits:audit_detail", args=[audit.pk])).content.decode()
    assert reverse("lenses:audit_lenses", args=[audit.pk]) in detail
    edition = leader.get(
        reverse("standards:edition", args=[audit.edition.code, audit.edition.version])
    ).content.decode()
    assert reverse("standards:lens_list", args=[audit.edition.code, audit.edition.version]) in edition

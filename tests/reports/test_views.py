"""Pages of the reports room: who sees what, in how many queries, and what is said when something is wrong."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audits.models import Decision
from reports.models import Export, ExportStatus
from reports.services import export_render
from reports.storage import export_path
from tests.factories import AT, leader_of, make_audit, make_user, submit
from tests.reports.rows import answer_all, make_export

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import Audit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path / "exports"


@pytest.fixture
def audit() -> Audit:
    return make_audit()


@pytest.fixture
def leader(audit: Audit, client: Client) -> Client:
    client.force_login(leader_of(audit))
    return client


def viewer_of(audit: Audit) -> Client:
    """Return the browser of somebody who may look at the audit and not export it."""
    client = Client()
    client.force_login(make_user(Role.VIEWER, audit.auditee))
    return client


def outsider() -> Client:
    client = Client()
    client.force_login(make_user(Role.ADMINISTRATOR))
    return client


def done(audit: Audit) -> Export:
    export = make_export(audit)
    export_render(export_id=str(export.pk), at=AT)
    export.refresh_from_db()
    return export


def test_list_says_what_to_do_when_it_is_empty(leader: Client) -> None:
    assert "No report was asked for yet" in leader.get(reverse("reports:export_list")).content.decode()


def test_list_shows_exports_of_visible_audits_only(leader: Client, audit: Audit) -> None:
    make_export(audit)
    other = make_audit()
    make_export(other)
    page = leader.get(reverse("reports:export_list")).content.decode()
    assert audit.reference in page
    assert other.reference not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=", True),
        ("q=nothing-like-it", False),
        ("status=queued", True),
        ("status=done", False),
        ("status=hostile'--", True),
        ("sort=requested_by__password", True),
        ("sort=centre&page=99", True),
        ("page=x", True),
        ("q=%00", True),
    ],
)
def test_list_filters_searches_and_sorts(leader: Client, audit: Audit, query: str, found: bool) -> None:
    make_export(audit)
    response = leader.get(f"{reverse('reports:export_list')}?{query}")
    assert response.status_code == 200
    assert (audit.reference in response.content.decode()) is found


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_takes_the_same_few_queries(leader: Client, audit: Audit, item_count: int) -> None:
    for language in ("en", "zh-hans", "zh-hant")[:item_count]:
        Export.objects.create(audit=audit, language=language, requested_by=leader_of(audit), requested_at=AT)
    assert queries(leader, reverse("reports:export_list")) <= 6


def test_request_makes_an_export_and_shows_it(leader: Client, audit: Audit) -> None:
    response = leader.post(reverse("reports:export_request", args=[audit.pk]), {"language": "zh-hant"})
    export = Export.objects.get()
    assert export.language == "zh-hant"
    assert response.url == reverse("reports:export_detail", args=[export.pk])


def test_request_in_an_unknown_language_is_refused_in_words(leader: Client, audit: Audit) -> None:
    url = reverse("reports:export_request", args=[audit.pk])
    response = leader.post(url, {"language": "../../etc"}, follow=True)
    assert "languages of this installation" in response.content.decode()
    assert not Export.objects.exists()


def test_request_is_refused_to_viewers_and_unknown_to_outsiders(audit: Audit) -> None:
    url = reverse("reports:export_request", args=[audit.pk])
    assert viewer_of(audit).post(url).status_code == 403
    assert outsider().post(url).status_code == 404
    assert Client().post(url).status_code == 302
    assert not Export.objects.exists()


def test_request_by_get_is_not_allowed(leader: Client, audit: Audit) -> None:
    assert leader.get(reverse("reports:export_request", args=[audit.pk])).status_code == 405


def test_detail_polls_while_it_waits_and_stops_when_done(leader: Client, audit: Audit) -> None:
    export = make_export(audit)
    url = reverse("reports:export_detail", args=[export.pk])
    waiting = leader.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" in waiting
    assert "<html" not in waiting
    export_render(export_id=str(export.pk), at=AT)
    ended = leader.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "every 1s" not in ended
    assert reverse("reports:export_download", args=[export.pk]) in ended


def test_detail_announces_progress(leader: Client, audit: Audit) -> None:
    export = make_export(audit, status=ExportStatus.RUNNING, percent=25, step="setting", started_at=AT)
    page = leader.get(reverse("reports:export_detail", args=[export.pk])).content.decode()
    assert 'role="status"' in page
    assert "Setting the pages" in page
    assert 'value="25"' in page


def test_detail_tells_why_an_export_failed(leader: Client, audit: Audit) -> None:
    export = make_export(audit, status=ExportStatus.FAILED, error="The disk <b> may be full.")
    page = leader.get(reverse("reports:export_detail", args=[export.pk])).content.decode()
    assert "The disk &lt;b&gt; may be full." in page
    assert reverse("reports:export_retry", args=[export.pk]) in page


@pytest.mark.parametrize("name", ["export_detail", "export_download"])
def test_pages_of_an_export_are_unknown_to_outsiders(audit: Audit, name: str) -> None:
    export = done(audit)
    assert outsider().get(reverse(f"reports:{name}", args=[export.pk])).status_code == 404
    assert outsider().get(reverse(f"reports:{name}", args=[uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("name", ["export_cancel", "export_retry"])
def test_changing_an_export_needs_the_right(audit: Audit, name: str) -> None:
    export = make_export(audit)
    url = reverse(f"reports:{name}", args=[export.pk])
    assert outsider().post(url).status_code == 404
    assert viewer_of(audit).post(url).status_code == 403
    assert viewer_of(audit).get(url).status_code == 405


def test_cancel_and_retry_go_round(leader: Client, audit: Audit) -> None:
    export = make_export(audit)
    leader.post(reverse("reports:export_cancel", args=[export.pk]))
    assert Export.objects.get().status == ExportStatus.CANCELLED
    leader.post(reverse("reports:export_retry", args=[export.pk]))
    assert Export.objects.get().status == ExportStatus.QUEUED
    again = leader.post(reverse("reports:export_retry", args=[export.pk]), follow=True)
    assert "Only an export that failed" in again.content.decode()


def test_download_sends_an_attachment_that_can_do_nothing(leader: Client, audit: Audit) -> None:
    export = done(audit)
    Export.objects.update(filename='報告 "x"\r\nX-Evil: 1.pdf')
    response = leader.get(reverse("reports:export_download", args=[export.pk]))
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%A0%B1")
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "X-Evil" not in response


def test_download_needs_the_right(audit: Audit) -> None:
    assert viewer_of(audit).get(reverse("reports:export_download", args=[done(audit).pk])).status_code == 403


def test_download_before_it_is_ready_says_so(leader: Client, audit: Audit) -> None:
    url = reverse("reports:export_download", args=[make_export(audit).pk])
    assert "not ready yet" in leader.get(url, follow=True).content.decode()


@pytest.mark.parametrize("harm", ["flip", "remove"])
def test_download_of_a_damaged_file_is_refused_in_words(leader: Client, audit: Audit, harm: str) -> None:
    export = done(audit)
    path = export_path(export.sha256)
    if harm == "flip":
        path.write_bytes(b"x" + path.read_bytes()[1:])
    else:
        path.unlink()
    response = leader.get(reverse("reports:export_download", args=[export.pk]))
    assert response.status_code == 410
    assert "is not what was written" in response.content.decode()


def test_preview_shows_ladder_gates_and_gaps(leader: Client, audit: Audit) -> None:
    answer_all(audit, 3)
    page = leader.get(reverse("reports:preview", args=[audit.pk])).content.decode()
    assert page.count("<svg") >= 2
    assert "Base" in page
    assert "A1.1" in page
    assert 'style="' not in page


def test_preview_of_a_refused_audit_says_so_and_why(leader: Client, audit: Audit) -> None:
    answer_all(audit, 0)
    submit(audit)
    values = {"decided_by": make_user(), "decided_at": AT, "reason": "Far from the tier."}
    Decision.objects.create(audit=audit, granted=False, tier="", route="panel", **values)
    page = leader.get(reverse("reports:preview", args=[audit.pk])).content.decode()
    outcome = page.split('aria-labelledby="outcome"')[1].split("</section>")[0]
    for words in ("Not granted", "No certificate is issued.", "Far from the tier.", "Total score: not met"):
        assert words in outcome


def test_preview_is_open_to_viewers_without_the_export_button(audit: Audit) -> None:
    page = viewer_of(audit).get(reverse("reports:preview", args=[audit.pk])).content.decode()
    assert reverse("reports:export_request", args=[audit.pk]) not in page
    assert outsider().get(reverse("reports:preview", args=[audit.pk])).status_code == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_preview_takes_the_same_few_queries(leader: Client, audit: Audit, item_count: int) -> None:
    for answer in audit.answers.all()[:item_count]:
        answer.level = 3
        answer.save()
    assert queries(leader, reverse("reports:preview", args=[audit.pk])) <= 22


def test_stale_page_of_an_export_offers_what_is_possible_now(leader: Client, audit: Audit) -> None:
    export = make_export(audit, status=ExportStatus.RUNNING, started_at=AT - timedelta(days=1))
    assert "Cancel" in leader.get(reverse("reports:export_detail", args=[export.pk])).content.decode()


def test_the_whole_report_is_looked_at_before_it_is_ordered(audit: Audit, leader: Client) -> None:
    address = reverse("reports:page", args=[audit.pk])
    response = leader.post(address, {"language": "en", "beside": "zh-hans"})
    page = response.content.decode()
    assert "All criteria</span>" in page
    assert "全部准则" in page
    assert audit.answers.first().criterion.code in page
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert f'<style nonce="{policy.partition("nonce-")[2].partition(chr(39))[0]}">' in page
    assert not Export.objects.exists()
    assert "<script" not in page
    assert leader.get(address).status_code == 405
    assert viewer_of(audit).post(address).status_code == 403
    assert outsider().post(address).status_code == 404

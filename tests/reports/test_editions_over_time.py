"""What was said once stays said: reports after a newer edition, and reports on audits that moved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Centre
from reports.selectors import audit_document
from standards.models import Edition, EditionStatus
from tests.audits.editions import documents, publish
from tests.audits.scenes import make_scene, raise_finding
from tests.audits.test_moving import answer_all, answer_of, move, scene_on
from tests.factories import AT, make_centre
from tests.reports.rows import make_evidence

if TYPE_CHECKING:
    from reports.document import CertificationReport

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("status", ["closed", "decision", "technical_review"])
def test_submitted_audit_prints_the_same_report_after_its_edition_was_superseded(status: str, language: str) -> None:
    old, new = documents()
    scene = make_scene(status, edition=publish(old))
    before = audit_document(scene.audit, language=language, at=AT)
    publish(new)
    Edition.objects.filter(pk=scene.audit.edition_id).update(status=EditionStatus.SUPERSEDED)
    after = audit_document(scene.audit, language=language, at=AT)
    assert after.content_sha256() == before.content_sha256()
    assert (after.edition.version, after.edition.sha256) == (old["version"], scene.audit.edition_sha256)
    scene.audit.refresh_from_db()
    assert scene.audit.status == status


def test_report_of_a_submitted_audit_says_the_channels_that_were_asked_for_then() -> None:
    old, _new = documents()
    words = ["voice", "chat"]
    old["facts"].append({"code": "channels", "title": {"en": "Channels"}, "type": "list", "choices": words})
    scene = make_scene("closed", edition=publish(old), centre=make_centre(channels=words))
    before = audit_document(scene.audit, language="en", at=AT)
    Centre.objects.update(channels=["email"])
    after = audit_document(scene.audit, language="en", at=AT)
    assert after.engagement.site.channels == ("voice", "chat")
    assert after.content_sha256() == before.content_sha256()


def test_report_of_a_moved_audit_counts_the_new_edition_and_names_what_stayed_with_the_old() -> None:
    old, new = documents()
    pair = publish(old), publish(new)
    scene = scene_on(pair[0])
    answer_all(scene)
    make_evidence(scene.audit, "kept", "A1.1", "B1.3")
    scene.answer = answer_of(scene.audit, "B1.3")
    raise_finding(scene)
    move(scene, pair[1])
    report = audit_document(scene.audit, language="en", at=AT + timedelta(hours=1))
    codes = [row.code for section in report.sections for clause in section.clauses for row in clause.rows]
    assert codes == ["A1.1", "A1.2", "A1.3", "A1.4", "A1.99", "B1.1", "B1.2", "B1.4", "B1.5"]
    assert report.evidence[0].criteria == ("A1.1", f"B1.3 ({old['version']})")
    assert [finding.criterion for finding in report.findings] == [f"B1.3 ({old['version']})"]
    assert report.edition.version == new["version"]
    rows = {row.code: row for section in report.sections for clause in section.clauses for row in clause.rows}
    assert (rows["A1.1"].level, rows["A1.2"].level, rows["A1.1"].evidence) == (5, None, ("E1",))


def test_report_of_a_moved_audit_takes_no_more_queries() -> None:
    old, new = documents()
    pair = publish(old), publish(new)
    scene = scene_on(pair[0])
    counts: list[int] = []

    def document() -> CertificationReport:
        with CaptureQueriesContext(connection) as captured:
            report = audit_document(scene.audit, language="en", at=AT)
        counts.append(len(captured))
        return report

    document()
    document()
    move(scene, pair[1])
    document()
    document()
    assert counts[3] == counts[1]

"""From rows to the document: what it says, and in how many queries."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import Decision, Finding, FindingKind, MarketWaiver
from reports.document import Waiver
from reports.selectors import audit_document
from tests.factories import AT, leader_of, make_audit, make_user, submit
from tests.reports.rows import answer_all, make_certificate, make_evidence

if TYPE_CHECKING:
    from reports.document import CertificationReport

pytestmark = pytest.mark.django_db


def document(audit: Any, language: str = "en") -> CertificationReport:
    return audit_document(audit, language=language, at=AT)


def add_findings(audit: Any, count: int) -> None:
    first = audit.answers.first().criterion
    for number in range(1, count + 1):
        Finding.objects.create(
            audit=audit,
            criterion=first,
            number=number,
            kind=FindingKind.MINOR,
            statement=f"Statement {number}",
            objective_evidence="Seen.",
            due=AT.date(),
            raised_by=leader_of(audit),
            raised_at=AT,
        )


def test_audit_document_of_an_open_audit_is_a_draft_with_intervals() -> None:
    report = document(make_audit())
    assert report.draft
    assert report.tiers[0].total.low < report.tiers[0].total.high
    assert report.result_sha256 == ""


def test_audit_document_of_a_submitted_audit_tells_the_frozen_result() -> None:
    audit = make_audit()
    answer_all(audit, 4)
    audit = submit(audit)
    audit.answers.update(level=0)
    report = document(audit)
    assert not report.draft
    assert report.tiers[0].total.settled
    assert str(report.tiers[0].total.low) == audit.result["result"]["tiers"]["base"]["total"]["low"]
    assert report.tiers[0].wanted == 50
    assert report.result_sha256 == audit.result_sha256


def test_audit_document_names_every_criterion_in_order() -> None:
    audit = make_audit()
    codes = [row.code for section in document(audit).sections for clause in section.clauses for row in clause.rows]
    assert codes == ["A1.1", "A1.2", "A1.3", "B1.1", "B1.2", "B1.3"]


def test_audit_document_numbers_evidence_and_refers_to_it() -> None:
    audit = make_audit()
    make_evidence(audit, "one", "A1.1", "B1.2")
    make_evidence(audit, "two", "A1.1")
    report = document(audit)
    rows = {row.code: row.evidence for s in report.sections for clause in s.clauses for row in clause.rows}
    assert [item.label for item in report.evidence] == ["E1", "E2"]
    assert report.evidence[0].criteria == ("A1.1", "B1.2")
    assert rows["A1.1"] == ("E1", "E2")
    assert rows["B1.2"] == ("E1",)


def test_audit_document_keeps_decision_and_certificate() -> None:
    audit = make_audit()
    certificate = make_certificate(audit)
    report = document(audit)
    assert report.certificate is not None
    assert report.certificate.verify_url.endswith(f"/verify/{certificate.code}/")
    assert report.decision is not None
    assert report.decision.decided_by == str(Decision.objects.get().decided_by)


def test_audit_document_says_gates_in_words() -> None:
    gates = {gate.code: gate for gate in document(make_audit()).tiers[0].gates}
    assert gates["total"].title == "Total score"
    assert gates["total"].wanted == "at least 50"
    assert gates["findings:major_open"].title == "Open major nonconformities"
    assert gates["fact:decision_route"].title == "Decision route"


def test_audit_document_tells_market_verdicts() -> None:
    audit = make_audit()
    figure = {"value": 80.0, "year": 2025, "source": "Survey", "grade": "A", "n": "212"}
    verdict = {"state": "below", "value": 59.68, "half_width": 4.7, "unit": "%", "figure": figure}
    audit.market = {"service_level": verdict, "asa": {"state": "missing", "reason": {"code": "not_measured"}}}
    audit.save()
    first, second = document(audit).comparisons
    assert (first.title, str(first.value), str(first.figure), first.publisher) == (
        "Service level",
        "59.68",
        "80.0",
        "Survey",
    )
    assert first.interval is not None
    assert str(first.interval.low) == "54.98"
    assert (second.verdict, second.value) == ("missing", None)


def test_audit_document_tells_waivers_by_name_and_formulas_that_are_not_named() -> None:
    audit = make_audit()
    granter = make_user()
    figure = {"value": 6.5, "year": 2016, "source": "Survey", "variant": "unstated"}
    verdict = {"state": "above", "value": 1.8, "half_width": 0.2, "unit": "%", "figure": figure}
    audit.market = {
        "abandonment": {**verdict, "variant": "offered"},
        "transfer_rate": {**verdict, "variant": "standard"},
        "csat": {**verdict, "variant": "top3_box", "figure": {**figure, "variant": "top3_box"}},
        "nps": {"state": "no_figure", "reason": {"code": "no_figure_at_all", "params": {}}},
    }
    audit.save()
    MarketWaiver.objects.create(audit=audit, kpi="abandonment", reason="None newer.", granted_by=granter, granted_at=AT)
    comparisons = document(audit).comparisons
    assert [each.formula for each in comparisons] == ["unstated", "only", "stated", ""]
    assert [each.waiver for each in comparisons] == [Waiver("None newer.", str(granter), AT), None, None, None]


def test_audit_document_hash_is_stable_until_the_content_changes() -> None:
    audit = make_audit()
    before = document(audit).content_sha256()
    make_user()
    assert document(audit).content_sha256() == before
    audit.summary = "Another summary."
    audit.save()
    assert document(audit).content_sha256() != before


def queries(audit: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        document(audit)
    return len(captured)


def add_fieldwork(audit: Any, count: int) -> None:
    """Give an audit so many of everything that a report tells of the work."""
    leader, answer = leader_of(audit), audit.answers.first()
    audit.previous = make_audit(centre=audit.centre, conductor=audit.conductor, edition=audit.edition)
    audit.save()
    add_findings(audit.previous, count)
    for number in range(1, count + 1):
        audit.concerns.create(clause="A1", statement="Late.", raised_by=leader, raised_at=AT)
        audit.meetings.create(kind="closing", round=number, held_at=AT, noted_by=leader, noted_at=AT)
        audit.agenda.create(day=AT.date(), begins=time(9), ends=time(10), what="Charter")
        sample = audit.samples.create(
            number=number, title="Briefings", method="judgemental", why="New.", planned_at=AT, planned_by=leader
        )
        sample.answers.add(answer)
        sample.items.create(position=1, record=f"r{number}", result="fails")
        finding = audit.findings.get(number=number)
        for correction in ("Too little.", "Taken down."):
            finding.responses.create(
                correction=correction,
                root_cause="No list.",
                action="A list.",
                due=AT.date(),
                owner=leader,
                by=leader,
                at=AT,
                method="five_whys",
            )


def test_audit_document_tells_how_the_work_was_done() -> None:
    audit = make_audit()
    add_findings(audit, 1)
    add_fieldwork(audit, 1)
    report = document(audit)
    work = report.fieldwork
    assert work.stage_one is not None
    assert work.stage_one.concerns == (("A1", "Late.", ""),)
    assert [(meeting.kind, meeting.round) for meeting in work.meetings] == [("opening", 1), ("closing", 1)]
    assert [session.what for session in work.agenda] == ["Charter"]
    (sample,) = work.samples
    assert (sample.criteria, sample.picked, sample.failed, sample.holds) == (("A1.1",), 1, 1, None)
    assert "chosen, not drawn" in sample.warns[0]
    assert work.former is not None
    assert work.former.reference == audit.previous.reference
    assert [each.statement for each in work.former.findings] == ["Statement 1"]
    assert report.findings[0].correction is not None
    assert report.findings[0].correction.correction == "Taken down."


def test_audit_document_takes_the_same_few_queries() -> None:
    found = []
    for count in (1, 3):
        audit = make_audit()
        add_findings(audit, count)
        add_fieldwork(audit, count)
        for number in range(count):
            make_evidence(audit, f"file {number}", "A1.1", "A1.2")
        document(audit)  # the edition is remembered from the first time on
        found.append(queries(audit))
    assert found[0] == found[1]
    assert found[0] <= 19  # and one for the measurements, where there are any

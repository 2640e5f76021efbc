"""From fieldwork to certificate: who may not, what freezes, one number per certificate."""

from __future__ import annotations

import json
from datetime import date

import pytest

from accounts.models import Role
from audits.cycle import valid_until
from audits.models import AuditKind, AuditStatus, Certificate, Decision, FindingKind
from audits.selectors.case import audit_case
from audits.services.answers import AnswerInput, answer_save
from audits.services.engagement import audit_facts_save, team_member_remove
from audits.services.errors import NotEditableError, PlanError, TransitionRefusedError
from audits.services.findings import finding_raise
from audits.services.transitions import audit_decide, audit_step
from ledger.models import Entry
from tests.audits.scenes import settle
from tests.factories import AT, draft_report, leader_of, make_audit, make_user, submit

pytestmark = pytest.mark.django_db


def answered(level: int = 4, **fields):
    audit = make_audit(**fields)
    for answer in audit.answers.all():
        content = AnswerInput(level=level)
        answer_save(answer_id=answer.pk, content=content, revision=0, by=leader_of(audit), at=AT)
    return audit


def awaiting_decision(level: int = 4, **fields):
    """An audit that a reviewer has approved."""
    audit = answered(level, **fields)
    facts = {"cskm": {"value": "70", "note": ""}, "decision_route": {"value": "panel", "note": ""}}
    audit_facts_save(audit_id=audit.pk, facts=facts, by=leader_of(audit), at=AT)
    submit(audit)
    reviewer = make_user(Role.AUDIT_MANAGER, audit.conductor)
    audit_step(audit_id=audit.pk, step="approve", reason="Supports the result.", by=reviewer, at=AT)
    audit.refresh_from_db()
    return audit


def decide(audit, by=None, **fields):
    values = {"granted": True, "tier": "base", "route": "panel", "reason": "Met.", **fields}
    by = by or make_user(Role.DECISION_MAKER, audit.conductor)
    return audit_decide(audit_id=audit.pk, by=by, at=AT, **values)


def test_unfinished_sheet_cannot_be_submitted() -> None:
    audit = make_audit()
    draft_report(audit)
    with pytest.raises(TransitionRefusedError) as caught:
        audit_step(audit_id=audit.pk, step="submit", by=leader_of(audit), at=AT)
    assert caught.value.codes == ("unanswered",)
    audit.refresh_from_db()
    assert audit.status == AuditStatus.REPORT_DRAFT


def test_kpi_not_measured_by_submission_counts_as_insufficient() -> None:
    audit = answered()
    audit.market = {"nps": {"state": "missing"}, "csat": {"state": "no_figure"}}
    audit.save()
    assert audit_case(audit, [], today=AT.date())["market"] == {"csat": "no_figure"}
    submit(audit)
    audit.refresh_from_db()
    assert audit.result["case"]["market"] == {"nps": "insufficient", "csat": "no_figure"}


def test_submission_freezes_the_result_with_the_hash_of_the_edition() -> None:
    audit = answered(4)
    submit(audit)
    audit.refresh_from_db()
    assert audit.result["edition_sha256"] == audit.edition.sha256
    # all at 4 of 5: 40 x 4/5 + 60 x 4/5
    assert audit.result["result"]["tiers"]["base"]["total"] == {"low": "80", "high": "80"}
    frozen = Entry.objects.get(action="audit.result_frozen")
    assert json.loads(frozen.content)["payload"]["result_sha256"] == audit.result_sha256


def test_return_opens_the_sheet_and_drops_the_result() -> None:
    audit = answered()
    submit(audit)
    audit_step(
        audit_id=audit.pk,
        step="return",
        reason="B1.2 lacks evidence.",
        by=make_user(Role.AUDIT_MANAGER, audit.conductor),
        at=AT,
    )
    audit.refresh_from_db()
    assert (audit.status, audit.result, audit.review_note) == ("report_draft", None, "B1.2 lacks evidence.")


def test_whoever_was_on_the_team_can_neither_review_nor_decide() -> None:
    audit = answered()
    member = leader_of(audit)
    submit(audit)
    with pytest.raises(TransitionRefusedError) as caught:
        audit_step(audit_id=audit.pk, step="approve", reason="ok", by=member, at=AT)
    assert caught.value.codes == ("actor_on_team",)
    ready = awaiting_decision()
    with pytest.raises(TransitionRefusedError) as caught:
        decide(ready, by=leader_of(ready))
    assert caught.value.codes == ("actor_on_team",)
    assert not Decision.objects.exists()


def test_reviewer_cannot_decide() -> None:
    audit = awaiting_decision()
    with pytest.raises(TransitionRefusedError) as caught:
        decide(audit, by=audit.reviewed_by)
    assert caught.value.codes == ("actor_reviewed",)


def test_granting_issues_a_certificate_for_three_years() -> None:
    audit = awaiting_decision()
    decide(audit)
    certificate = Certificate.objects.get()
    assert (certificate.number, certificate.tier) == ("TS-2026-00001", "base")
    assert (certificate.valid_from, certificate.valid_until) == (date(2026, 9, 14), date(2029, 9, 13))
    assert len(bytes.fromhex(certificate.code)) * 8 == 128
    audit.refresh_from_db()
    assert audit.status == AuditStatus.CLOSED


def test_tier_that_is_not_attained_cannot_be_granted_and_nothing_is_written() -> None:
    audit = awaiting_decision(3)  # 60 of 100: base, not top
    entries = Entry.objects.count()
    with pytest.raises(TransitionRefusedError) as caught:
        decide(audit, tier="top")
    assert caught.value.codes == ("tier_not_attained",)
    audit.refresh_from_db()
    assert (audit.status, Certificate.objects.count(), Decision.objects.count()) == ("decision", 0, 0)
    assert Entry.objects.count() == entries


def test_unknown_tier_cannot_be_granted() -> None:
    with pytest.raises(TransitionRefusedError):
        decide(awaiting_decision(), tier="platinum")


def test_refusal_closes_without_a_certificate() -> None:
    audit = awaiting_decision(2)
    decision = decide(audit, granted=False, tier="")
    assert (decision.granted, Certificate.objects.count()) == (False, 0)


def test_internal_audit_never_leads_to_a_certificate() -> None:
    audit = answered(kind=AuditKind.INTERNAL)
    submit(audit)
    with pytest.raises(TransitionRefusedError) as caught:
        decide(audit)
    assert caught.value.codes == ("wrong_route",)
    reviewer = make_user(Role.AUDIT_MANAGER, audit.conductor)
    audit_step(audit_id=audit.pk, step="conclude", reason="Conforms.", by=reviewer, at=AT)
    audit.refresh_from_db()
    assert (audit.status, audit.conclusion, Certificate.objects.count()) == ("closed", "Conforms.", 0)


def test_decision_is_made_once() -> None:
    audit = awaiting_decision()
    decide(audit)
    with pytest.raises(TransitionRefusedError) as caught:
        decide(audit)
    assert caught.value.codes == ("wrong_status",)
    assert Certificate.objects.count() == 1


def test_certificate_numbers_run_on() -> None:
    for _ in range(3):
        decide(awaiting_decision())
    assert list(Certificate.objects.order_by("pk").values_list("number", flat=True)) == [
        "TS-2026-00001",
        "TS-2026-00002",
        "TS-2026-00003",
    ]


def test_open_major_blocks_the_tier_until_it_is_verified_closed() -> None:
    audit = make_audit()
    leader = leader_of(audit)
    finding = finding_raise(
        audit_id=audit.pk,
        criterion=audit.edition.criteria.first(),
        kind=FindingKind.MAJOR,
        statement="Not done.",
        objective_evidence="Nothing to show.",
        due=date(2026, 10, 1),
        by=leader,
        at=AT,
    )
    for answer in audit.answers.all():
        answer_save(answer_id=answer.pk, content=AnswerInput(level=4), revision=0, by=leader, at=AT)
    facts = {"decision_route": {"value": "panel", "note": ""}}
    audit_facts_save(audit_id=audit.pk, facts=facts, by=leader, at=AT)
    submit(audit)
    audit.refresh_from_db()
    assert audit.result["result"]["tier"] is None
    settle(finding)
    audit.refresh_from_db()
    assert audit.result["result"]["tier"] == "base"


def test_nobody_leaves_the_team_once_fieldwork_has_started() -> None:
    audit = make_audit()
    with pytest.raises(NotEditableError):
        team_member_remove(audit_id=audit.pk, user_id=leader_of(audit).pk, by=leader_of(audit), at=AT)


def test_cancelling_needs_a_reason_and_keeps_the_answers() -> None:
    audit = answered()
    manager = make_user(Role.AUDIT_MANAGER, audit.conductor)
    with pytest.raises(TransitionRefusedError):
        audit_step(audit_id=audit.pk, step="cancel", by=manager, at=AT)
    audit_step(audit_id=audit.pk, step="cancel", reason="Contract ended.", by=manager, at=AT)
    assert audit.answers.filter(level=4).count() == audit.answers.count()


def test_audit_is_planned_on_a_published_edition_only() -> None:
    edition = make_audit(started=False).edition
    edition.status = "withdrawn"
    edition.save(update_fields=["status"])
    with pytest.raises(PlanError, match="edition_not_published"):
        make_audit(edition=edition)


def test_dates_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(PlanError, match="dates_reversed"):
        make_audit(onsite_from=date(2026, 9, 18), onsite_to=date(2026, 9, 14))


def test_every_step_is_in_the_ledger() -> None:
    audit = awaiting_decision()
    decide(audit)
    actions = list(Entry.objects.filter(subject=f"audit:{audit.pk}").values_list("action", flat=True))
    assert actions == [
        "audit.planned",
        *["conflict.declared"] * 2,
        "audit.plan",
        "audit.stage_1",
        "stage_1.recorded",
        "audit.start_stage_2",
        "meeting.recorded",
        *["answer.saved"] * 6,
        "audit.facts_saved",
        "audit.close",
        "meeting.recorded",
        "audit.report",
        "audit.submit",
        "audit.result_frozen",
        "audit.approve",
        "audit.result_frozen",
        "audit.decided",
        "certificate.issued",
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 9, 14), date(2029, 9, 13)),
        (date(2028, 2, 29), date(2031, 2, 28)),
        (date(2026, 1, 1), date(2028, 12, 31)),
    ],
)
def test_validity_ends_the_day_before_the_third_anniversary(start: date, end: date) -> None:
    assert valid_until(start) == end

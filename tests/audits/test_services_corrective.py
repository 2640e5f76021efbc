"""Steps in the life of a finding through the service: rows, history, ledger, notices, gates; and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core import mail

from accounts.models import Membership, Notice, Role
from audits.corrective import STEPS
from audits.models import AuditStatus, Evidence, Finding, FindingKind, FindingState
from audits.selectors.case import finding_counts
from audits.selectors.follow_up import follow_up_of
from audits.services.corrective import StepFacts, finding_step
from audits.services.errors import LeftEditionError, NotEditableError
from audits.services.findings import FindingError, finding_edit, finding_raise
from ledger.models import Entry
from tests.audits.scenes import Scene, finish, make_scene, proof, raise_finding, response_facts, settle
from tests.factories import AT, make_user

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def take(finding: Finding, step: str, by: User, *, at: datetime = AT + DAY, **facts: Any) -> Finding:
    return finding_step(finding_id=finding.pk, step=step, facts=StepFacts(**facts), by=by, at=at)


def refused(finding: Finding, step: str, by: User, **facts: Any) -> tuple[str, ...]:
    before = (Finding.objects.values().get(pk=finding.pk), Entry.objects.count(), Notice.objects.count())
    with pytest.raises(FindingError) as caught:
        take(finding, step, by, **facts)
    assert before == (Finding.objects.values().get(pk=finding.pk), Entry.objects.count(), Notice.objects.count())
    return caught.value.codes


# --- raising and changing ---------------------------------------------------------------------------------------------


def raising(scene: Scene, **changes: Any) -> Finding:
    values: dict[str, Any] = {
        "kind": FindingKind.MINOR,
        "statement": "No log.",
        "objective_evidence": "Seen.",
        "due": date(2026, 12, 1),
        **changes,
    }
    leader = scene.people["leader"]
    return finding_raise(audit_id=scene.audit.pk, criterion=scene.answer.criterion, by=leader, at=AT, **values)


def test_the_same_key_again_is_the_same_finding_and_writes_nothing(scene: Scene) -> None:
    key = uuid4()
    first = raising(scene, key=key)
    entries = Entry.objects.count()
    again = raising(scene, key=key, statement="Other words.")
    assert (again.pk, again.statement, Entry.objects.count()) == (first.pk, "No log.", entries)
    scene.step("cancel", "audit_manager", "Ended.")
    assert raising(scene, key=key).pk == first.pk
    with pytest.raises(NotEditableError):
        raising(scene, key=uuid4())


def test_one_key_in_two_audits_is_two_findings(scene: Scene) -> None:
    key = uuid4()
    assert raising(scene, key=key).pk != raising(make_scene(), key=key).pk


@pytest.mark.parametrize(
    ("kind", "day", "code"),
    [
        ("minor", date(2099, 1, 1), "due_too_far"),
        ("minor", AT.date() + 181 * DAY, "due_too_far"),
        ("major", AT.date() + 91 * DAY, "due_too_far"),
        ("minor", AT.date() - DAY, "due_past"),
        ("major", None, "due_missing"),
    ],
)
def test_due_day_lies_within_what_the_grading_allows(scene: Scene, kind: str, day: date | None, code: str) -> None:
    with pytest.raises(FindingError) as caught:
        raising(scene, kind=kind, due=day)
    assert caught.value.code == code
    assert scene.audit.findings.count() == 1


@pytest.mark.parametrize(("kind", "days"), [("minor", 180), ("major", 90), ("minor", 0)])
def test_due_on_the_last_day_is_taken(scene: Scene, kind: str, days: int) -> None:
    assert raising(scene, kind=kind, due=AT.date() + days * DAY).state == FindingState.OPEN


def test_opportunities_and_strengths_are_due_on_no_day(scene: Scene) -> None:
    assert raising(scene, kind=FindingKind.STRENGTH, due=date(2099, 1, 1)).due is None


def test_evidence_of_the_same_audit_is_linked_and_of_another_not(scene: Scene) -> None:
    elsewhere = make_scene().evidence
    made = raising(scene, evidence=[scene.evidence.pk, elsewhere.pk, 10**9])
    assert list(made.evidence.all()) == [scene.evidence]


def changing(scene: Scene, **changes: Any) -> Finding:
    finding = scene.finding
    values: dict[str, Any] = {
        "kind": finding.kind,
        "statement": "Better words.",
        "objective_evidence": finding.objective_evidence,
        "due": finding.due,
        "evidence": [],
        "revision": 0,
        **changes,
    }
    return finding_edit(finding_id=finding.pk, by=scene.people["auditor"], at=AT, **values)


def test_change_is_kept_with_every_version_in_the_ledger(scene: Scene) -> None:
    changed = changing(scene, evidence=[scene.evidence.pk])
    assert (changed.statement, changed.revision, list(changed.evidence.all())) == (
        "Better words.",
        1,
        [scene.evidence],
    )
    texts = [entry.content for entry in Entry.objects.filter(action__in=["finding.raised", "finding.changed"])]
    assert "The wallboard was off." in texts[0]
    assert "Better words." in texts[1]


def test_change_on_an_old_revision_is_refused(scene: Scene) -> None:
    changing(scene)
    with pytest.raises(FindingError, match="stale_finding"):
        changing(scene, statement="Mine.")


def test_what_was_answered_is_not_changed_any_more(scene: Scene) -> None:
    take(scene.finding, "respond", scene.people["centre_manager"], response=response_facts(scene.finding))
    with pytest.raises(FindingError, match="answered_already"):
        changing(scene)


def test_change_of_grading_keeps_to_the_limit_of_the_new_one(scene: Scene) -> None:
    late = AT.date() + 120 * DAY
    changing(scene, due=late)
    with pytest.raises(FindingError, match="due_too_far"):
        changing(scene, kind="major", due=late, revision=1)


# --- the life ---------------------------------------------------------------------------------------------------------


def test_whole_life_leaves_history_ledger_and_closing(scene: Scene) -> None:
    finding = settle(scene.finding)
    assert (finding.state, finding.closing_note, finding.closed_at) == ("closed", "Seen working.", AT + 5 * DAY)
    steps = list(finding.steps.values_list("step", "source", "target"))
    assert steps == [
        ("raise", "", "open"),
        ("respond", "open", "responded"),
        ("accept", "responded", "accepted"),
        ("implement", "accepted", "implemented"),
        ("verify", "implemented", "verified"),
        ("close", "verified", "closed"),
    ]
    actions = list(Entry.objects.filter(action__startswith="finding.").values_list("action", flat=True))
    assert actions == [f"finding.{name}" for name in ("raised", "respond", "accept", "implement", "verify", "close")]
    seen = finding.steps.get(step="verify").data
    assert seen == {"how": "New sample.", "seen_on": "2026-09-17"}
    assert finding.steps.get(step="implement").evidence.get().filename == "record.txt"


def test_correction_and_corrective_action_are_kept_apart(scene: Scene) -> None:
    settle(scene.finding, until="responded")
    response = scene.finding.responses.get()
    assert (response.correction, response.action) == ("Switched on.", "Owner by role.")


def test_rejected_response_stays_and_a_better_one_counts(scene: Scene) -> None:
    manager, leader = scene.people["centre_manager"], scene.people["leader"]
    take(scene.finding, "respond", manager, response=response_facts(scene.finding))
    take(scene.finding, "reject", leader, words="No cause named.")
    better = response_facts(scene.finding, action="Another action.", due=date(2026, 11, 2))
    finding = take(scene.finding, "respond", manager, response=better)
    assert list(finding.responses.values_list("action", flat=True)) == ["Owner by role.", "Another action."]
    assert take(finding, "accept", leader).due == date(2026, 11, 2)


def test_answer_after_the_due_day_leaves_a_minor_late(scene: Scene) -> None:
    manager, leader = scene.people["centre_manager"], scene.people["leader"]
    late = AT + 80 * DAY  # due on 1 December, answered on the 3rd
    facts = response_facts(scene.finding, due=late.date() + 20 * DAY)
    take(scene.finding, "respond", manager, at=late, response=facts)
    finding = take(scene.finding, "accept", leader, at=late)
    assert finding.due == date(2026, 12, 1)
    assert finding_counts(scene.audit, today=late.date())["minor_late"] == 1


def test_minor_due_in_time_by_its_accepted_plan_is_not_late(scene: Scene) -> None:
    finding = settle(scene.finding, until="accepted")
    assert finding.due == date(2026, 10, 1)
    assert finding_counts(scene.audit, today=date(2026, 10, 1)) == {"major_open": 0, "minor_late": 0}
    assert finding_counts(scene.audit, today=date(2026, 10, 2)) == {"major_open": 0, "minor_late": 1}


def test_major_counts_until_it_is_closed_and_again_when_it_opens(scene: Scene) -> None:
    major = raise_finding(scene, FindingKind.MAJOR)
    counts = [finding_counts(scene.audit, today=AT.date())["major_open"]]
    major = settle(major)
    counts.append(finding_counts(scene.audit, today=AT.date())["major_open"])
    leader = scene.people["leader"]
    major = take(major, "reopen", leader, at=AT + 9 * DAY, words="It is back.", due=date(2026, 11, 1))
    counts.append(finding_counts(scene.audit, today=AT.date())["major_open"])
    assert counts == [1, 0, 1]
    assert (major.reopened, major.closed_at, major.closing_note, major.due) == (1, None, "", date(2026, 11, 1))


def test_not_effective_opens_it_again_with_a_count_and_a_new_day(scene: Scene) -> None:
    finding = settle(scene.finding, until="implemented")
    facts = {"how": "Sample.", "seen_on": (AT + 3 * DAY).date(), "words": "Still there.", "due": date(2027, 1, 5)}
    finding = take(finding, "fail", scene.people["leader"], at=AT + 4 * DAY, **facts)
    assert (finding.state, finding.reopened, finding.due) == ("reopened", 1, date(2027, 1, 5))
    assert finding.steps.get(step="fail").data["due"] == "2027-01-05"


def test_frozen_result_before_the_decision_follows_and_after_it_does_not() -> None:
    scene = make_scene("technical_review")
    frozen = scene.audit.result_sha256
    settle(scene.finding)
    scene.audit.refresh_from_db()
    assert scene.audit.result["case"]["findings"] == {"major_open": 0, "minor_late": 0}
    decided = make_scene("closed")
    frozen = decided.audit.result_sha256
    finish(decided.finding)
    decided.audit.refresh_from_db()
    assert decided.audit.result_sha256 == frozen


def test_owner_and_author_of_a_response_do_not_judge_it(scene: Scene) -> None:
    """In an internal audit the same person may be a manager of both sides."""
    both = make_user(Role.AUDIT_MANAGER, scene.audit.conductor)
    Membership.objects.create(user=both, organisation=scene.audit.auditee, role=Role.CENTRE_MANAGER)
    manager = scene.people["centre_manager"]
    take(scene.finding, "respond", manager, response=response_facts(scene.finding, owner=both))
    assert refused(scene.finding, "accept", both) == ("actor_owns",)
    assert refused(scene.finding, "reject", manager, words="Mine.") == ("actor_responded",)
    take(scene.finding, "accept", scene.people["leader"])
    take(scene.finding, "implement", manager, words="Done.", proofs=(proof(),))
    seen = {"how": "x", "seen_on": (AT + DAY).date(), "words": "x"}
    assert refused(scene.finding, "verify", both, **seen) == ("actor_owns",)


def test_owner_of_another_organisation_is_refused(scene: Scene) -> None:
    facts = response_facts(scene.finding, owner=scene.people["auditor"])
    assert refused(scene.finding, "respond", scene.people["centre_manager"], response=facts) == ("owner_elsewhere",)


@pytest.mark.parametrize("empty", ["correction", "root_cause", "action"])
def test_response_with_a_part_missing_is_refused(scene: Scene, empty: str) -> None:
    facts = response_facts(scene.finding, **{empty: " \n"})
    assert refused(scene.finding, "respond", scene.people["centre_manager"], response=facts) == ("response_incomplete",)


@pytest.mark.parametrize("status", ["planned", "cancelled"])
def test_nothing_is_followed_up_in_an_audit_that_is_not_under_way(status: str) -> None:
    scene = make_scene(status)
    with pytest.raises(NotEditableError):
        take(scene.finding, "respond", scene.people["centre_manager"], response=response_facts(scene.finding))


@pytest.mark.parametrize("status", ["fieldwork", "technical_review"])
def test_findings_are_answered_in_every_state_from_fieldwork_on(status: str) -> None:
    scene = make_scene(status)
    facts = response_facts(scene.finding)
    assert take(scene.finding, "respond", scene.people["centre_manager"], response=facts).state == "responded"


@pytest.mark.parametrize("status", ["decision", "closed"])
def test_what_was_agreed_is_done_and_verified_after_the_review_too(status: str) -> None:
    assert finish(make_scene(status).finding).state == "closed"


@pytest.mark.parametrize("step", STEPS)
def test_step_from_a_state_that_does_not_lead_there_changes_nothing(scene: Scene, step: str) -> None:
    finding = settle(scene.finding, until="accepted")
    if step not in {"implement", "escalate", "withdraw"}:
        assert refused(finding, step, scene.people["leader"], words="x") == ("wrong_state",)


def test_opportunity_closes_with_words_and_a_nonconformity_does_not(scene: Scene) -> None:
    leader = scene.people["leader"]
    idea = raising(scene, kind=FindingKind.OPPORTUNITY)
    assert take(idea, "settle", leader, words="Taken up.").state == "closed"
    assert refused(scene.finding, "settle", leader, words="x") == ("needs_verification",)
    strength = raising(scene, kind=FindingKind.STRENGTH)
    assert refused(strength, "settle", leader, words="x") == ("needs_verification",)


def test_criterion_of_a_left_edition_takes_no_finding(scene: Scene) -> None:
    from tests.factories import make_edition

    other = make_edition().criteria.first()
    with pytest.raises(LeftEditionError):
        finding_raise(
            audit_id=scene.audit.pk,
            criterion=other,
            kind="strength",
            statement="x",
            objective_evidence="x",
            due=None,
            by=scene.people["leader"],
            at=AT,
        )


def test_file_that_the_audit_has_already_is_the_same_piece(scene: Scene) -> None:
    finding = settle(scene.finding, until="accepted")
    count = Evidence.objects.count()
    take(finding, "implement", scene.people["centre_manager"], words="x", proofs=(proof("a"), proof("a"), proof("b")))
    assert Evidence.objects.count() == count + 2


# --- who is told ------------------------------------------------------------------------------------------------------


def told(step: str) -> set[int]:
    return set(Notice.objects.filter(kind="audits.finding_step", params__step=step).values_list("to", flat=True))


def test_each_side_tells_the_other_and_nobody_themselves(scene: Scene) -> None:
    manager, leader = scene.people["centre_manager"], scene.people["leader"]
    contributor = make_user(Role.CONTRIBUTOR, scene.audit.auditee)
    take(scene.finding, "respond", manager, response=response_facts(scene.finding, owner=contributor))
    assert {leader.pk, scene.people["audit_manager"].pk} <= told("respond")
    assert manager.pk not in told("respond")
    assert told("own") == {contributor.pk}
    take(scene.finding, "accept", leader)
    assert told("accept") == {manager.pk, contributor.pk}


def test_notice_is_said_in_the_language_of_the_reader(scene: Scene) -> None:
    from django.utils import translation

    settle(scene.finding, until="accepted")
    notice = Notice.objects.filter(params__step="accept").first()
    with translation.override("en"):
        english = str(notice)
    with translation.override("zh-hant"):
        chinese = str(notice)
    assert "the response is accepted; the action is due on" in english
    assert "2026" in english
    assert "回覆已接受" in chinese


@pytest.mark.django_db(transaction=True)
def test_mail_leaves_once_the_step_is_committed() -> None:
    scene = make_scene()
    mail.outbox.clear()
    manager = scene.people["centre_manager"]
    take(scene.finding, "respond", manager, response=response_facts(scene.finding, owner=manager))
    assert mail.outbox
    assert Notice.objects.filter(mailed_at=None).count() == 0
    assert scene.audit.status == AuditStatus.FIELDWORK


# --- raised by mistake ------------------------------------------------------------------------------------------------


def test_a_finding_raised_by_mistake_is_withdrawn_with_a_reason_and_counts_nowhere(scene: Scene) -> None:
    leader, manager = scene.people["leader"], scene.people["centre_manager"]
    major = raise_finding(scene, FindingKind.MAJOR)
    assert refused(major, "withdraw", leader) == ("no_words",)
    Notice.objects.all().delete()
    major = take(major, "withdraw", leader, words="Another centre's wallboard.")
    assert (major.state, major.closed_at) == (FindingState.WITHDRAWN, None)
    assert finding_counts(scene.audit, today=date(2027, 1, 1))["major_open"] == 0
    assert follow_up_of(scene.audit, today=date(2027, 1, 1)).open == 1, "the minor of the scene"
    assert list(scene.audit.findings.values_list("pk", flat=True)) == [scene.finding.pk]
    kept = Finding.everything.get(pk=major.pk)
    assert kept.steps.get(step="withdraw").words == "Another centre's wallboard."
    assert Entry.objects.filter(action="finding.withdraw").count() == 1
    assert Notice.objects.filter(to=manager).count() == 1
    assert raise_finding(scene).number == kept.number + 1, "its number is not given out again"
    with pytest.raises(FindingError):
        take(kept, "respond", manager, response=response_facts(kept))


def test_what_the_submitted_result_rests_on_is_not_withdrawn() -> None:
    scene = make_scene("technical_review")
    assert refused(scene.finding, "withdraw", scene.people["leader"], words="A mistake.") == ("submitted_already",)


def test_a_minor_is_planned_once_its_plan_is_accepted_and_not_by_a_due_day(scene: Scene) -> None:
    counted = {}
    for state in ("responded", "accepted", "implemented", "verified", "closed"):
        settle(raise_finding(scene), until=state)
        counted[state] = follow_up_of(scene.audit, today=AT.date()).minors_unplanned
    assert counted == {"responded": 2, "accepted": 2, "implemented": 2, "verified": 2, "closed": 2}

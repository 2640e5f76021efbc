"""Early warnings: which level on which day, who is told, each once, and acting in time."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Notice, Role
from accounts.services import notices_mail
from audits.followup import FindingWarning, FollowUpPolicy
from audits.models import Finding, FindingKind
from audits.services.findings import FindingError
from audits.services.warnings import findings_warn, warning_act
from ledger.models import Entry
from tests.audits.scenes import Scene, make_scene, raise_finding, settle
from tests.factories import make_user

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 1)  # of the scene's minor


@pytest.fixture
def scene() -> Scene:
    made = make_scene()
    Notice.objects.all().delete()
    mail.outbox.clear()
    return made


def run(days_after: int) -> tuple[int, Any]:
    day = DUE + timedelta(days=days_after)
    return findings_warn(at=datetime(day.year, day.month, day.day, 6, tzinfo=UTC))


def told(level: int) -> set[int]:
    rows = Notice.objects.filter(kind="audits.finding_warning", params__level=level)
    return set(rows.values_list("to", flat=True))


@pytest.mark.parametrize(
    ("days", "levels"), [(-15, []), (-14, [1]), (0, [1]), (1, [2]), (6, [2]), (7, [3]), (300, [3])]
)
def test_the_level_of_the_day_is_raised(scene: Scene, days: int, levels: list[int]) -> None:
    run(days)
    assert list(scene.finding.warnings.values_list("level", flat=True)) == levels


def test_each_level_comes_once_however_often_it_runs(scene: Scene) -> None:
    for days in (-14, -13, -1, 1, 2, 7, 8, 30):
        run(days)
        run(days)
    assert list(scene.finding.warnings.values_list("level", flat=True)) == [1, 2, 3]
    assert Entry.objects.filter(action="finding.warned").count() == 3
    per_person = [(each.to_id, each.params["level"]) for each in Notice.objects.all()]
    assert len(per_person) == len(set(per_person))
    assert len(mail.outbox) == len(per_person)


def test_levels_climb_to_those_who_supervise(scene: Scene) -> None:
    head = make_user(Role.ADMINISTRATOR, scene.audit.auditee)
    for days in (-14, 1, 7):
        run(days)
    manager, leader = scene.people["centre_manager"].pk, scene.people["leader"].pk
    assert told(1) == {manager}  # nobody owns the action yet: the managers stand in
    assert told(2) == {manager}
    assert {manager, head.pk, leader, scene.people["audit_manager"].pk} <= told(3)


def test_third_level_escalates_and_says_so_in_history(scene: Scene) -> None:
    run(7)
    scene.finding.refresh_from_db()
    assert scene.finding.escalated_at is not None
    step = scene.finding.steps.get(step="escalate")
    assert (step.by, step.source, step.target) == (None, "open", "open")


def test_when_it_is_the_turn_of_the_audit_team_the_team_is_warned(scene: Scene) -> None:
    settle(scene.finding, until="responded")
    Notice.objects.all().delete()
    run(1)
    assert scene.people["leader"].pk in told(2)
    assert scene.people["centre_manager"].pk not in told(2)


@pytest.mark.parametrize("state", ["verified", "closed"])
def test_what_is_settled_is_not_warned_about(scene: Scene, state: str) -> None:
    settle(scene.finding, until=state)
    assert run(7)[0] == 0


def test_neither_opportunities_nor_cancelled_audits_are_warned_about(scene: Scene) -> None:
    Finding.objects.filter(pk=scene.finding.pk).update(kind=FindingKind.OPPORTUNITY)
    assert run(7)[0] == 0
    Finding.objects.filter(pk=scene.finding.pk).update(kind=FindingKind.MINOR)
    scene.step("cancel", "audit_manager", "Ended.")
    assert run(7)[0] == 0


def test_thresholds_and_roles_are_the_organisations_own(scene: Scene) -> None:
    named = make_user(Role.CONTRIBUTOR, scene.audit.auditee)
    FollowUpPolicy.objects.create(
        organisation=scene.audit.auditee, soon_days=30, escalate_days=2, tells_3=["supervisor"], supervisor=named
    )
    run(-30)
    run(2)
    assert list(scene.finding.warnings.values_list("level", flat=True)) == [1, 3]
    assert told(3) == {named.pk}


def test_new_due_day_is_warned_about_anew(scene: Scene) -> None:
    run(7)
    Finding.objects.filter(pk=scene.finding.pk).update(due=DUE + timedelta(days=100))
    run(99)
    assert list(scene.finding.warnings.values_list("level", flat=True)) == [3, 1]


def test_mail_that_fails_is_sent_at_the_next_run(scene: Scene, settings: Any, monkeypatch: Any) -> None:
    def down(*_given: object, **_named: object) -> None:
        raise OSError("no server")

    with monkeypatch.context() as patch:
        patch.setattr("accounts.services.notices.send_mail", down)
        assert run(-14)[1].failed == 1
    assert mail.outbox == []
    raised, mailed = run(-13)
    assert (raised, mailed.sent, len(mail.outbox)) == (0, 1, 1)


def test_several_warnings_of_one_person_are_one_mail_in_their_language(scene: Scene) -> None:
    raise_finding(scene)
    manager = scene.people["centre_manager"]
    type(manager).objects.filter(pk=manager.pk).update(language="zh-hans")
    run(-14)
    (letter,) = mail.outbox
    assert letter.to == [manager.email]
    assert letter.subject == "您有 2 条通知"
    assert letter.body.count("将于") == 2
    assert f"/findings/{scene.finding.pk}/" in letter.body


def test_claim_of_a_killed_run_is_taken_over_after_an_hour(scene: Scene) -> None:
    run(-14)
    mail.outbox.clear()
    at = datetime(2026, 11, 18, 12, tzinfo=UTC)
    Notice.objects.update(mailed_at=None, claimed_at=at - timedelta(minutes=30))
    assert notices_mail(at=at).sent == 0
    assert notices_mail(at=at + timedelta(minutes=31)).sent == 1


# --- acting -----------------------------------------------------------------------------------------------------------


def act(scene: Scene, note: str = "On it.", by: User | None = None, days: int = -13) -> FindingWarning:
    at = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=days)
    warning = scene.finding.warnings.first()
    assert warning is not None
    return warning_act(warning_id=warning.pk, note=note, by=by or scene.people["centre_manager"], at=at)


def test_acting_is_recorded_once_with_words(scene: Scene) -> None:
    run(-14)
    with pytest.raises(FindingError, match="no_words"):
        act(scene, note=" ")
    assert act(scene).note == "On it."
    with pytest.raises(FindingError, match="already_acted"):
        act(scene)
    assert Entry.objects.filter(action="finding.warning_acted").count() == 1


def test_a_step_counts_as_acting_and_escalating_does_not(scene: Scene) -> None:
    run(-14)
    from audits.services.corrective import StepFacts, finding_step

    at = datetime(2026, 11, 18, tzinfo=UTC)
    leader = scene.people["leader"]
    finding_step(finding_id=scene.finding.pk, step="escalate", facts=StepFacts(words="Now."), by=leader, at=at)
    assert scene.finding.warnings.get().acted_at is None
    settle(scene.finding, until="responded")
    assert scene.finding.warnings.get().acted_at is not None


# --- the command, and its cost ----------------------------------------------------------------------------------------


def test_command_prints_counts_for_people_and_for_scripts(scene: Scene) -> None:
    Finding.objects.filter(pk=scene.finding.pk).update(due=date(2020, 1, 1))
    output = io.StringIO()
    call_command("warn_findings", "--json", stdout=output)
    assert json.loads(output.getvalue())["raised"] == 1
    output = io.StringIO()
    call_command("warn_findings", stdout=output)
    assert output.getvalue() == "0 warnings raised, 0 mails sent, 0 failed.\n"


def test_looking_costs_the_same_for_one_and_for_many(scene: Scene) -> None:
    def cost() -> int:
        run(1)
        with CaptureQueriesContext(connection) as captured:
            run(1)
        return len(captured)

    one = cost()
    for _ in range(3):
        raise_finding(scene)
    assert cost() == one

"""The home page says what to do next, to each by their role, at a constant cost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from audits.answering import AnswerReview
from audits.engagements import Conflict
from audits.models import Answer, Audit, Certificate, Finding
from audits.selectors.desk import desk
from audits.services.programmes import line_add, programme_create
from audits.services.talk import comment_post
from awards.models import Stage
from awards.selectors.duties import duties
from tests.audits.scenes import make_scene
from tests.awards.scenes import IN_JUDGING, OVER, make_judging
from tests.factories import AT, make_audit, make_centre, make_user

if TYPE_CHECKING:
    from datetime import date

    from django.test import Client

    from accounts.models import User
    from audits.selectors.desk.piles import Task

pytestmark = pytest.mark.django_db
TODAY = AT.date()


def lying(user: User, *, today: date = TODAY) -> dict[str, list[Task]]:
    user.forget_roles()
    return {pile.code: list(pile.tasks) for pile in desk(user, today=today)}


def test_who_audits_has_unanswered_criteria_returned_answers_and_mentions() -> None:
    scene = make_scene(answered=False)
    leader = scene.people["leader"]
    by = scene.people["auditor"]
    comment_post(answer_id=scene.answer.pk, text=f"@{leader.name}?", under_id=None, by=by, at=AT)
    AnswerReview.objects.create(
        answer=scene.answer, revision=0, mark="returned", reason="Which wall?", by=scene.people["reviewer"], at=AT
    )
    scene.audit.sections.create(clause="A1", user=leader)
    found = lying(leader)
    (task,) = found["fieldwork"]
    assert (task.words, task.note) == ("6 criteria are unanswered", "3 of them in your sections")
    assert (task.where, task.day) == (f"{scene.audit.reference} · {scene.audit.centre}", scene.audit.onsite_to)
    assert [(each.words, each.note) for each in found["returned"]] == [("A1.1 was returned", "Which wall?")]
    assert len(found["mentions"]) == 1
    # Answered anew, it is no longer returned.
    Answer.objects.filter(pk=scene.answer.pk).update(revision=1)
    assert lying(leader)["returned"] == []
    # An observer does not answer.
    assert "fieldwork" not in lying(scene.people["observer"])


def test_what_waits_for_a_review_is_not_shown_to_the_team_and_a_decision_not_to_the_reviewer() -> None:
    scene = make_scene("technical_review")
    reviewer, decider = scene.people["reviewer"], scene.people["decision_maker"]
    Membership.objects.create(
        user=scene.people["auditor"], organisation=scene.audit.conductor, role=Role.DECISION_MAKER
    )
    assert [task.words for task in lying(reviewer)["reviewing"]] == ["Review it"]
    assert lying(scene.people["auditor"])["reviewing"] == []
    Audit.objects.filter(pk=scene.audit.pk).update(status="decision", reviewed_by=decider)
    assert lying(decider)["reviewing"] == []
    Audit.objects.filter(pk=scene.audit.pk).update(reviewed_by=reviewer)
    assert [task.words for task in lying(decider)["reviewing"]] == ["Decide on it"]
    assert lying(reviewer)["reviewing"] == []


def test_who_manages_audits_has_plans_conflicts_late_findings_and_surveillance() -> None:
    scene = make_scene("closed")
    manager, organisation = scene.people["audit_manager"], scene.audit.conductor
    programme = programme_create(
        organisation=organisation, year=2026, objectives="All.", resources="", by=manager, at=AT
    )
    for month in (8, 11, 12):
        values = {"centre": make_centre(organisation), "kind": "internal", "purpose": "initial", "days": None}
        line_add(programme_id=programme.pk, month=month, note="", by=manager, at=AT, **values)
    audit = make_audit(conductor=organisation, drafted=True)
    first, second = audit.team.all()
    audit.conflicts.all().delete()
    for seat, kind in ((first, "none"), (second, "family")):
        Conflict.objects.create(audit=audit, user=seat.user, kind=kind, declared_at=AT)
    found = lying(manager)
    # December is further than two months away.
    assert [(task.words, task.style) for task in found["planning"]] == [
        ("Give it dates: Internal audit in August 2026", "is-bad"),
        ("Give it dates: Internal audit in November 2026", ""),
        ("Confirm the plan", ""),
    ]
    assert [task.words for task in found["impartiality"]] == [f"A conflict of interest of {second.user} is not cleared"]
    assert found["late"] == []
    assert found["due"] == []
    later = lying(manager, today=scene.finding.due + timedelta(days=300))
    assert [task.note for task in later["late"]] == ["The wallboard was off."]
    assert [task.words for task in later["due"]] == ["Surveillance"]


def test_who_runs_a_centre_has_findings_to_answer_and_certificates_that_end() -> None:
    scene = make_scene("closed")
    manager = scene.people["centre_manager"]
    ends = Certificate.objects.get().valid_until
    found = lying(manager, today=TODAY)
    assert [task.words for task in found["answering"]] == ["Carry out the action: 1 Minor nonconformity"]
    assert found["expiring"] == []
    found = lying(manager, today=ends)
    assert [task.words for task in found["expiring"]] == ["Ask for recertification before it ends"]
    Finding.objects.update(state="responded")
    assert lying(manager)["answering"] == []
    assert lying(scene.people["viewer"]) == {}
    assert not any(lying(scene.people["outsider"]).values())


def test_judges_and_chairs_have_their_awards() -> None:
    scene = make_judging()
    scene.assign()
    judge = scene.judges[0].user
    (pile,) = duties(judge, at=IN_JUDGING)
    assert [task.words for task in pile.tasks][-1].endswith("entries to judge")
    assert duties(judge, at=OVER)[0].tasks == [] or "judge" not in duties(judge, at=OVER)[0].tasks[-1].words
    assert duties(scene.chair, at=IN_JUDGING)[0].tasks == []
    (task,) = duties(scene.chair, at=OVER)[0].tasks
    assert "Blind" in task.words
    Stage.objects.update(gate_closed_at=OVER)
    assert duties(scene.chair, at=OVER)[0].tasks == []
    assert duties(make_user(), at=OVER) == []


def test_the_page_shows_it_and_costs_the_same_for_more(client: Client) -> None:
    scene = make_scene(answered=False)
    user = scene.people["audit_manager"]
    for role in (Role.AUDITOR, Role.DECISION_MAKER, Role.CENTRE_MANAGER, Role.AWARD_CHAIR):
        Membership.objects.create(user=user, organisation=scene.audit.conductor, role=role)
    client.force_login(user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("home"))
        assert page.status_code == 200
        return len(captured)

    def one_more() -> None:
        made = make_audit(conductor=scene.audit.conductor, edition=scene.audit.edition)
        made.team.filter(role="leader").update(user=user)
        by, answer = made.team.get(role="auditor").user, made.answers.first()
        comment_post(answer_id=answer.pk, text=f"@{user.name}", under_id=None, by=by, at=timezone.now())

    one_more()
    queries()
    before = queries()
    one_more()
    one_more()
    assert queries() == before
    page = client.get(reverse("home")).content.decode()
    assert "criteria are unanswered" in page
    client.force_login(make_user())
    assert "Plan an audit" not in client.get(reverse("home")).content.decode()

"""Nobody certifies themselves: not as an organisation, not with a second membership, not by a late edit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Centre, Membership, Role, User
from audits.forms import PlanForm
from audits.models import Audit, AuditKind, Certificate, TeamRole
from audits.rules import is_assessing, is_leader
from audits.selectors.situation import situation_of
from audits.services import transitions
from audits.services.engagement import audit_create
from audits.services.errors import PlanError, TransitionRefusedError
from audits.services.transitions import audit_step
from benchmarks.models import MarketRelease
from tests.audits.scenes import make_scene, settle
from tests.factories import AT, leader_of, make_centre, make_edition, make_organisation, make_user, submit

pytestmark = pytest.mark.django_db


def plan(centre: Centre, conductor: Any, kind: str) -> Audit:
    leader = make_user(Role.AUDITOR, conductor)
    return audit_create(
        centre=centre,
        conductor=conductor,
        edition=make_edition(),
        kind=kind,
        scope="All channels.",
        objectives="",
        onsite_from=date(2026, 9, 14),
        onsite_to=date(2026, 9, 18),
        team=[(leader, TeamRole.LEADER)],
        by=make_user(Role.AUDIT_MANAGER, conductor),
        at=AT,
    )


def test_organisation_cannot_certify_its_own_centre_but_audits_it() -> None:
    centre = make_centre()
    with pytest.raises(PlanError) as caught:
        plan(centre, centre.organisation, AuditKind.CERTIFICATION)
    assert caught.value.code == "certifies_itself"
    assert not Audit.objects.exists()
    assert plan(centre, centre.organisation, AuditKind.INTERNAL).auditee == centre.organisation


@pytest.mark.parametrize("kind", AuditKind.values)
def test_body_without_a_mandate_plans_nothing(kind: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan(make_centre(), make_organisation(), kind)
    assert caught.value.code == "no_mandate"
    assert not Audit.objects.exists()


@pytest.mark.parametrize("key", [str(2**70), f"-{2**70}", "9" * 400, "１２", "\x00"])
def test_number_too_large_for_the_database_is_no_choice(key: str) -> None:
    form = PlanForm({"auditors": [key]}, user=make_user(Role.AUDIT_MANAGER))
    assert "auditors" in form.errors


def test_people_of_another_body_of_the_planner_are_refused() -> None:
    manager = make_user(Role.AUDIT_MANAGER)
    body, other = manager.memberships.get().organisation, make_organisation()
    Membership.objects.create(user=manager, organisation=other, role=Role.AUDIT_MANAGER)
    foreign, own = make_user(Role.AUDITOR, other), make_user(Role.AUDITOR, body)
    form = PlanForm({"conductor": body.pk, "leader": foreign.pk, "auditors": [own.pk]}, user=manager)
    assert "leader" in form.errors
    assert "auditors" not in form.errors
    other_way = PlanForm({"conductor": body.pk, "leader": own.pk, "auditors": [foreign.pk]}, user=manager)
    assert "auditors" in other_way.errors
    assert "leader" not in other_way.errors


def joins_the_auditee(user: User, audit: Audit) -> User:
    Membership.objects.create(user=user, organisation=audit.auditee, role=Role.VIEWER)
    user.forget_roles()
    return user


def test_member_of_the_auditee_does_not_review() -> None:
    scene = make_scene("technical_review")
    settle(scene.finding, until="accepted")
    reviewer = joins_the_auditee(scene.people["reviewer"], scene.audit)
    with pytest.raises(TransitionRefusedError) as caught:
        audit_step(audit_id=scene.audit.pk, step="approve", reason="Fine.", by=reviewer, at=AT)
    assert caught.value.codes == ("actor_audited",)


def test_member_of_the_auditee_does_not_decide() -> None:
    scene = make_scene("decision")
    decider = joins_the_auditee(scene.people["decision_maker"], scene.audit)
    with pytest.raises(TransitionRefusedError) as caught:
        transitions.audit_decide(
            audit_id=scene.audit.pk, granted=True, tier="base", route="panel", reason="Met.", by=decider, at=AT
        )
    assert caught.value.codes == ("actor_audited",)
    assert not Certificate.objects.exists()


def test_own_people_review_an_internal_audit() -> None:
    centre = make_centre()
    audit = plan(centre, centre.organisation, AuditKind.INTERNAL)
    manager = make_user(Role.AUDIT_MANAGER, centre.organisation)
    assert not situation_of(audit, by=manager, reason="").actor_is_audited


def test_auditor_who_left_the_body_writes_nothing_more() -> None:
    audit = make_scene().audit
    leader = leader_of(audit)
    assert is_assessing(leader, audit)
    leader.memberships.all().delete()
    leader.forget_roles()
    assert not is_assessing(leader, audit)
    assert not is_leader(leader, audit)


def test_verdicts_are_made_anew_on_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the choice of measurements and submission somebody may have edited the centre's industry or channels."""
    scene = make_scene()
    release = MarketRelease.objects.create(code="2026", title="2026", sha256="c" * 64, status="published", loaded_at=AT)
    stale = {"nps": {"state": "above"}}
    Audit.objects.filter(pk=scene.audit.pk).update(market_release=release, market=stale)
    monkeypatch.setattr("audits.services.market.gated_kpis", lambda _audit: ["nps"])
    submit(scene.audit)
    scene.audit.refresh_from_db()
    assert scene.audit.market["nps"]["state"] == "no_figure"
    assert (scene.audit.result or {})["case"]["market"] == {"nps": "no_figure"}

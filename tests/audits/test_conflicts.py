"""Conflicts of interest: declared by each, found in the data, cleared by somebody else, enforced by trying."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from accounts.models import Membership, Role
from audits.engagements import ConflictKind
from audits.models import Audit, AuditKind, TeamMember, TeamRole
from audits.selectors.conflicts import standings
from audits.services.conflicts import ConflictError, conflict_clear, conflict_declare
from audits.services.errors import NotEditableError, TransitionRefusedError
from audits.services.transitions import audit_decide, audit_step
from tests.audits.scenes import make_scene, settle
from tests.factories import AT, declare_none, leader_of, make_audit, make_user

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

pytestmark = pytest.mark.django_db


def drafted(**fields: Any) -> tuple[Audit, User, User]:
    """Return a drafted audit, its leader, and a manager of the conducting organisation."""
    audit = make_audit(drafted=True, **fields)
    return audit, leader_of(audit), make_user(Role.AUDIT_MANAGER, audit.conductor)


def refused(audit: Audit, step: str, by: User) -> tuple[str, ...]:
    with pytest.raises(TransitionRefusedError) as caught:
        audit_step(audit_id=audit.pk, step=step, reason="Fine.", by=by, at=AT)
    return caught.value.codes


def test_plan_is_confirmed_only_when_everybody_has_declared_and_all_is_cleared() -> None:
    audit, leader, manager = drafted()
    assert refused(audit, "plan", manager) == ("conflicts_undeclared",)
    declare_none(audit)
    conflict_declare(audit_id=audit.pk, kind=ConflictKind.FAMILY, detail="A cousin.", by=leader, at=AT)
    assert refused(audit, "plan", manager) == ("conflicts_uncleared",)
    conflict_clear(audit_id=audit.pk, user=leader, note="Another site.", by=manager, at=AT)
    assert audit_step(audit_id=audit.pk, step="plan", by=manager, at=AT).status == "planned"


def test_declaring_anew_takes_the_clearance_away_and_the_same_again_does_not() -> None:
    audit, leader, manager = drafted()
    declared = {"audit_id": audit.pk, "kind": ConflictKind.OTHER, "by": leader, "at": AT}
    conflict_declare(**declared, detail="Knows somebody.")
    conflict_clear(audit_id=audit.pk, user=leader, note="Not there.", by=manager, at=AT)
    assert conflict_declare(**declared, detail="Knows somebody.").cleared_at == AT
    assert conflict_declare(**declared, detail="Knows two.").cleared_at is None


def test_nobody_clears_themselves_or_what_is_not_there() -> None:
    audit, leader, manager = drafted()
    for user, by, note, code in (
        (leader, leader, "Mine.", "own_conflict"),
        (leader, manager, "  ", "no_reason"),
        (leader, manager, "Why.", "nothing_to_clear"),
    ):
        with pytest.raises(ConflictError, match=code):
            conflict_clear(audit_id=audit.pk, user=user, note=note, by=by, at=AT)
    with pytest.raises(ConflictError, match="detail_missing"):
        conflict_declare(audit_id=audit.pk, kind=ConflictKind.SUPPLIER, by=leader, at=AT)


def test_member_of_the_auditee_is_found_and_cannot_be_cleared() -> None:
    audit, leader, manager = drafted()
    Membership.objects.create(user=leader, organisation=audit.auditee, role=Role.VIEWER)
    declare_none(audit)
    assert refused(audit, "plan", manager) == ("conflicts_uncleared",)
    with pytest.raises(ConflictError, match="cannot_be_cleared"):
        conflict_clear(audit_id=audit.pk, user=leader, note="Only reads.", by=manager, at=AT)


def test_whoever_decided_before_is_found_and_may_be_cleared() -> None:
    scene = make_scene("closed")
    decider, manager = scene.people["decision_maker"], scene.people["audit_manager"]
    audit = make_audit(drafted=True, centre=scene.audit.centre, conductor=scene.audit.conductor)
    (stand,) = standings(audit, [decider])
    assert (stand.found, stand.clear) == (("decided_before",), False)
    conflict_declare(audit_id=audit.pk, kind=ConflictKind.NONE, by=decider, at=AT)
    conflict_clear(audit_id=audit.pk, user=decider, note="Three years ago.", by=manager, at=AT)
    (stand,) = standings(audit, [decider])
    assert stand.clear


@pytest.mark.parametrize(
    ("years", "familiar"), [((2023, 2024, 2025), True), ((2022, 2024, 2025), False), ((2024, 2025), False)]
)
def test_three_years_in_a_row_are_said_and_stop_nobody(years: tuple[int, ...], familiar: bool) -> None:
    audit, leader, manager = drafted()
    for year in years:
        before = make_audit(
            drafted=True,
            centre=audit.centre,
            conductor=audit.conductor,
            edition=audit.edition,
            onsite_from=date(year, 12, 31),
            onsite_to=date(year, 12, 31),
        )
        TeamMember.objects.create(audit=before, user=leader, role=TeamRole.AUDITOR)
    (stand,) = standings(audit, [leader])
    assert (stand.found == ("familiar",)) == familiar
    declare_none(audit)
    assert audit_step(audit_id=audit.pk, step="plan", by=manager, at=AT).status == "planned"


def test_reviewer_and_decider_with_a_conflict_are_refused_until_it_is_cleared() -> None:
    scene = make_scene("decision")
    decider = scene.people["decision_maker"]
    conflict_declare(audit_id=scene.audit.pk, kind=ConflictKind.CONSULTANCY, detail="In 2025.", by=decider, at=AT)
    values: dict[str, Any] = {"granted": True, "tier": "base", "route": "panel", "reason": "Met.", "by": decider}
    with pytest.raises(TransitionRefusedError, match="actor_conflict"):
        audit_decide(audit_id=scene.audit.pk, **values, at=AT)
    manager = scene.people["audit_manager"]
    conflict_clear(audit_id=scene.audit.pk, user=decider, note="One workshop.", by=manager, at=AT)
    assert audit_decide(audit_id=scene.audit.pk, **values, at=AT).granted


def test_self_assessment_asks_nobody_and_a_closed_audit_takes_no_declaration() -> None:
    own = make_audit(kind=AuditKind.SELF_ASSESSMENT)
    assert own.status == "fieldwork"
    scene = make_scene("closed")
    with pytest.raises(NotEditableError):
        conflict_declare(audit_id=scene.audit.pk, kind=ConflictKind.NONE, by=scene.people["leader"], at=AT)


def test_reviewing_on_the_page_asks_for_the_declaration_and_records_it(client: Client) -> None:
    scene = make_scene("technical_review")
    settle(scene.finding, until="accepted")
    reviewer, url = scene.people["reviewer"], reverse("audits:step", args=[scene.audit.pk, "approve"])
    client.force_login(reviewer)
    assert client.post(url, {"reason": "Fine."}).status_code == 422
    assert client.post(url, {"reason": "Fine.", "declares_none": "on"}).status_code == 302
    assert scene.audit.conflicts.get(user=reviewer).kind == ConflictKind.NONE


def test_auditee_does_not_read_the_declarations(client: Client) -> None:
    scene = make_scene("planned")
    client.force_login(scene.people["viewer"])
    assert client.get(reverse("audits:conflicts", args=[scene.audit.pk])).status_code == 403
    detail = client.get(reverse("audits:audit_detail", args=[scene.audit.pk])).content.decode()
    assert "/conflicts/" not in detail

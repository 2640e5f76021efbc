"""The life of a certificate: by the table, who may, what the public sees, one number ever."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from accounts.models import Membership, Role, User
from audits.engagements import CertificateEvent
from audits.life import STEPS, Holding, refusals
from audits.models import Audit, AuditPurpose, Certificate, CertificateStatus, TeamMember, TeamRole
from audits.selectors.certificates import CertificateRow, certificate_rows, certificates_asked
from audits.services.certificates import certificate_step
from audits.services.engagement import audit_create
from audits.services.errors import PlanError, TransitionRefusedError
from audits.services.transitions import audit_decide, audit_step
from reports.selectors import certificate_check
from tests.audits.scenes import Scene, make_scene
from tests.factories import AT, leader_of, make_user, plan, start, submit

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

STATES = ("active", "suspended", "withdrawn", "superseded", "expired", "not_yet")
FINE = Holding(actor_on_team=False, actor_is_holder=False, has_reason=True, has_scope=True)
ALLOWED = {
    "suspend": {"active"},
    "restore": {"suspended"},
    "reduce": {"active", "suspended"},
    "extend": {"active"},
    "withdraw": {"active", "suspended", "expired"},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_step_is_possible_from_its_states_only(step: str, state: str) -> None:
    assert refusals(step, state=state, holding=FINE) == (() if state in ALLOWED[step] else ("wrong_state",))


@pytest.mark.parametrize("step", STEPS)
def test_guards_refuse_with_all_their_codes(step: str) -> None:
    bad = Holding(actor_on_team=True, actor_is_holder=True, has_reason=False, has_scope=False)
    codes = refusals(step, state=min(ALLOWED[step]), holding=bad)
    scope = ("no_scope",) if step in {"reduce", "extend"} else ()
    assert codes == ("actor_on_team", "actor_audited", "no_reason", *scope)


@pytest.fixture
def scene() -> Scene:
    return make_scene("closed")


@pytest.fixture
def certificate(scene: Scene) -> Certificate:
    return Certificate.objects.get(audit=scene.audit)


def rows_of(user: User) -> list[CertificateRow]:
    return certificate_rows(user, certificates_asked(user, today=AT.date()), today=AT.date())


def do(certificate: Certificate, step: str, by: User, at: datetime = AT, **fields: str) -> Certificate:
    return certificate_step(certificate_id=certificate.pk, step=step, by=by, at=at, **{"reason": "Because.", **fields})


def test_suspended_and_restored_keeps_its_end_and_number_and_has_a_history(
    scene: Scene, certificate: Certificate
) -> None:
    by, later = scene.people["decision_maker"], AT + timedelta(days=30)
    do(certificate, "suspend", by)
    check = certificate_check(certificate.code, language="en", today=AT.date())
    assert check
    assert (check.state, check.since) == ("suspended", AT.date())
    restored = do(certificate, "restore", by, later)
    assert (restored.status, restored.valid_until, restored.number) == (
        "active",
        certificate.valid_until,
        certificate.number,
    )
    assert list(certificate.events.values_list("step", "on")) == [
        ("grant", AT.date()),
        ("suspend", AT.date()),
        ("restore", later.date()),
    ]


def test_withdrawn_is_for_ever_and_said_to_the_public(scene: Scene, certificate: Certificate) -> None:
    by = scene.people["decision_maker"]
    do(certificate, "withdraw", by)
    for step in STEPS:
        with pytest.raises(TransitionRefusedError, match="wrong_state"):
            do(certificate, step, by, scope="Less.")
    check = certificate_check(certificate.code, language="en", today=date(2040, 1, 1))
    assert check
    assert check.state == "withdrawn"


def test_scope_is_reduced_and_the_public_sees_the_new_one(scene: Scene, certificate: Certificate) -> None:
    by = scene.people["decision_maker"]
    with pytest.raises(TransitionRefusedError, match="no_scope"):
        do(certificate, "reduce", by, scope=scene.audit.scope)
    do(certificate, "reduce", by, scope="Voice only.")
    check = certificate_check(certificate.code, language="en", today=AT.date())
    assert check
    assert (check.scope, check.state) == ("Voice only.", "active")


def test_nobody_of_the_team_or_of_the_holder_decides_about_it(scene: Scene, certificate: Certificate) -> None:
    leader = scene.people["leader"]
    Membership.objects.create(user=leader, organisation=scene.audit.conductor, role=Role.DECISION_MAKER)
    with pytest.raises(TransitionRefusedError) as caught:
        do(certificate, "suspend", leader)
    assert caught.value.codes == ("actor_on_team",)
    insider = make_user(Role.DECISION_MAKER, scene.audit.conductor)
    Membership.objects.create(user=insider, organisation=scene.audit.auditee, role=Role.VIEWER)
    with pytest.raises(TransitionRefusedError) as caught:
        do(certificate, "withdraw", insider)
    assert caught.value.codes == ("actor_audited",)
    assert CertificateEvent.objects.count() == 1


def further(scene: Scene, certificate: Certificate, purpose: str, day: date) -> Audit:
    """Bring a further audit of the certified centre to the decision, at 4 of 5 throughout."""
    audit = audit_create(
        centre=scene.audit.centre,
        conductor=scene.audit.conductor,
        edition=scene.audit.edition,
        kind="certification",
        purpose=purpose,
        of_certificate=certificate,
        scope="All channels.",
        objectives="",
        onsite_from=day,
        onsite_to=day,
        team=[(scene.people["leader"], TeamRole.LEADER)],
        by=scene.people["audit_manager"],
        at=AT,
    )
    start(plan(audit, by=scene.people["audit_manager"]), by=scene.people["audit_manager"])
    audit.answers.update(level=4)
    audit.facts = {"decision_route": {"value": "panel", "note": ""}}
    audit.save(update_fields=["facts"])
    submit(audit)
    audit_step(audit_id=audit.pk, step="approve", reason="Fine.", by=scene.people["reviewer"], at=AT)
    return audit


def test_a_certified_centre_is_not_certified_for_the_first_time_again(scene: Scene, certificate: Certificate) -> None:
    day = AT.date() + timedelta(days=200)
    values = {"scope": "All.", "objectives": "", "onsite_from": day, "onsite_to": day, "team": []}
    values |= {"kind": "certification", "centre": scene.audit.centre, "edition": scene.audit.edition}
    conductor, by = scene.audit.conductor, scene.people["audit_manager"]
    with pytest.raises(PlanError, match="already_certified"):
        audit_create(**values, conductor=conductor, by=by, at=AT)
    assert audit_create(**values, conductor=conductor, by=by, at=AT + timedelta(days=1200)).purpose == "initial"
    do(certificate, "withdraw", scene.people["decision_maker"])
    assert audit_create(**values, conductor=conductor, by=by, at=AT).purpose == "initial"


def decide(scene: Scene, audit: Audit, at: datetime) -> None:
    values: dict[str, Any] = {"granted": True, "tier": "base", "route": "panel", "reason": "Met."}
    # Who decided last time has to be cleared; somebody else decides.
    by = make_user(Role.DECISION_MAKER, scene.audit.conductor)
    audit_decide(audit_id=audit.pk, by=by, at=at, **values)


def test_surveillance_maintains_the_certificate_and_moves_on_what_is_due(
    scene: Scene, certificate: Certificate
) -> None:
    audit = further(scene, certificate, AuditPurpose.SURVEILLANCE, date(2026, 9, 14))
    assert audit.previous == scene.audit
    (before,) = rows_of(scene.people["viewer"])
    assert before.due
    assert (before.due.number, before.due.by) == (1, date(2027, 9, 14))
    decide(scene, audit, AT + timedelta(days=200))
    (after,) = rows_of(scene.people["viewer"])
    assert after.due
    assert (after.due.number, after.due.by) == (2, date(2028, 12, 31))
    assert Certificate.objects.count() == 1
    assert certificate.events.last().step == "maintain"  # type: ignore[union-attr] # there is one


@pytest.mark.parametrize(
    ("days", "until"),
    [
        (1000, date(2032, 6, 9)),  # in time: three years from the decision of 10 June 2029
        (1100, date(2032, 9, 13)),  # after it had ended on 13 September 2029: the old cycle goes on
    ],
)
def test_recertification_supersedes_and_restoring_keeps_the_cycle(
    scene: Scene, certificate: Certificate, days: int, until: date
) -> None:
    audit = further(scene, certificate, AuditPurpose.RECERTIFICATION, date(2026, 9, 14))
    at = AT + timedelta(days=days)
    decide(scene, audit, at)
    certificate.refresh_from_db()
    newer = Certificate.objects.get(audit=audit)
    assert certificate.status == CertificateStatus.SUPERSEDED
    assert newer.number != certificate.number
    assert (newer.valid_from, newer.valid_until) == (at.date(), until)


def test_certificate_that_ended_long_ago_is_not_renewed(scene: Scene, certificate: Certificate) -> None:
    audit = further(scene, certificate, AuditPurpose.RECERTIFICATION, date(2026, 9, 14))
    with pytest.raises(TransitionRefusedError, match="certificate_lapsed"):
        decide(scene, audit, AT + timedelta(days=1300))
    audit.refresh_from_db()
    assert (audit.status, Certificate.objects.count()) == ("decision", 1)


def test_withdrawn_certificate_is_not_maintained(scene: Scene, certificate: Certificate) -> None:
    audit = further(scene, certificate, AuditPurpose.SURVEILLANCE, date(2026, 9, 14))
    do(certificate, "withdraw", scene.people["decision_maker"])
    with pytest.raises(TransitionRefusedError, match="certificate_gone"):
        decide(scene, audit, AT)


def test_further_audits_need_a_certificate_of_the_same_centre(scene: Scene, certificate: Certificate) -> None:
    other = make_scene("closed")
    foreign = Certificate.objects.get(audit=other.audit)
    with pytest.raises(PlanError, match="other_centre"):
        further(scene, foreign, AuditPurpose.SURVEILLANCE, date(2026, 9, 14))
    with pytest.raises(PlanError, match="initial_with_certificate"):
        further(scene, certificate, AuditPurpose.INITIAL, date(2026, 9, 14))


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("decision_maker", 200, 302),
        ("audit_manager", 200, 403),
        ("leader", 200, 403),
        ("centre_manager", 200, 403),
        ("viewer", 200, 403),
        ("outsider", 404, 404),
    ],
)
def test_who_reads_and_who_suspends(
    client: Client, scene: Scene, certificate: Certificate, who: str, read: int, write: int
) -> None:
    client.force_login(scene.people[who])
    assert client.get(reverse("certificates:detail", args=[certificate.pk])).status_code == read
    url = reverse("certificates:step", args=[certificate.pk, "suspend"])
    assert client.get(url).status_code == (200 if write == 302 else write)
    assert client.post(url, {"reason": "Complaint."}).status_code == write
    certificate.refresh_from_db()
    assert (certificate.status == "suspended") == (write == 302)
    listed = client.get(reverse("certificates:list")).content.decode()
    assert (certificate.number in listed) == (read == 200)


def test_refused_step_is_told_in_words_and_nothing_is_written(
    client: Client, scene: Scene, certificate: Certificate
) -> None:
    client.force_login(scene.people["decision_maker"])
    url = reverse("certificates:step", args=[certificate.pk, "restore"])
    assert b"not possible from the present state" in client.get(url).content
    assert client.post(url, {"reason": "Why not."}).status_code == 409
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "a\x00"}).status_code == 422
    assert client.get(reverse("certificates:step", args=[certificate.pk, "grant"])).status_code == 404
    assert certificate.events.count() == 1


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("state=active", True),
        ("state=withdrawn", False),
        ("state=nonsense", True),
        ("due=soon", False),
        ("q=TS-2026", True),
        ("q=%00", True),
        ("q=nowhere", False),
    ],
)
def test_list_is_filtered(
    client: Client, scene: Scene, certificate: Certificate, query: str, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audits.views.certificates.timezone.localdate", lambda: date(2026, 9, 20))
    client.force_login(scene.people["viewer"])
    text = client.get(f"{reverse('certificates:list')}?{query}").content.decode()
    assert (certificate.number in text) == shown


def test_whoever_was_on_the_team_of_a_later_audit_does_not_decide_either(
    scene: Scene, certificate: Certificate
) -> None:
    audit = further(scene, certificate, AuditPurpose.SURVEILLANCE, date(2026, 9, 14))
    other = make_user(Role.DECISION_MAKER, scene.audit.conductor)
    TeamMember.objects.create(audit=audit, user=other, role=TeamRole.OBSERVER)
    with pytest.raises(TransitionRefusedError, match="actor_on_team"):
        do(certificate, "suspend", other)
    assert leader_of(audit) == scene.people["leader"]

"""Every act that matters is in the ledger, also those of the room below it, of commands, and what was refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts import recording, services
from accounts.access import require
from accounts.models import Centre, Membership, Organisation, Role, Scope, User
from accounts.services import errors
from config.management.commands.migrate import Command as Migrate
from ledger.models import Entry
from ledger.services import sealed_read
from tests.accounts.test_services import AT, FACTS, invite
from tests.factories import PASSWORD, make_audit, make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def told() -> list[tuple[str, str, int | None, dict[str, Any]]]:
    """Action, subject, actor and payload of every entry."""
    rows = Entry.objects.order_by("sequence").values_list("action", "subject", "actor_id", "content")
    return [(action, subject, actor, json.loads(content)["payload"]) for action, subject, actor, content in rows]


def test_organisations_and_members_are_recorded() -> None:
    by, user = make_user(), make_user()
    made = services.organisation_create(name="Bank", country="HK", by=by)
    body, subject = make_organisation(), f"organisation:{made.pk}"
    membership = services.membership_add(organisation=made, user=user, role=Role.VIEWER, by=by)
    services.membership_remove(membership=membership, by=by)
    services.audit_body_add(organisation=made, body=body, by=by)
    services.audit_body_remove(organisation=made, body=body, by=by)
    assert told() == [
        ("organisation.created", subject, by.pk, {"name": "Bank", "country": "HK"}),
        ("organisation.member_added", subject, by.pk, {"user": user.pk, "role": "viewer"}),
        ("organisation.member_removed", subject, by.pk, {"user": user.pk, "role": "viewer"}),
        ("organisation.body_mandated", subject, by.pk, {"body": body.pk}),
        ("organisation.mandate_ended", subject, by.pk, {"body": body.pk}),
    ]


def test_centres_are_recorded_with_what_changed() -> None:
    by, organisation = make_user(), make_organisation()
    centre = services.centre_create(organisation=organisation, facts=FACTS, by=by)
    facts = services.CentreFacts(**{**FACTS.__dict__, "seats": 99})
    services.centre_update(centre=centre, revision=1, facts=facts, by=by)
    (made, _, _, payload), (changed, subject, actor, what) = told()
    assert (made, payload["facts"]["name"]) == ("centre.created", "Harbour")
    assert (changed, subject, actor) == ("centre.changed", f"centre:{centre.pk}", by.pk)
    assert what == {"organisation": organisation.pk, "revision": 2, "facts": {"seats": 99}}


def test_invitations_are_recorded_without_the_address() -> None:
    _invitation, token = invite("secret.name@example.org")
    services.invitation_accept(token=token, name="Ada", password=PASSWORD, at=AT)
    other, _token = invite("other.name@example.org")
    services.invitation_withdraw(invitation=other, by=make_user(), at=AT)
    services.invitation_withdraw(invitation=other, by=make_user(), at=AT)
    steps = [action.removeprefix("organisation.") for action, *_rest in told()]
    assert steps == ["invited", "invitation_accepted", "invited", "invitation_withdrawn"]
    assert not any("name@example" in content for content in Entry.objects.values_list("content", flat=True))


def test_tokens_and_profiles_are_recorded() -> None:
    user = make_user()
    until = AT + timedelta(days=1)
    token, secret = services.token_create(user=user, name="x", scopes=[Scope.CENTRES], expires_at=until, at=AT)
    services.token_revoke(token=token, by=user, at=AT)
    services.token_revoke(token=token, by=user, at=AT)
    services.profile_update(user=user, name="Somebody Else", language="en", time_zone="UTC")
    services.profile_update(user=user, name="Somebody Else", language="en", time_zone="UTC")
    assert [action for action, *_rest in told()] == ["token.made", "token.revoked", "person.changed"]
    contents = "".join(Entry.objects.values_list("content", flat=True))
    assert secret not in contents
    assert "Somebody" not in contents


def test_no_change_without_its_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed: where the ledger cannot be written, nothing of what it would tell has happened."""

    def full(**_facts: object) -> None:
        raise OSError("no space left")

    by, organisation = make_user(), make_organisation()
    monkeypatch.setattr(recording, "_recorders", [full])
    for act in (
        lambda: services.organisation_create(name="Bank", country="HK", by=by),
        lambda: services.membership_add(organisation=organisation, user=by, role=Role.VIEWER, by=by),
        lambda: services.centre_create(organisation=organisation, facts=FACTS, by=by),
        lambda: services.audit_body_add(organisation=organisation, body=make_organisation(), by=by),
    ):
        with pytest.raises(OSError, match="no space"):
            act()
    assert not Organisation.objects.filter(name="Bank").exists()
    assert not Membership.objects.exists()
    assert not Centre.objects.exists()
    assert not organisation.audit_bodies.exists()
    monkeypatch.setattr(recording, "_recorders", [])
    with pytest.raises(RuntimeError, match="Nothing records"):
        services.organisation_create(name="Bank", country="HK", by=by)


def test_what_was_refused_by_a_service_leaves_no_entry() -> None:
    services.organisation_create(name="Bank", country="HK", by=make_user())
    with pytest.raises(errors.NameTakenError):
        services.organisation_create(name="Bank", country="HK", by=make_user())
    assert len(told()) == 1


def test_a_denied_page_is_recorded_once_a_minute(client: Client) -> None:
    user, organisation = make_user(), make_organisation()
    Membership.objects.create(user=user, organisation=organisation, role=Role.VIEWER)
    client.force_login(user)
    address = reverse("accounts:invitation_create", args=[organisation.pk])
    assert [client.get(address).status_code for _ in range(3)] == [403, 403, 403]
    facts = {"asked": "accounts.manage_organisation", "kind": "Organisation", "key": str(organisation.pk)}
    assert [each for each in told() if each[0] == "access.denied"] == [
        ("access.denied", f"person:{user.pk}", user.pk, facts)
    ]


def test_a_refusal_that_cannot_be_written_stays_a_refusal(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recording, "_recorders", [])
    with pytest.raises(PermissionDenied):
        require(make_user(), "accounts.manage_organisation", make_organisation())
    assert "is not in the ledger" in caplog.text


def test_a_token_without_the_scope_is_recorded(client: Client) -> None:
    user, now = make_user(), timezone.now()
    _token, secret = services.token_create(
        user=user, name="x", scopes=[Scope.CENTRES], expires_at=now + timedelta(days=1), at=now
    )
    answer = client.get("/api/v1/audits", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    assert [(each[0], each[3]["kind"]) for each in told() if each[0] == "access.denied"] == [("access.denied", "token")]


def test_reading_what_is_sealed_is_recorded_once_in_a_while() -> None:
    user = make_user()
    facts = {"action": "award.scores_read", "subject": "award:1", "by": user, "at": AT}
    assert [sealed_read(**facts, payload={"stage": "final"}) for _ in range(2)] == [True, False]
    assert sealed_read(**facts, payload={"stage": "first"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "_recorders", [])
        with pytest.raises(RuntimeError):
            sealed_read(**facts, payload={"stage": "last"})
    assert sealed_read(**facts, payload={"stage": "last"}), "what could not be written was not remembered"
    assert [each[0] for each in told()] == ["award.scores_read"] * 3


def test_an_operator_made_or_given_a_password_by_a_command_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="op@example.org", name="Op", verbosity=0)
    monkeypatch.setattr("getpass.getpass", lambda **_words: PASSWORD + "!")
    call_command("changepassword", "op@example.org")
    user = User.objects.get(email="op@example.org")
    assert user.check_password(PASSWORD + "!")
    assert [(each[0], each[1]) for each in told()] == [
        ("person.operator_made", f"person:{user.pk}"),
        ("person.password_set", f"person:{user.pk}"),
    ]


def test_migrations_of_an_installation_at_work_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Migrate()._applied()
    monkeypatch.setattr("django.core.management.commands.migrate.Command.handle", lambda *_words, **_more: None)
    seen = iter([known[:-1], known] * 2)
    monkeypatch.setattr(Migrate, "_applied", lambda _self: next(seen))
    call_command("migrate", verbosity=0)
    assert told() == [], "an installation that begins has nothing to tell"
    make_audit(centre=make_centre())
    before = len(told())
    call_command("migrate", verbosity=0)
    assert [each[0] for each in told()[before:]] == ["installation.migrated"]
    assert told()[-1][3] == {"applied": [known[-1]], "taken_back": []}

"""What the services write, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts import services
from accounts.models import Centre, Invitation, Membership, Role, User
from accounts.services import errors
from tests.factories import PASSWORD, make_centre, make_organisation, make_user

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
FACTS = services.CentreFacts(
    name="Harbour",
    city="Hong Kong",
    country="HK",
    industry="banking",
    channels=["voice"],
    languages=["English"],
    seats=12,
    time_zone="UTC",
)


def invite(email: str = "new@example.org", **changes: object) -> tuple[Invitation, str]:
    values = {"organisation": make_organisation(), "role": Role.AUDITOR, "by": make_user(), "at": AT} | changes
    return services.invitation_create(email=email, **values)


def test_organisation_create_makes_its_creator_administrator() -> None:
    user = make_user()
    assert user.roles() == frozenset()
    organisation = services.organisation_create(name="Bank", country="HK", by=user)
    assert user.has_role(organisation.pk, Role.ADMINISTRATOR)
    with pytest.raises(errors.NameTakenError):
        services.organisation_create(name="Bank", country="DE", by=user)


def test_membership_add_gives_a_role_once() -> None:
    user, organisation = make_user(), make_organisation()
    services.membership_add(organisation=organisation, user=user, role=Role.VIEWER, by=None)
    services.membership_add(organisation=organisation, user=user, role=Role.AUDITOR, by=None)
    assert user.has_role(organisation.pk, Role.AUDITOR)
    with pytest.raises(errors.AlreadyMemberError):
        services.membership_add(organisation=organisation, user=user, role=Role.AUDITOR, by=None)
    with pytest.raises(ValueError, match="emperor"):
        services.membership_add(organisation=organisation, user=user, role="emperor", by=None)
    assert Membership.objects.count() == 2


def test_membership_remove_keeps_the_last_administrator() -> None:
    organisation = make_organisation()
    first, second = make_user(Role.ADMINISTRATOR, organisation), make_user(Role.ADMINISTRATOR, organisation)
    services.membership_remove(membership=first.memberships.get(), by=second)
    assert not first.has_role(organisation.pk)
    with pytest.raises(errors.LastAdministratorError):
        services.membership_remove(membership=second.memberships.get(), by=second)
    assert second.memberships.count() == 1


def test_membership_remove_does_not_count_a_deactivated_administrator() -> None:
    organisation = make_organisation()
    make_user(Role.ADMINISTRATOR, organisation, is_active=False)
    last = make_user(Role.ADMINISTRATOR, organisation)
    with pytest.raises(errors.LastAdministratorError):
        services.membership_remove(membership=last.memberships.get(), by=last)


def test_audit_bodies_are_mandated_by_others() -> None:
    organisation, body, user = make_organisation(), make_organisation(), make_user()
    services.audit_body_add(organisation=organisation, body=body, by=user)
    services.audit_body_add(organisation=organisation, body=body, by=user)
    assert list(organisation.audit_bodies.all()) == [body]
    with pytest.raises(errors.AlreadyMemberError):
        services.audit_body_add(organisation=organisation, body=organisation, by=user)
    services.audit_body_remove(organisation=organisation, body=body, by=user)
    assert not organisation.audit_bodies.exists()


def test_invitation_keeps_only_the_hash_of_a_long_secret() -> None:
    invitation, token = invite(" New@Example.ORG ")
    assert (invitation.email, invitation.expires_at) == ("new@example.org", AT + timedelta(days=14))
    assert len(token) >= 43
    assert not any(token in str(value) for value in Invitation.objects.values_list().get())


def test_invitation_accept_makes_a_new_person_once() -> None:
    invitation, token = invite()
    membership = services.invitation_accept(token=token, name="Ada", password=PASSWORD, at=AT)
    user = User.objects.get(email="new@example.org")
    assert (membership.user, membership.role, membership.organisation) == (user, Role.AUDITOR, invitation.organisation)
    assert user.check_password(PASSWORD)
    with pytest.raises(errors.InvitationClosedError):
        services.invitation_accept(token=token, name="Eve", password=PASSWORD, at=AT)
    assert Membership.objects.count() == 1


def test_invitation_of_a_known_address_is_accepted_by_its_owner_only() -> None:
    owner = make_user(email="new@example.org", name="Owner")
    _, token = invite()
    for by in (None, make_user()):
        with pytest.raises(errors.SignInFirstError):
            services.invitation_accept(token=token, name="Eve", password="another password", by=by, at=AT)
    owner.refresh_from_db()
    assert (owner.name, owner.check_password(PASSWORD)) == ("Owner", True)
    assert services.invitation_accept(token=token, by=owner, at=AT).user == owner


def test_invitation_of_an_unknown_address_is_not_for_whoever_is_signed_in() -> None:
    _, token = invite()
    with pytest.raises(errors.SignInFirstError):
        services.invitation_accept(token=token, by=make_user(), at=AT)
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "ü" * 10_000])
def test_invitation_with_a_wrong_token_is_closed(token: str) -> None:
    invite()
    with pytest.raises(errors.InvitationClosedError):
        services.invitation_find(token=token, at=AT)


@pytest.mark.parametrize(
    ("later", "is_open"), [(timedelta(days=14) - timedelta(seconds=1), True), (timedelta(14), False)]
)
def test_invitation_expires_after_14_days(later: timedelta, is_open: bool) -> None:
    _, token = invite()
    if is_open:
        assert services.invitation_accept(token=token, name="Ada", password=PASSWORD, at=AT + later)
    else:
        with pytest.raises(errors.InvitationClosedError):
            services.invitation_accept(token=token, name="Ada", password=PASSWORD, at=AT + later)


def test_invitation_withdraw_closes_it_but_not_an_accepted_one() -> None:
    invitation, token = invite()
    services.invitation_withdraw(invitation=invitation, by=make_user(), at=AT)
    with pytest.raises(errors.InvitationClosedError):
        services.invitation_find(token=token, at=AT)
    accepted, token = invite("other@example.org")
    services.invitation_accept(token=token, name="Ada", password=PASSWORD, at=AT)
    services.invitation_withdraw(invitation=accepted, by=make_user(), at=AT)
    accepted.refresh_from_db()
    assert accepted.withdrawn_at is None


def test_invitation_of_the_same_again_replaces_the_first() -> None:
    organisation = make_organisation()
    _, first = invite(organisation=organisation)
    _, second = invite(organisation=organisation)
    with pytest.raises(errors.InvitationClosedError):
        services.invitation_find(token=first, at=AT)
    assert services.invitation_find(token=second, at=AT)


def test_invitation_of_a_member_to_the_same_role_is_refused() -> None:
    user = make_user(Role.AUDITOR)
    organisation = user.memberships.get().organisation
    with pytest.raises(errors.AlreadyMemberError):
        invite(user.email.upper(), organisation=organisation)
    assert invite(user.email, organisation=organisation, role=Role.DECISION_MAKER)


def test_centre_update_refuses_a_stale_revision() -> None:
    centre, user = make_centre(), make_user()
    changed = services.centre_update(centre=centre, revision=1, facts=FACTS, by=user)
    assert (changed.name, changed.revision) == ("Harbour", 2)
    with pytest.raises(errors.StaleCentreError) as error:
        services.centre_update(centre=centre, revision=1, facts=FACTS, by=user)
    assert error.value.current.revision == 2
    assert Centre.objects.get().revision == 2


def test_centre_names_are_unique_inside_an_organisation() -> None:
    organisation, user = make_organisation(), make_user()
    services.centre_create(organisation=organisation, facts=FACTS, by=user)
    services.centre_create(organisation=make_organisation(), facts=FACTS, by=None)
    with pytest.raises(errors.NameTakenError):
        services.centre_create(organisation=organisation, facts=FACTS, by=user)
    other = make_centre(organisation)
    with pytest.raises(errors.NameTakenError):
        services.centre_update(centre=other, revision=1, facts=FACTS, by=user)


def test_profile_update_changes_only_the_profile() -> None:
    user = make_user(email="ada@example.org")
    services.profile_update(user=user, name="Ada", language="zh-hant", time_zone="Asia/Taipei")
    stored = User.objects.get(pk=user.pk)
    assert (stored.name, stored.language, stored.time_zone) == ("Ada", "zh-hant", "Asia/Taipei")


@pytest.mark.django_db(transaction=True)
def test_migrate_makes_the_cache_table_and_unmakes_it() -> None:
    assert "cache" in connection.introspection.table_names()
    MigrationExecutor(connection).migrate([("accounts", "0003_centre_revision")])
    assert "cache" not in connection.introspection.table_names()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert "cache" in connection.introspection.table_names()

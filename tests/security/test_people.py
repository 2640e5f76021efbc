"""Closing, opening and forgetting accounts; one's own data."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.models import Invitation, Role, Scope, User
from accounts.services import (
    invitation_create,
    person_deactivate,
    person_erase,
    person_reactivate,
    second_factor_reset,
    token_create,
)
from accounts.services.errors import StillActiveError
from ledger.chain import verify
from ledger.models import Entry
from ledger.selectors import links
from tests.factories import PASSWORD, make_organisation, make_user
from tests.security.people import is_in, sign_in, with_app

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_7_4_2_deactivation_ends_sessions_tokens_and_invitations_at_once(client: Client) -> None:
    organisation, at = make_organisation(), timezone.now()
    administrator = make_user(Role.ADMINISTRATOR, organisation)
    user = make_user(Role.CONTRIBUTOR, organisation)
    until = at + timedelta(days=9)
    _token, secret = token_create(user=user, name="script", scopes=[Scope.CENTRES], expires_at=until, at=at)
    invitation_create(organisation=organisation, email=user.email, role=Role.VIEWER, by=administrator, at=at)
    sign_in(client, user)
    asked = {"authorization": f"Bearer {secret}"}
    assert (is_in(client), client.get("/api/v1/centres", headers=asked).status_code) == (True, 200)
    person_deactivate(person=user, reason="left", by=administrator, at=at)
    assert not is_in(client)
    assert client.get("/api/v1/centres", headers=asked).status_code == 401
    assert Invitation.objects.get(email=user.email).withdrawn_at == at
    entry = Entry.objects.get(action="person.deactivated")
    facts = json.loads(entry.content)["payload"]
    assert (facts["reason"], facts["sessions"], facts["tokens"], facts["invitations"]) == ("left", 1, 1, 1)
    person_reactivate(person=user, by=administrator, at=at)
    assert not is_in(client)
    assert client.get("/api/v1/centres", headers=asked).status_code == 401
    sign_in(client, user)
    assert is_in(client)


def test_a_closed_account_is_closed_once() -> None:
    user, by = make_user(), make_user(is_staff=True)
    for _ in range(2):
        person_deactivate(person=user, reason="left", by=by, at=timezone.now())
    assert Entry.objects.filter(action="person.deactivated").count() == 1


def test_who_lost_everything_gets_in_again_after_a_reset(client: Client) -> None:
    user = make_user()
    with_app(user)
    second_factor_reset(person=user, by=make_user(is_staff=True), at=timezone.now())
    sign_in(client, user)
    assert is_in(client)


def test_erasure_forgets_the_person_and_leaves_the_ledger_intact() -> None:
    organisation, operator, at = make_organisation(), make_user(is_staff=True), timezone.now()
    user = make_user(Role.AUDITOR, organisation, name="Ada Lovelace")
    person_deactivate(person=user, reason="left", by=operator, at=at)
    email, before = user.email, [(entry.sequence, entry.hash) for entry in Entry.objects.all()]
    with_app(user)
    person_erase(person=user, reason="asked for it", by=operator, at=at)
    stored = User.objects.get(pk=user.pk)
    assert "Ada" not in f"{stored.name} {stored.email}"
    assert not User.objects.filter(email=email).exists()
    assert not stored.memberships.exists()
    assert not stored.has_usable_password()
    assert [(entry.sequence, entry.hash) for entry in Entry.objects.all()][: len(before)] == before
    assert verify(links()) is None


def test_an_open_account_is_not_forgotten() -> None:
    with pytest.raises(StillActiveError):
        person_erase(person=make_user(), reason="", by=make_user(is_staff=True), at=timezone.now())


def test_pages_of_an_account(client: Client) -> None:
    user = make_user()
    client.force_login(make_user(is_staff=True))
    assert client.post("/people/accounts/", {"email": "nobody@example.org"}).status_code == 422
    page = client.post("/people/accounts/", {"email": user.email.upper()}).url
    assert client.get(page).status_code == 200
    assert client.post(f"{page}deactivate/", {"reason": ""}).status_code == 422
    assert client.post(f"{page}deactivate/", {"reason": "left"}).url == page
    assert not User.objects.get(pk=user.pk).is_active
    assert client.post(f"{page}bake/", {"reason": "x"}).status_code == 404
    assert client.post(f"{page}erase/", {"reason": "asked"}).status_code == 302
    assert User.objects.get(pk=user.pk).name == f"Person {user.pk}"


def test_administrators_look_after_people_of_their_own_organisations_only(client: Client) -> None:
    organisation = make_organisation()
    member, elsewhere = make_user(Role.VIEWER, organisation), make_user(Role.VIEWER)
    both = make_user(Role.VIEWER, organisation)
    both.memberships.create(organisation=make_organisation(), role=Role.AUDITOR)
    client.force_login(make_user(Role.ADMINISTRATOR, organisation))
    asked = [client.get(f"/people/accounts/{each.pk}/").status_code for each in (member, elsewhere, both)]
    assert asked == [200, 404, 403]
    assert client.post(f"/people/accounts/{member.pk}/deactivate/", {"reason": "left"}).status_code == 302
    assert client.post(f"/people/accounts/{member.pk}/erase/", {"reason": "x"}).status_code == 403


def test_closing_an_account_asks_for_a_recent_proof(client: Client, settings: object) -> None:
    settings.STEP_UP_MINUTES = 15
    user, operator = make_user(), make_user(is_staff=True)
    client.force_login(operator)
    asked = client.post(f"/people/accounts/{user.pk}/deactivate/", {"reason": "left"})
    assert asked.url.startswith("/account/reauthenticate/")
    assert User.objects.get(pk=user.pk).is_active
    client.post(asked.url, {"password": PASSWORD, "next": f"/people/accounts/{user.pk}/deactivate/"})
    assert not User.objects.get(pk=user.pk).is_active  # what was asked for goes on


def test_people_get_their_own_data_as_a_file(client: Client) -> None:
    user = make_user(Role.VIEWER)
    sign_in(client, user)
    token_create(
        user=user,
        name="script",
        scopes=[Scope.CENTRES],
        expires_at=timezone.now() + timedelta(days=1),
        at=timezone.now(),
    )
    response = client.get("/people/profile/data.json")
    assert response["Content-Disposition"].startswith("attachment")
    found = response.json()
    assert found["person"]["email"] == user.email
    assert [each["name"] for each in found["access_tokens"]] == ["script"]
    assert len(found["sessions"]) == 1
    assert "token.made" in [each["action"] for each in found["acts"]]
    assert "sha256" not in response.content.decode()

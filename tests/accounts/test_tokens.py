"""Personal access tokens: made once, kept as a hash, ended at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import AccessToken, Role, Scope, User
from accounts.services import token_create, token_revoke, token_use
from accounts.services.errors import TokenRefusedError, TooManyTokensError
from accounts.services.tokens import MOST_TOKENS
from tests.api import Program
from tests.factories import make_user

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
FORM = {"name": "Nightly", "scopes": ["audits:read", "market:read"], "days": "7"}


@pytest.fixture
def user(client: Client) -> User:
    user = make_user(Role.AUDITOR)
    client.force_login(user)
    return user


def test_token_is_shown_once_and_only_its_hash_is_kept(client: Client, user: User) -> None:
    page = client.post("/people/tokens/", FORM).content.decode()
    (secret,) = re.findall(r"ts_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", page)
    stored = AccessToken.objects.values().get()
    assert secret not in str(stored)
    assert stored["scopes"] == FORM["scopes"]
    again = client.get("/people/tokens/").content.decode()
    assert secret not in again
    assert f"ts_{stored['key']}_…" in again
    assert token_use(secret=secret, at=timezone.now()).user == user


def test_owner_is_told_of_a_new_token_by_notice_and_mail(
    client: Client, user: User, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/people/tokens/", FORM)
    assert "Nightly" in client.get("/notices/").content.decode()
    (mail,) = mailoutbox
    assert "Nightly" in mail.subject + str(mail.body)
    assert "ts_" not in mail.subject + str(mail.body)


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"name": "a\0b"}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "9999"}]
)
def test_bad_form_makes_no_token_and_says_so(client: Client, user: User, change: dict[str, object]) -> None:
    response = client.post("/people/tokens/", FORM | change)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(change)
    assert not AccessToken.objects.exists()


def test_nobody_has_more_tokens_than_the_most(client: Client, user: User) -> None:
    at = timezone.now()
    made = [
        token_create(user=user, name="x", scopes=[Scope.MARKET], expires_at=at + timedelta(days=1), at=at)
        for _ in range(MOST_TOKENS)
    ]
    assert client.post("/people/tokens/", FORM).context["form"].non_field_errors()
    with pytest.raises(TooManyTokensError):
        token_create(user=user, name="x", scopes=[Scope.MARKET], expires_at=at + timedelta(days=1), at=at)
    token_revoke(token=made[0][0], by=user, at=at)
    token_create(user=user, name="x", scopes=[Scope.MARKET], expires_at=at + timedelta(days=1), at=at)


def test_token_of_somebody_else_is_not_there(client: Client, user: User) -> None:
    other = Program(make_user())
    assert client.post(f"/people/tokens/{other.token.pk}/revoke/").status_code == 404
    assert other.get("me").status_code == 200


def test_revoking_works_with_the_next_request(client: Client, user: User) -> None:
    program = Program(user)
    assert program.get("me").json()["email"] == user.email
    assert client.post(f"/people/tokens/{program.token.pk}/revoke/").status_code == 302
    assert program.get("me").status_code == 401


def test_deactivation_ends_tokens_for_good(user: User) -> None:
    program = Program(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert program.get("me").status_code == 401
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert program.get("me").status_code == 401


def test_token_ends_on_its_day(user: User) -> None:
    at = timezone.now()
    _token, secret = token_create(user=user, name="x", scopes=[Scope.MARKET], expires_at=at + timedelta(days=1), at=at)
    assert token_use(secret=secret, at=at + timedelta(hours=23))
    with pytest.raises(TokenRefusedError):
        token_use(secret=secret, at=at + timedelta(days=1))


def test_use_is_written_at_most_once_a_minute(user: User) -> None:
    at = timezone.now()
    token, secret = token_create(user=user, name="x", scopes=[Scope.MARKET], expires_at=at + timedelta(1), at=at)
    for seconds, last in ((0, 0), (59, 0), (60, 60)):
        token_use(secret=secret, at=at + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == at + timedelta(seconds=last)


def test_role_that_was_taken_away_opens_nothing_more(user: User) -> None:
    program = Program(user)
    assert len(program.get("me").json()["roles"]) == 1
    user.memberships.all().delete()
    assert program.get("me").json()["roles"] == []


def test_more_requests_than_a_minute_takes_are_refused(user: User, settings: SettingsWrapper) -> None:
    cache.clear()
    settings.API_PER_MINUTE = 2
    program, other = Program(user), Program(make_user())
    statuses = [program.get("me").status_code for _ in range(6)]  # a minute may end on the way
    assert statuses[:2] == [200, 200]
    assert 429 in statuses
    refused = program.get("me")
    if refused.status_code == 429:
        assert 0 < int(refused["Retry-After"]) <= 60
        assert refused.json()["error"] == "too_many"
    assert other.get("me").status_code == 200

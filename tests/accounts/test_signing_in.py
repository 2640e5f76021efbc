"""django-allauth's pages as they are here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from accounts.models import User
from tests.factories import PASSWORD, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.mail import EmailMessage
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
FRESH = "a quite different password"


@pytest.fixture(autouse=True)
def _fresh_throttle() -> Iterator[None]:
    """Forget the failed sign-ins of the test before."""
    cache.clear()
    yield
    cache.clear()


def test_sign_in_and_out(client: Client) -> None:
    user = make_user(name="Ada")
    response = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert response.url == "/"
    assert client.get("/people/profile/").status_code == 200
    assert client.get("/account/logout/").status_code == 200  # asks; a GET signs nobody out
    assert client.get("/people/profile/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/people/profile/").status_code == 302


def test_sign_in_says_the_same_for_a_wrong_password_and_an_unknown_address(client: Client) -> None:
    user = make_user()
    texts = [
        re.sub(r'name="csrf[^>]+|X-CSRFToken[^}]+|value="\S+@\S+"', "", response.content.decode())
        for email in (user.email, "nobody@example.org")
        for response in [client.post("/account/login/", {"login": email, "password": "wrong password"})]
    ]
    assert texts[0] == texts[1]
    assert "alert" in texts[0]


@pytest.mark.parametrize("login", ["\0", "a\0@example.org", "x" * 100_000, "nobody", "", "用户@例子.公司"])
def test_sign_in_survives_any_input(client: Client, login: str) -> None:
    response = client.post("/account/login/", {"login": login, "password": "\0" + login})
    assert response.status_code == 200
    assert response.context["form"].errors


def test_sign_in_is_throttled(client: Client) -> None:
    user = make_user()
    for _ in range(10):
        client.post("/account/login/", {"login": user.email, "password": "wrong password"})
    response = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 200
    assert "Too many" in response.content.decode()


def test_sign_in_leads_only_to_our_own_pages(client: Client) -> None:
    user = make_user()
    response = client.post("/account/login/?next=//evil.example", {"login": user.email, "password": PASSWORD})
    assert response.url == "/"


def test_a_closed_account_cannot_sign_in(client: Client) -> None:
    user = make_user(is_active=False)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/people/profile/").status_code == 302


def test_sign_up_is_closed(client: Client) -> None:
    values = {"email": "new@example.org", "password1": FRESH, "password2": FRESH}
    for response in (client.get("/account/signup/"), client.post("/account/signup/", values)):
        assert "Join by invitation" in response.content.decode()
    assert not User.objects.exists()


def test_password_is_reset_by_a_mailed_link_to_our_own_address(
    client: Client, mailoutbox: list[EmailMessage], settings: SettingsWrapper
) -> None:
    settings.PUBLIC_URL = "https://audits.example.org"
    user = make_user()
    response = client.post("/account/password/reset/", {"email": user.email}, headers={"host": "localhost"})
    assert response.url == "/account/password/reset/done/"
    assert client.get(response.url).status_code == 200
    assert mailoutbox[0].subject == "Set a new Touchstone password"
    link = re.search(r"https://audits\.example\.org(/account/\S+)", mailoutbox[0].body)[1]
    form = client.get(link, follow=True)
    assert "Set a new password" in form.content.decode()
    action = form.redirect_chain[-1][0]
    refused = client.post(action, {"password1": "short", "password2": "short"})
    assert refused.context["form"].errors
    assert client.post(action, {"password1": FRESH, "password2": FRESH}).status_code == 302
    assert client.get("/account/password/reset/key/done/").status_code == 200
    assert User.objects.get().check_password(FRESH)
    assert "This link does not work" in client.get(link, follow=True).content.decode()


def test_password_reset_of_an_unknown_address_answers_alike_and_mails_nothing(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    response = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert response.url == "/account/password/reset/done/"
    assert mailoutbox == []


def test_password_is_changed_by_its_owner(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    assert "Change your password" in client.get("/account/password/change/").content.decode()
    values = {"oldpassword": "wrong", "password1": FRESH, "password2": FRESH}
    assert "oldpassword" in client.post("/account/password/change/", values).context["form"].errors
    assert client.post("/account/password/change/", values | {"oldpassword": PASSWORD}).status_code == 302
    assert User.objects.get().check_password(FRESH)


@pytest.mark.parametrize("page", ["inactive/", "reauthenticate/", "password/set/"])
def test_the_other_pages_answer(client: Client, page: str) -> None:
    user = make_user()
    if page == "password/set/":
        user.set_unusable_password()
        user.save()
    client.force_login(user)
    response = client.get(f"/account/{page}")
    assert response.status_code == 200
    assert b"ts-card" in response.content

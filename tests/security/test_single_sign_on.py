"""Single sign-on with a provider of OpenID Connect that answers inside the test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount import providers
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from accounts.models import User
from accounts.providers import identity_providers
from accounts.services import person_deactivate
from ledger.models import Entry
from tests.config.test_urls import ADDRESSES
from tests.factories import make_user
from tests.security.people import is_in, sign_in, with_app

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
SERVER = "https://login.acme.example"
ENTRY = {"id": "acme", "name": "Acme", "server": SERVER, "client_id": "touchstone", "client_secret": "s3cret"}
PAGE = "/account/single-sign-on/acme/"
CONFIGURATION = {
    "issuer": SERVER,
    "authorization_endpoint": f"{SERVER}/authorize",
    "token_endpoint": f"{SERVER}/token",
    "userinfo_endpoint": f"{SERVER}/userinfo",
    "jwks_uri": f"{SERVER}/keys",
}


class Answer:
    """What ``requests`` would return."""

    status_code = 200

    def __init__(self, content: dict[str, Any]) -> None:
        """Answer with this."""
        self.headers = {"content-type": "application/json"}
        self.content = content
        self.text = json.dumps(content)

    def json(self) -> dict[str, Any]:
        """Return the content."""
        return self.content

    def raise_for_status(self) -> None:
        """Nothing went wrong."""


class Provider:
    """A session of ``requests`` that ends at the provider: discovery, token, user info."""

    def __init__(self, person: dict[str, Any]) -> None:
        """Vouch for this person."""
        self.person = person

    def __enter__(self) -> Self:
        """Open nothing."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing to close."""

    def get(self, url: str, **_options: object) -> Answer:
        """Answer discovery, or who the person is."""
        return Answer(self.person if url.endswith("/userinfo") else CONFIGURATION)

    def request(self, _method: str, _url: str, **_options: object) -> Answer:
        """Answer with a token."""
        now = timezone.now().timestamp()
        claims = {"iss": SERVER, "aud": "touchstone", "iat": now - 1, "exp": now + 60, **self.person}
        token = jwt.encode(claims, "x" * 32, algorithm="HS256")
        return Answer({"access_token": "a", "token_type": "bearer", "id_token": token})


@pytest.fixture(autouse=True)
def _acme(settings: SettingsWrapper) -> None:
    known = identity_providers(json.dumps([ENTRY]))
    settings.IDENTITY_PROVIDERS = known
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [each.app() for each in known]}
    }


def go(client: Client, *, process: str = "login", forge: bool = False, **person: Any) -> HttpResponse:
    """Go to the provider and come back as this person."""
    with patch("accounts.adapter.SingleSignOnAdapter.get_requests_session", lambda _adapter: Provider(person)):
        away = client.post(f"{PAGE}?process={process}")
        asked = parse_qs(urlsplit(away.url).query)
        assert away.url.startswith(f"{SERVER}/authorize?")
        assert asked["code_challenge_method"] == ["S256"]
        state = "forged" if forge else asked["state"][0]
        return client.get(f"{PAGE}back/", {"code": "c", "state": state})


def test_6_8_1_an_identity_opens_what_it_was_connected_to_and_nothing_by_its_address(client: Client) -> None:
    user, other = make_user(), make_user()
    sign_in(client, user)
    go(client, process="connect", sub="42", email="anything@acme.example")
    assert SocialAccount.objects.get().uid == "42"
    client.logout()
    go(client, sub="42", email=other.email, email_verified=True)
    assert is_in(client)
    assert client.session["_auth_user_id"] == str(user.pk)
    client.logout()
    go(client, sub="43", email=user.email, email_verified=True)
    assert not is_in(client)


def test_16_3_1_connecting_signing_in_and_a_forged_return_are_recorded(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    go(client, process="connect", sub="42")
    client.logout()
    go(client, sub="42")
    client.logout()
    go(client, forge=True, sub="42")
    told = [(each.action, json.loads(each.content)["payload"]) for each in Entry.objects.all()]
    assert [each for each in told if each[0] != "session.ended"] == [
        ("session.began", {"ways": ["password"]}),
        ("person.identity_connected", {"what": "acme"}),
        ("session.began", {"ways": ["acme"]}),
        ("session.refused", {"way": "acme"}),
    ]


def test_nobody_joins_without_an_invitation(client: Client) -> None:
    answer = go(client, sub="99", email="new@acme.example", email_verified=True)
    assert "Join by invitation" in answer.content.decode()
    assert not User.objects.exists()


def test_6_3_4_single_sign_on_does_not_skip_the_second_factor(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    go(client, process="connect", sub="42")
    with_app(user)
    client.logout()
    assert go(client, sub="42").url == "/account/second-factor/sign-in/"
    assert not is_in(client)


def test_6_8_3_saml_is_not_offered(client: Client) -> None:
    offered = {each.id for each in providers.registry.get_class_list()}
    assert offered == {"openid_connect"}
    assert [name for name in ADDRESSES if "saml" in name] == []


def test_6_8_3_an_answer_of_a_provider_opens_once(client: Client, other_browser: Client) -> None:
    user = make_user()
    SocialAccount.objects.create(user=user, provider="acme", uid="42")
    with patch("accounts.adapter.SingleSignOnAdapter.get_requests_session", lambda _adapter: Provider({"sub": "42"})):
        asked = parse_qs(urlsplit(client.post(f"{PAGE}?process=login").url).query)
        back = {"code": "c", "state": asked["state"][0]}
        other_browser.get(f"{PAGE}back/", back)
        assert not is_in(other_browser), "an answer that was overheard opens no other browser"
        client.get(f"{PAGE}back/", back)
        assert is_in(client)
        client.logout()
        client.get(f"{PAGE}back/", back)
        assert not is_in(client)


def test_a_forged_return_is_refused(client: Client) -> None:
    user = make_user()
    SocialAccount.objects.create(user=user, provider="acme", uid="42")
    assert "The sign-in did not work" in go(client, forge=True, sub="42").content.decode()
    assert not is_in(client)


def test_7_4_2_a_closed_account_is_closed_to_single_sign_on_too(client: Client) -> None:
    user = make_user()
    SocialAccount.objects.create(user=user, provider="acme", uid="42")
    person_deactivate(person=user, reason="left", by=make_user(is_staff=True), at=timezone.now())
    go(client, sub="42")
    assert not is_in(client)


def test_no_sign_in_by_following_a_link(client: Client) -> None:
    assert client.get(PAGE).status_code == 200
    assert client.get("/account/single-sign-on/unknown/").status_code == 404


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "not JSON"),
        ("{}", "list of objects"),
        ('[{"id": "a"}]', "lacks name, server"),
        (json.dumps([ENTRY, ENTRY]), "same id"),
        (json.dumps([ENTRY | {"id": "A b"}]), "small letters"),
        (json.dumps([ENTRY | {"server": "http://login.acme.example"}]), "no https"),
        (json.dumps([ENTRY | {"sign_in_at": "x"}]), "list of addresses"),
    ],
)
def test_faults_of_the_setting_are_named_and_secrets_are_not(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        identity_providers(text)
    assert "s3cret" not in str(caught.value)


def test_where_the_browser_may_be_sent() -> None:
    (found,) = identity_providers(json.dumps([ENTRY | {"sign_in_at": ["https://sso.acme.example/x"]}]))
    assert found.origins == (SERVER, "https://sso.acme.example")
    assert "s3cret" not in repr(found)
    assert identity_providers("") == ()

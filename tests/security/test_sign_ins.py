"""Sign-ins, refusals and changed proofs stand in the ledger, and no secret or unknown address with them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts import recording
from accounts.models import Role
from accounts.services import invitation_create
from ledger.models import Entry
from reports.ledger_words import told
from tests.factories import PASSWORD, make_organisation, make_user
from tests.security.people import code_of, is_in, sign_in, with_app

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
WRONG = "not the pass word"
FRESH = "a quite different password"


def entries() -> list[tuple[str, str, int | None, dict[str, Any]]]:
    """Return action, subject, actor and payload of what was recorded about sessions and proofs."""
    rows = Entry.objects.filter(action__regex="^(session|person)[.]").order_by("sequence")
    columns = rows.values_list("action", "subject", "actor_id", "content")
    return [(action, subject, actor, json.loads(content)["payload"]) for action, subject, actor, content in columns]


def test_16_3_1_a_sign_in_is_recorded_with_the_proofs_that_were_given(client: Client) -> None:
    user = make_user()
    subject = f"person:{user.pk}"
    secret = with_app(user)
    before = len(entries())
    sign_in(client, user)
    assert entries()[before:] == [], "a password alone is half a sign-in here"
    client.post("/account/second-factor/sign-in/", {"code": "000000"})
    client.post("/account/second-factor/sign-in/", {"code": code_of(secret)})
    client.post("/account/logout/")
    assert entries()[before:] == [
        ("session.refused", subject, None, {"way": "totp"}),
        ("session.began", subject, user.pk, {"ways": ["password", "totp"]}),
        ("session.ended", subject, user.pk, {"sessions": 1}),
    ]


def test_16_3_1_a_refused_sign_in_is_recorded_without_password_or_unknown_address(client: Client) -> None:
    user = make_user()
    sign_in(client, user, WRONG)
    client.post("/account/login/", {"login": "nobody.here@example.org", "password": WRONG})
    assert entries() == [
        ("session.refused", f"person:{user.pk}", None, {"way": "password"}),
        ("session.refused", "visitor", None, {"way": "password"}),
    ]
    written = "".join(Entry.objects.values_list("content", flat=True))
    assert not re.search(f"nobody|example|{WRONG}|{re.escape(user.email)}", written)


def test_16_3_1_who_tries_too_often_is_recorded_once_a_minute(client: Client) -> None:
    user = make_user()
    for _ in range(8):
        sign_in(client, user, WRONG)
    found = [each[:3] for each in entries()]
    assert found.count(("session.refused", f"person:{user.pk}", None)) == 5
    assert found.count(("session.held_off", f"person:{user.pk}", None)) == 1


def test_16_3_1_joining_by_an_invitation_and_a_further_proof_are_recorded(client: Client) -> None:
    organisation = make_organisation()
    administrator = make_user(Role.ADMINISTRATOR, organisation)
    _row, token = invitation_create(
        organisation=organisation, email="b@example.org", role=Role.VIEWER, by=administrator, at=timezone.now()
    )
    client.post(f"/people/join/{token}/", {"name": "B", "password": FRESH})
    client.post("/account/reauthenticate/", {"password": WRONG})
    client.post("/account/reauthenticate/", {"password": FRESH})
    assert [(each[0], each[3]) for each in entries()] == [
        ("session.began", {"ways": ["invitation"]}),
        ("session.refused", {"way": "password"}),
        ("session.proved", {"way": "password"}),
    ]


def test_16_3_1_a_refused_passkey_is_recorded_once_a_minute(client: Client) -> None:
    credential = {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}
    for answer in (credential, {"x": 1}, credential):
        client.post("/account/passkeys/sign-in/", {"credential": json.dumps(answer)})
    assert entries() == [("session.refused", "visitor", None, {"way": "webauthn"})]


@pytest.mark.django_db(transaction=True)
def test_16_3_1_changed_proofs_are_recorded(client: Client) -> None:
    user = make_user()
    sign_in(client, user)
    values = {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH}
    client.post("/account/password/change/", values)
    page = client.get("/account/second-factor/app/").content.decode()
    secret = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)[1]
    client.post("/account/second-factor/app/", {"code": code_of(secret)})
    client.post("/account/second-factor/codes/new/")
    client.post("/account/second-factor/app/remove/")
    found = [(each[0], each[3].get("what")) for each in entries() if each[0].startswith("person.")]
    assert found[:3] == [
        ("person.password_changed", ""),
        ("person.factor_added", "totp"),
        ("person.factor_added", "recovery_codes"),
    ]
    assert ("person.factor_renewed", "recovery_codes") in found
    assert ("person.factor_removed", "totp") in found


def test_16_5_3_a_sign_in_that_cannot_be_recorded_does_not_happen(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    client.raise_request_exception = False
    monkeypatch.setattr(recording, "_recorders", [])
    assert sign_in(client, user).status_code == 500
    assert not is_in(client)
    assert "password" in sign_in(client, user, WRONG).content.decode(), "a refusal stays one"


@pytest.mark.parametrize("page", ["/account/password/change/", "/account/second-factor/app/remove/"])
def test_16_5_3_proofs_whose_change_cannot_be_recorded_stay(
    client: Client, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    user = make_user()
    sign_in(client, user)
    with_app(user)
    client.raise_request_exception = False
    monkeypatch.setattr(recording, "_recorders", [])
    values = {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH}
    assert client.post(page, values).status_code == 500
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_ways_are_said_in_words() -> None:
    assert told("session.began", {"ways": ["password", "totp"]}) == "signed in (password, authenticator app)"
    assert told("session.refused", {"way": "acme"}) == "refused a sign-in: acme"

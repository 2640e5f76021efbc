"""Authentication and sessions: each test begins with the number of its row in the checklist (OWASP ASVS 5.0.0)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from accounts.factors import second_factor_needed
from accounts.models import Role, Scope, User
from accounts.services import invitation_create, token_create
from accounts.sessions import BEGAN, SEEN, device_of
from tests.awards.scenes import make_judging
from tests.factories import PASSWORD, make_organisation, make_user
from tests.security.people import code_of, is_in, recovery_code, sign_in, with_app

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
FRESH = "a quite different password"
CHANGE = "/account/password/change/"


def change_to(client: Client, password: str) -> bool:
    """Try to set this as the new password; say whether it was taken."""
    values = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    return client.post(CHANGE, values).status_code == 302


@pytest.mark.parametrize(("password", "taken"), [("elevenlettr", False), ("twelve lette", True), ("x1 " * 40, True)])
def test_6_2_1_and_6_2_9_length_of_passwords(client: Client, password: str, *, taken: bool) -> None:
    client.force_login(make_user())
    assert change_to(client, password) is taken


@pytest.mark.parametrize("password", ["password1234", "qwertyuiop12"])
def test_6_2_4_and_6_2_12_common_passwords_are_refused(client: Client, password: str) -> None:
    client.force_login(make_user())
    assert not change_to(client, password)


def test_6_2_5_and_6_2_8_no_rules_of_composition_and_no_truncation(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    long = "aaaa bbbb cccc dddd " * 5
    assert change_to(client, long.strip())
    user.refresh_from_db()
    assert user.check_password(long.strip())
    assert not user.check_password(long.strip()[:72])


def test_6_3_1_the_sixth_bad_sign_in_is_throttled(client: Client) -> None:
    user = make_user()
    for _ in range(5):
        assert "Too many" not in sign_in(client, user, "wrong password").content.decode()
    assert "Too many" in sign_in(client, user).content.decode()
    assert not is_in(client)


def test_6_3_1_bad_codes_are_throttled_too(client: Client) -> None:
    user = make_user()
    secret = with_app(user)
    sign_in(client, user)
    for _ in range(5):
        client.post("/account/second-factor/sign-in/", {"code": "000000"})
    client.post("/account/second-factor/sign-in/", {"code": code_of(secret)})
    assert not is_in(client)


def test_6_3_2_a_new_installation_has_no_account() -> None:
    call_command("migrate", verbosity=0)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "role",
    [
        Role.ADMINISTRATOR,
        Role.AUDIT_MANAGER,
        Role.AUDITOR,
        Role.DECISION_MAKER,
        Role.SCHEME_OWNER,
        Role.AWARD_CHAIR,
        "operator",
    ],
)
def test_6_3_3_nothing_opens_before_the_second_factor(client: Client, settings: SettingsWrapper, role: str) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    user = make_user(is_staff=True) if role == "operator" else make_user(role)
    sign_in(client, user)
    for page in ("/", "/audits/", "/people/profile/", "/people/tokens/", "/account/password/change/"):
        assert client.get(page).url == "/account/second-factor/"
    assert client.get("/account/second-factor/").status_code == 200
    fragment = client.get("/audits/", headers={"hx-request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (403, "/account/second-factor/")
    script = client.post("/audits/1/sync/", headers={"accept": "application/json"})
    assert script.status_code == 403


def test_6_3_3_judges_need_a_second_factor_too(settings: SettingsWrapper) -> None:
    judge = make_judging().programme.judges.first().user
    assert not judge.roles()
    assert second_factor_needed(judge)


def test_6_3_3_others_may_and_need_not(client: Client, settings: SettingsWrapper) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    sign_in(client, make_user(Role.CONTRIBUTOR))
    assert is_in(client)


def test_6_3_3_everything_opens_once_an_app_is_set_up(client: Client, settings: SettingsWrapper) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    sign_in(client, make_user(Role.AUDITOR))
    page = client.get("/account/second-factor/app/").content.decode()
    secret = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)[1]
    answer = client.post("/account/second-factor/app/", {"code": code_of(secret)})
    assert answer.url == "/account/second-factor/codes/"
    assert len(re.findall(r"<li>\d{8}</li>", client.get(answer.url).content.decode())) == 10
    assert is_in(client)


def test_6_3_3_who_must_have_a_factor_keeps_the_last_one(client: Client, settings: SettingsWrapper) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    user = make_user(Role.AUDITOR)
    secret = with_app(user)
    sign_in(client, user)
    client.post("/account/second-factor/sign-in/", {"code": code_of(secret)})
    client.post("/account/second-factor/app/remove/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    passkey = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Phone", "credential": {}})
    Authenticator.objects.filter(user=user, type="totp").delete()
    assert client.post(f"/account/passkeys/{passkey.pk}/remove/").url == "/account/second-factor/"
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_6_3_4_the_api_asks_for_the_same_second_factor(client: Client, settings: SettingsWrapper) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    user, at = make_user(Role.AUDITOR), timezone.now()
    _token, secret = token_create(
        user=user, name="script", scopes=[Scope.CENTRES], expires_at=at + timedelta(days=1), at=at
    )
    asked = {"authorization": f"Bearer {secret}"}
    refused = client.get("/api/v1/centres", headers=asked)
    assert refused.status_code == 403
    assert "second_factor_missing" in refused.content.decode()
    with_app(user)
    assert client.get("/api/v1/centres", headers=asked).status_code == 200


def test_6_3_4_there_is_no_other_door(client: Client) -> None:
    assert client.get("/admin/").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["password", "app", "codes"])
def test_6_3_7_a_changed_credential_is_mailed(client: Client, mailoutbox: list[EmailMessage], change: str) -> None:
    user = make_user()
    sign_in(client, user)
    if change == "password":
        assert change_to(client, FRESH)
    else:
        page = client.get("/account/second-factor/app/").content.decode()
        secret = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)[1]
        client.post("/account/second-factor/app/", {"code": code_of(secret)})
    if change == "codes":
        client.post("/account/second-factor/codes/new/")
    mail = mailoutbox[-1]
    assert mail.to == [user.email]
    assert "Touchstone" in mail.subject
    assert "Was it not you?" in mail.body
    assert "example.com" not in mail.body


def test_6_3_8_known_and_unknown_answer_alike_and_hash_as_often(client: Client) -> None:
    known = make_user().email
    seen = []
    for email in (known, "nobody@example.org"):
        with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as hashed:
            response = client.post("/account/login/", {"login": email, "password": "wrong password"})
        text = re.sub(r'name="csrf[^>]+|X-CSRFToken[^}]+|value="\S+@\S+"', "", response.content.decode())
        seen.append((response.status_code, text, hashed.call_count))
    assert seen[0][:2] == seen[1][:2]
    assert min(seen[0][2], seen[1][2]) >= 1


def test_6_4_1_an_invitation_expires_and_is_good_once(client: Client) -> None:
    organisation, at = make_organisation(), timezone.now()
    administrator = make_user(Role.ADMINISTRATOR, organisation)
    facts = {"organisation": organisation, "role": Role.VIEWER, "by": administrator}
    _old, token = invitation_create(email="a@example.org", at=at - timedelta(days=15), **facts)
    assert client.get(f"/people/join/{token}/").status_code == 404
    _new, token = invitation_create(email="b@example.org", at=at, **facts)
    values = {"name": "B", "password": FRESH}
    assert client.post(f"/people/join/{token}/", values).status_code == 302
    assert client.get(f"/people/join/{token}/").status_code == 404


def test_6_4_3_a_reset_does_not_skip_the_second_factor(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    with_app(user)
    client.post("/account/password/reset/", {"email": user.email})
    link = re.search(r"(/account/password/reset/key/\S+)", mailoutbox[0].body)[1]
    action = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": FRESH, "password2": FRESH})
    assert not is_in(client)
    assert sign_in(client, user, FRESH).url == "/account/second-factor/sign-in/"
    assert not is_in(client)


def test_6_4_6_nobody_sets_a_password_for_somebody_else(client: Client) -> None:
    organisation = make_organisation()
    member = make_user(Role.VIEWER, organisation)
    client.force_login(make_user(Role.ADMINISTRATOR, organisation))
    page = client.get(f"/people/organisations/{organisation.pk}/").content.decode()
    assert 'type="password"' not in page
    assert change_to(client, FRESH)
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_6_5_1_a_code_of_the_app_works_once(client: Client) -> None:
    user = make_user()
    code = code_of(with_app(user))
    for expected in (True, False):
        client.logout()
        sign_in(client, user)
        client.post("/account/second-factor/sign-in/", {"code": code})
        assert is_in(client) is expected


def test_6_5_1_a_recovery_code_works_once(client: Client) -> None:
    user = make_user()
    with_app(user)
    code = recovery_code(user)
    for expected in (True, False):
        client.logout()
        sign_in(client, user)
        client.post("/account/second-factor/sign-in/", {"code": code})
        assert is_in(client) is expected


def test_6_5_1_secrets_are_not_readable_in_the_database() -> None:
    user = make_user()
    secret = with_app(user)
    rows = Authenticator.objects.filter(user=user)
    assert [row for row in rows if secret in str(row.data)] == []
    assert rows.get(type="totp").wrap().validate_code(code_of(secret))


def test_6_5_5_codes_of_half_a_minute_and_none_by_mail(client: Client) -> None:
    user = make_user()
    secret = with_app(user)
    sign_in(client, user)
    client.post("/account/second-factor/sign-in/", {"code": code_of(secret, later=-60)})
    assert not is_in(client)
    assert client.get("/account/login/code/confirm/").status_code == 404


def test_7_2_4_the_session_key_changes_at_sign_in(client: Client) -> None:
    user = make_user()
    client.get("/account/login/")
    session = client.session
    session["before"] = "yes"
    session.save()
    before = session.session_key
    sign_in(client, user)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    ("name", "age"), [(SEEN, timedelta(hours=12, minutes=1)), (BEGAN, timedelta(days=7, minutes=1))]
)
def test_7_3_1_and_7_3_2_a_session_ends_when_idle_and_when_old(client: Client, name: str, age: timedelta) -> None:
    sign_in(client, make_user())
    assert is_in(client)
    session = client.session
    session[name] -= int(age.total_seconds())
    session.save()
    assert not is_in(client)


def test_7_3_1_whoever_works_stays_signed_in(client: Client) -> None:
    sign_in(client, make_user())
    session = client.session
    session[SEEN] -= 11 * 3600
    session.save()
    assert is_in(client)
    assert timezone.now().timestamp() - client.session[SEEN] < 60


def test_7_4_1_the_cookie_of_a_session_that_ended_is_dead(client: Client) -> None:
    sign_in(client, make_user())
    key = client.session.session_key
    client.post("/account/logout/")
    client.cookies["sessionid"] = key
    assert not is_in(client)


@pytest.mark.parametrize("page", ["app/", "codes/new/"])
def test_7_5_1_a_second_factor_changes_only_after_a_confirmation(client: Client, page: str) -> None:
    user = make_user()
    with_app(user)
    client.force_login(user)
    target = "app/remove/" if page == "app/" else page
    response = client.get(f"/account/second-factor/{target}")
    assert response.url.startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get(f"/account/second-factor/{target}").status_code == 200


def test_7_5_2_sessions_are_listed_and_end_one_by_one(client: Client, other_browser: Client) -> None:
    user = make_user()
    for each in (client, other_browser):
        sign_in(each, user)
    page = client.get("/people/sessions/")
    assert len(page.context["sessions"]) == 2
    other = next(row for row in page.context["sessions"] if row.session_key == other_browser.session.session_key)
    client.post(f"/people/sessions/{other.pk}/end/")
    assert not is_in(other_browser)
    assert is_in(client)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, macOS"),
        ("a script" * 20, "a script" * 7 + "a sc"),
        ("", "–"),
    ],
)
def test_7_5_2_devices_are_named_as_people_know_them(agent: str, name: str) -> None:
    assert device_of(agent) == name


def test_7_5_2_all_others_end_at_once(client: Client, other_browser: Client) -> None:
    user = make_user()
    for each in (client, other_browser):
        sign_in(each, user)
    client.post("/people/sessions/end/")
    assert (is_in(client), is_in(other_browser)) == (True, False)


def test_7_5_2_nobody_ends_the_session_of_somebody_else(client: Client, other_browser: Client) -> None:
    sign_in(other_browser, make_user())
    theirs = other_browser.get("/people/sessions/").context["sessions"][0]
    sign_in(client, make_user())
    assert client.post(f"/people/sessions/{theirs.pk}/end/").status_code == 404
    assert is_in(other_browser)

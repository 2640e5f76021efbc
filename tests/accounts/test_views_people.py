"""Pages of people and organisations: profile, members, invitations, joining."""

from __future__ import annotations

import re
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import Invitation, Membership, Organisation, Role, User
from tests.factories import PASSWORD, make_organisation, make_user

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
NEW = {"name": "Ada Lovelace", "password": "analytical engine 1843"}


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(name="Harbour Bank")


@pytest.fixture
def admin(client: Client, organisation: Organisation) -> User:
    user = make_user(Role.ADMINISTRATOR, organisation)
    client.force_login(user)
    return user


def invite(organisation: Organisation, email: str = "new@example.org", role: str = Role.AUDITOR) -> str:
    """Return the address at which the invitation is accepted."""
    _, token = services.invitation_create(
        organisation=organisation, email=email, role=role, by=make_user(), at=timezone.now()
    )
    return f"/people/join/{token}/"


def test_profile_is_saved_and_speaks_the_new_language(client: Client, admin: User) -> None:
    values = {"name": "Ada 🎧", "language": "zh-hant", "time_zone": "Asia/Taipei"}
    assert client.post("/people/profile/", values).url == "/people/profile/"
    admin.refresh_from_db()
    assert {name: getattr(admin, name) for name in values} == values
    assert '<html lang="zh-hant"' in client.get("/people/profile/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "a\0b"),
        ("name", "x" * 121),
        ("name", ""),
        ("language", "tlh"),
        ("language", "\0"),
        ("time_zone", "Mars"),
        ("time_zone", "\0"),
    ],
)
def test_profile_refuses_bad_input_at_its_field(client: Client, admin: User, field: str, value: str) -> None:
    values = {"name": "Ada", "language": "en", "time_zone": "UTC"} | {field: value}
    response = client.post("/people/profile/", values)
    assert field in response.context["form"].errors
    assert User.objects.get(pk=admin.pk).name == admin.name


def test_profile_ignores_what_it_does_not_offer(client: Client, admin: User) -> None:
    values = {"name": "Ada", "language": "en", "time_zone": "UTC", "is_staff": "1", "email": "x@example.org"}
    client.post("/people/profile/", values)
    stored = User.objects.get(pk=admin.pk)
    assert (stored.is_staff, stored.email) == (False, admin.email)


@pytest.mark.parametrize("count", [1, 3])
def test_organisation_page_costs_the_same_for_one_and_three(
    client: Client,
    admin: User,
    organisation: Organisation,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        make_user(Role.VIEWER, organisation)
        invite(organisation, f"invited{number}@example.org")
        organisation.audit_bodies.add(make_organisation())
    # Session, person, roles, place, members, invitations, bodies, support, notices.
    with django_assert_num_queries(9):
        response = client.get(f"/people/organisations/{organisation.pk}/")
    assert response.content.count(b"/remove/") == count + 1
    assert response.content.count(b"/withdraw/") == count


@pytest.mark.parametrize("role", Role)
def test_rights_by_role_and_verb(client: Client, organisation: Organisation, role: str) -> None:
    make_user(Role.ADMINISTRATOR, organisation)
    member, body = make_user(Role.VIEWER, organisation), make_organisation()
    organisation.audit_bodies.add(body)
    invite(organisation)
    client.force_login(make_user(role, organisation))
    base, may = f"/people/organisations/{organisation.pk}", role == Role.ADMINISTRATOR
    assert client.get(f"{base}/").status_code == 200
    assert (b"/withdraw/" in client.get(f"{base}/").content) == may
    for page in (f"{base}/invite/", f"{base}/mandates/new/"):
        assert client.get(page).status_code == (200 if may else 403)
    for action in (
        f"{base}/mandates/{body.pk}/end/",
        f"/people/memberships/{member.memberships.get().pk}/remove/",
        f"/people/invitations/{Invitation.objects.get().pk}/withdraw/",
    ):
        assert client.get(action).status_code == 405
        assert client.post(action).status_code == (302 if may else 403)
    assert member.memberships.exists() != may


def test_an_outsider_gets_404(client: Client, admin: User) -> None:
    other = make_organisation()
    stranger = make_user(Role.VIEWER, other)
    invite(other)
    assert client.get(f"/people/organisations/{other.pk}/").status_code == 404
    assert client.get(f"/people/organisations/{other.pk}/invite/").status_code == 404
    assert client.post(f"/people/memberships/{stranger.memberships.get().pk}/remove/").status_code == 404
    assert client.post(f"/people/invitations/{Invitation.objects.get().pk}/withdraw/").status_code == 404
    assert stranger.memberships.exists()


def test_removal_takes_effect_with_the_next_request(client: Client, organisation: Organisation) -> None:
    admin, member = make_user(Role.ADMINISTRATOR, organisation), make_user(Role.VIEWER, organisation)
    client.force_login(member)
    assert client.get(f"/people/organisations/{organisation.pk}/").status_code == 200
    services.membership_remove(membership=member.memberships.get(), by=admin)
    assert client.get(f"/people/organisations/{organisation.pk}/").status_code == 404


def test_the_last_administrator_is_told_and_kept(client: Client, admin: User, organisation: Organisation) -> None:
    response = client.post(f"/people/memberships/{admin.memberships.get().pk}/remove/", follow=True)
    assert "This is the last administrator" in response.content.decode()
    assert admin.memberships.exists()
    make_user(Role.ADMINISTRATOR, organisation)
    response = client.post(f"/people/memberships/{admin.memberships.get().pk}/remove/")
    assert response.url == "/people/profile/"  # the organisation is no longer theirs to see


def test_an_operator_opens_an_organisation(client: Client) -> None:
    operator = make_user(is_staff=True)
    client.force_login(operator)
    response = client.post("/people/organisations/new/", {"name": "Insurer", "country": "de", "address": ""})
    made = Organisation.objects.get()
    assert response.url == f"/people/organisations/{made.pk}/"
    assert made.country == "DE"
    response = client.post("/people/organisations/new/", {"name": "Insurer", "country": "DE"})
    assert "name" in response.context["form"].errors


def test_nobody_else_opens_an_organisation(client: Client, admin: User) -> None:
    assert client.get("/people/organisations/new/").status_code == 403
    assert client.post("/people/organisations/new/", {"name": "X", "country": "DE"}).status_code == 403


def test_mandate_is_given_by_exact_name(client: Client, admin: User, organisation: Organisation) -> None:
    body = make_organisation(name="Certifier")
    page = f"/people/organisations/{organisation.pk}/mandates/new/"
    for name in ("Certif", "\0", organisation.name):
        assert "name" in client.post(page, {"name": name}).context["form"].errors
    assert client.post(page, {"name": "Certifier"}).status_code == 302
    assert list(organisation.audit_bodies.all()) == [body]


def test_invitation_is_mailed_with_a_link_to_our_own_address(
    client: Client,
    admin: User,
    organisation: Organisation,
    mailoutbox: list[EmailMessage],
    settings: SettingsWrapper,
) -> None:
    settings.PUBLIC_URL = "https://audits.example.org"
    admin.language = "zh-hans"
    admin.save()
    page = f"/people/organisations/{organisation.pk}/invite/"
    response = client.post(page, {"email": "New@Example.org", "role": "auditor"}, headers={"host": "localhost"})
    assert response.status_code == 302
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["new@example.org"], "Invitation to join Harbour Bank on Touchstone")
    link = re.search(r"https://audits\.example\.org(/people/join/\S+/)", mail.body)
    client.logout()
    assert client.get(link[1]).status_code == 200
    assert b"Ada" not in client.get(link[1]).content


def test_invitation_of_an_organisation_with_a_line_break_in_its_name_is_mailed(
    client: Client, admin: User, organisation: Organisation, mailoutbox: list[EmailMessage]
) -> None:
    Organisation.objects.update(name="Evil\r\nBcc: all@example.org")
    client.post(f"/people/organisations/{organisation.pk}/invite/", {"email": "a@example.org", "role": "viewer"})
    assert mailoutbox[0].subject == "Invitation to join Evil Bcc: all@example.org on Touchstone"
    assert mailoutbox[0].recipients() == ["a@example.org"]


@pytest.mark.parametrize("error", [SMTPException("down"), ConnectionRefusedError(111, "refused")])
def test_invitation_that_cannot_be_mailed_is_not_left_open(
    client: Client, admin: User, organisation: Organisation, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_args: Any) -> int:
        raise error

    monkeypatch.setattr("accounts.views.organisations.send_mail", fail)
    page = f"/people/organisations/{organisation.pk}/invite/"
    response = client.post(page, {"email": "a@example.org", "role": "viewer"})
    assert "The mail could not be sent" in response.content.decode()
    assert Invitation.objects.get().withdrawn_at


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "a\0@example.org"), ("email", "nobody"), ("email", "x" * 300 + "@example.org"), ("role", "emperor")],
)
def test_invitation_refuses_bad_input(
    client: Client, admin: User, organisation: Organisation, field: str, value: str
) -> None:
    values = {"email": "a@example.org", "role": "viewer"} | {field: value}
    response = client.post(f"/people/organisations/{organisation.pk}/invite/", values)
    assert field in response.context["form"].errors
    assert not Invitation.objects.exists()


def test_a_new_person_joins_and_is_signed_in(client: Client, organisation: Organisation) -> None:
    address = invite(organisation)
    page = client.get(address)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    response = client.post(address, NEW)
    assert response.url == f"/people/organisations/{organisation.pk}/"
    user = User.objects.get(email="new@example.org")
    assert (user.name, user.roles()) == ("Ada Lovelace", {(organisation.pk, Role.AUDITOR)})
    assert client.get(response.url).status_code == 200
    client.logout()
    assert client.post("/account/login/", {"login": "New@example.org", "password": NEW["password"]}).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "short"},
        {"password": "password1234"},
        {"password": "new@example.org"},
        {"password": "a" * 5000},
        {"password": "long enough \0 password"},
        {"name": ""},
        {"name": "\0"},
        {"name": "x" * 121},
    ],
)
def test_joining_refuses_weak_passwords_and_bad_names(
    client: Client, organisation: Organisation, changes: dict[str, str]
) -> None:
    response = client.post(invite(organisation), NEW | changes)
    assert set(response.context["form"].errors) == set(changes)
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_known_person_signs_in_first_and_then_accepts(client: Client, organisation: Organisation) -> None:
    user = make_user(email="known@example.org")
    address = invite(organisation, "known@example.org")
    for response in (client.get(address), client.post(address, NEW)):
        assert response.url.startswith("/account/login/?next=%2Fpeople%2Fjoin%2F")
    response = client.post(response.url, {"login": user.email, "password": PASSWORD})
    assert response.url == address
    assert not user.memberships.exists()
    assert client.post(address).status_code == 302
    assert user.memberships.get().organisation == organisation


def test_somebody_else_who_is_signed_in_cannot_accept(client: Client, admin: User, organisation: Organisation) -> None:
    address = invite(organisation)
    assert "Sign out, then open the link again" in client.get(address).content.decode()
    assert "sent to another address" in client.post(address, NEW).content.decode()
    assert Membership.objects.count() == 1


def test_wrong_used_expired_and_withdrawn_links_answer_alike(client: Client, organisation: Organisation) -> None:
    used, expired, withdrawn = (invite(organisation, f"{name}@example.org") for name in ("used", "late", "gone"))
    client.post(used, NEW)
    client.logout()
    Invitation.objects.filter(email="late@example.org").update(expires_at=timezone.now())
    Invitation.objects.filter(email="gone@example.org").update(withdrawn_at=timezone.now())
    answers = {
        (response.status_code, re.sub(rb"csrf\S+|nonce\S+|X-CSRFToken[^}]+", b"", response.content))
        for address in (used, expired, withdrawn, "/people/join/nonsense/", "/people/join/%00/")
        for response in (client.get(address), client.post(address, NEW))
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404

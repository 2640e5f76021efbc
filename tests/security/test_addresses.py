"""Changing one's e-mail address: a proof first, the new mailbox confirms, the old one is told."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from accounts.models import User
from ledger.models import Entry
from tests.factories import make_user
from tests.security.people import is_in, sign_in

if TYPE_CHECKING:
    from django.core.mail import EmailMessage
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
PAGE, NEW = "/people/profile/address/", "ada.new@example.org"


def ask(client: Client, mails: list[EmailMessage], email: str = NEW) -> str:
    """Ask for the new address and return the path of the link that was mailed."""
    assert client.post(PAGE, {"email": email}).status_code == 302
    assert mails[-1].to == [email]
    return re.search(r"/people/profile/address/\S+", mails[-1].body)[0]


@pytest.mark.django_db(transaction=True)
def test_6_3_7_the_new_mailbox_confirms_and_the_old_one_is_told(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    old = user.email
    sign_in(client, user)
    link = ask(client, mailoutbox)
    user.refresh_from_db()
    assert user.email == old, "nothing changes before the link is opened"
    assert NEW in client.get(link).content.decode()
    user.refresh_from_db()
    assert user.email == old, "opening the page changes nothing: programs open links too"
    assert client.post(link).status_code == 302
    user.refresh_from_db()
    assert user.email == NEW
    told = mailoutbox[-1]
    assert told.to == [old]
    assert NEW in told.body
    assert "Was it not you?" in told.body
    client.logout()
    sign_in(client, user)
    assert is_in(client)
    client.logout()
    client.post("/account/login/", {"login": old, "password": "a long enough password"})
    assert not is_in(client)


def test_7_5_1_the_address_changes_only_after_a_proof(client: Client, settings: SettingsWrapper) -> None:
    settings.STEP_UP_MINUTES = 15
    client.force_login(make_user())
    assert client.post(PAGE, {"email": NEW}).url.startswith("/account/reauthenticate/")


def test_a_link_works_once_for_two_hours_and_for_its_owner(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user, other = make_user(), make_user()
    sign_in(client, user)
    first = ask(client, mailoutbox, "first@example.org")
    second = ask(client, mailoutbox, "second@example.org")
    sign_in(client, other)
    client.logout()
    sign_in(client, other)
    assert client.get(first).status_code == 404
    client.logout()
    sign_in(client, user)
    with patch("django.core.signing.time.time", return_value=time.time() + 2 * 3600 + 60):
        assert client.get(first).status_code == 404
    assert client.post(second).status_code == 302
    assert client.post(second).status_code == 404
    assert client.post(first).status_code == 404, "it was made for the address before"
    assert client.get(f"{PAGE}forged/").status_code == 404
    assert User.objects.get(pk=user.pk).email == "second@example.org"


def test_6_3_8_an_address_that_somebody_has_answers_alike_and_gets_no_mail(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user, other = make_user(), make_user()
    sign_in(client, user)
    free = client.post(PAGE, {"email": NEW}, follow=True).content.decode().replace(NEW, "X")
    taken = client.post(PAGE, {"email": other.email.upper()}, follow=True).content.decode().replace(other.email, "X")
    message = re.compile("A link is on its way to X")
    assert message.search(free)
    assert message.search(taken)
    assert len(mailoutbox) == 1


def test_an_address_that_was_taken_meanwhile_stays_with_its_owner(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user()
    sign_in(client, user)
    link = ask(client, mailoutbox)
    make_user(email=NEW)
    assert client.post(link).status_code == 404
    assert User.objects.get(pk=user.pk).email == user.email


def test_what_was_typed_is_checked_and_limited(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    sign_in(client, user)
    for email in ("", "no address", user.email, f"{'a' * 250}@example.org"):
        assert client.post(PAGE, {"email": email}).status_code == 422
    codes = [client.post(PAGE, {"email": f"a{number}@example.org"}).status_code for number in range(12)]
    assert codes[0] == 302
    assert codes[-1] == 422
    assert len(mailoutbox) == codes.count(302)


def test_the_ledger_says_that_it_changed_and_no_address(client: Client, mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    sign_in(client, user)
    client.post(ask(client, mailoutbox))
    acts = list(Entry.objects.filter(action__startswith="person.address").values_list("action", flat=True))
    assert acts == ["person.address_asked", "person.address_changed"]
    written = "".join(Entry.objects.values_list("content", flat=True))
    assert NEW not in written
    assert user.email not in written


def test_a_mail_that_cannot_be_sent_is_said(client: Client) -> None:
    sign_in(client, make_user())
    with patch("accounts.views.addresses.send_mail", side_effect=OSError("gone")):
        answer = client.post(PAGE, {"email": NEW})
    assert answer.status_code == 422
    assert "could not be sent" in answer.content.decode()

"""Notices: one's own only, read once opened, counted by the bell, said in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice, NoticePreference
from accounts.notices import notice_kind, notice_known, notice_titles, notice_words
from accounts.selectors import notices_of, unread_count
from accounts.services import notice_send, notices_mail, notices_read
from tests.factories import AT, make_user

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

pytestmark = pytest.mark.django_db


def send(to: User, url: str = "/centres/", **given: object) -> Notice:
    return notice_send(to=to, kind="test.kind", params={"n": 1}, url=url, at=AT, **given)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _kind() -> None:
    notice_kind("test.kind", lambda params: f"Number {params['n']}")


def test_words_are_made_when_read_and_unknown_kinds_say_their_name() -> None:
    assert notice_words("test.kind", {"n": 2}) == "Number 2"
    assert notice_words("gone.kind", {}) == "gone.kind"
    assert notice_known("audits.finding_step")
    assert not notice_known("gone.kind")


def test_list_shows_ones_own_only_and_opening_marks_as_read(client: Client) -> None:
    mine, other = make_user(), make_user()
    notice, foreign = send(mine), send(other)
    client.force_login(mine)
    text = client.get(reverse("accounts:notice_list")).content.decode()
    assert text.count("Number 1") == 1
    assert "1 unread" in text
    assert client.post(reverse("accounts:notice_open", args=[foreign.pk])).status_code == 404
    response = client.post(reverse("accounts:notice_open", args=[notice.pk]))
    assert (response.status_code, response["Location"]) == (302, "/centres/")
    assert (
        "You have read everything" in client.get(reverse("accounts:notice_list"), {"show": "unread"}).content.decode()
    )
    foreign.refresh_from_db()
    assert foreign.read_at is None


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_a_notice_leads_nowhere_else(client: Client, url: str) -> None:
    user = make_user()
    client.force_login(user)
    response = client.post(reverse("accounts:notice_open", args=[send(user, url).pk]))
    assert response["Location"] == reverse("accounts:notice_list")


def test_all_are_marked_at_once_and_reading_changes_nothing(client: Client) -> None:
    user = make_user()
    send(user)
    send(user)
    client.force_login(user)
    client.get(reverse("accounts:notice_list"))
    assert Notice.objects.filter(read_at=None).count() == 2
    client.post(reverse("accounts:notice_read_all"))
    assert Notice.objects.filter(read_at=None).count() == 0
    assert notices_read(user=user, at=AT) == 0


def test_bell_asks_once_whatever_there_is(client: Client) -> None:
    user = make_user()
    client.force_login(user)

    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("accounts:profile"))
        return sum('"accounts_notice"' in query["sql"] for query in captured)

    assert counted() == 1
    for _ in range(3):
        send(user)
    assert counted() == 1
    assert "3 unread notices" in client.get(reverse("accounts:profile")).content.decode()


def test_mail_goes_once_and_only_where_wanted() -> None:
    user = make_user()
    send(user)
    send(user, by_mail=False)
    assert notices_mail(at=AT).sent == 1
    assert notices_mail(at=AT + timedelta(days=1)).sent == 0
    (letter,) = mail.outbox
    assert letter.subject == "Number 1"
    assert "/centres/" in letter.body


def test_people_who_left_are_not_written_to() -> None:
    user = make_user(is_active=False)
    send(user)
    assert notices_mail(at=AT).sent == 0
    assert mail.outbox == []


def test_line_breaks_do_not_end_a_subject() -> None:
    notice_kind("test.kind", lambda _params: "One\r\nBcc: x@example.org")
    send(make_user())
    notices_mail(at=AT)
    assert mail.outbox[0].subject == "One Bcc: x@example.org"


def test_what_was_chosen_comes_first_and_what_was_not_is_as_ever(client: Client) -> None:
    user = make_user(time_zone="Asia/Hong_Kong")
    client.force_login(user)
    notice_kind("test.kind", lambda params: f"Number {params['n']}", "Numbers")
    page = client.get(reverse("accounts:profile")).content.decode()
    assert "Numbers" in page
    kinds = notice_titles()
    as_ever = {f"page:{kind}": "on" for kind in kinds} | {f"mail:{kind}": "soon" for kind in kinds}
    url = reverse("accounts:profile_notices")
    assert client.post(url, as_ever | {"mail:test.kind": "hourly"}).status_code == 422
    assert not NoticePreference.objects.exists()
    assert client.post(url, as_ever | {"mail:test.kind": "daily"}).status_code == 302
    first, second = send(user, mail_soon=True), send(user, mail_soon=True)
    assert first.on_page
    # 09:00 UTC is 17:00 in Hong Kong: the next morning there is 23:00 UTC.
    assert notices_mail(at=AT + timedelta(hours=13, minutes=59)).sent == 0
    assert notices_mail(at=AT + timedelta(hours=14)).sent == 1
    assert "2 notices" in mail.outbox[0].subject
    del as_ever["page:test.kind"]
    client.post(url, as_ever | {"mail:test.kind": "never"})
    silent = send(user, mail_soon=True)
    assert not silent.by_mail
    assert set(notices_of(user)) == {first, second}
    assert unread_count(user) == 2
    assert send(make_user()).on_page

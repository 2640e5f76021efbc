"""Each person's own language and time zone, and nothing left behind in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone, translation

from tests.factories import make_user

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
PAGE = "/people/profile/"


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_pages_are_in_the_language_of_the_person_whatever_the_browser_asks(client: Client, language: str) -> None:
    client.force_login(make_user(language=language))
    response = client.get(PAGE, headers={"accept-language": "de"})
    assert response["Content-Language"] == language
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "/etc/localtime"])
def test_an_unknown_time_zone_falls_back_to_utc(client: Client, zone: str) -> None:
    user = make_user()
    user.time_zone = zone
    user.save()
    client.force_login(user)
    assert client.get(PAGE).status_code == 200


def test_one_persons_settings_do_not_leak_into_the_next_request(client: Client) -> None:
    client.force_login(make_user(language="zh-hant", time_zone="Asia/Taipei"))
    client.get(PAGE)
    assert timezone.get_current_timezone_name() == "UTC"
    client.logout()
    with translation.override("en"):
        assert '<html lang="en"' in client.get("/account/login/").content.decode()


def test_what_a_signed_in_person_sees_is_not_kept(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(PAGE)["Cache-Control"] == "no-store, private"

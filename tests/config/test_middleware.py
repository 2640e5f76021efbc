"""A request that is too large is refused by its length, before any of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory
from django.urls import reverse

from config.middleware import SPARE
from tests.factories import make_user

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


def test_what_says_that_it_is_too_large_is_refused_in_words(client: Client, settings: SettingsWrapper) -> None:
    settings.RECORDS_MAX_BYTES = settings.EVIDENCE_MAX_BYTES = 1000
    client.force_login(make_user())
    address = reverse("home")
    refused = client.post(address, b"x" * (1001 + SPARE), content_type="application/octet-stream")
    assert refused.status_code == 413
    assert "Nothing was stored" in refused.content.decode()
    taken = client.post(address, b"x" * 1000, content_type="application/octet-stream")
    assert taken.status_code != 413


@pytest.mark.parametrize("length", ["", "-1", "x", "²", "9" * 40])
def test_a_strange_length_is_no_fault_of_ours(client: Client, length: str) -> None:
    assert client.get("/", CONTENT_LENGTH=length).status_code < 500
    assert RequestFactory().get("/", CONTENT_LENGTH=length).META["CONTENT_LENGTH"] == length

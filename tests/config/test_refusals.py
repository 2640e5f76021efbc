"""What cannot be read, or comes from elsewhere, is refused in words and never with a failure of our own."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=1", f"{FORM}; charset=utf-16"),
        (b"a=" + b"x" * 3_000_000, FORM),
        (b"&".join(b"a%d=1" % number for number in range(3000)), FORM),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary="),
    ],
)
def test_request_that_cannot_be_read_is_refused_in_words(body: bytes, content_type: str) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get("/account/login/")  # sets the cookie, without which the form is not even read
    response = client.post("/verify/", body, content_type=content_type)
    assert response.status_code == 400
    assert "Nothing was saved" in response.content.decode()


def test_form_without_its_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@b.example"})
    assert response.status_code == 403
    assert "Nothing was saved" in response.content.decode()

"""The public page: every state in words, nothing more than it must say, one answer for all unknown codes."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audits.models import Certificate
from reports.selectors import certificate_check
from reports.views import verification
from tests.factories import make_audit
from tests.reports.rows import make_certificate

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


@pytest.fixture
def certificate() -> Certificate:
    return make_certificate(make_audit(), valid_until=date(2999, 1, 1))


def page(code: str, **headers: str) -> Any:
    return Client().get(f"/verify/{code}/", headers=headers)


def body(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("fields", "state", "since"),
    [
        ({}, "active", date(2026, 9, 14)),
        ({"status": "suspended"}, "suspended", date(2026, 9, 14)),
        ({"status": "withdrawn"}, "withdrawn", date(2026, 9, 14)),
        ({"status": "superseded"}, "superseded", date(2026, 9, 14)),
        ({"valid_until": TODAY}, "active", date(2026, 9, 14)),
        ({"valid_until": date(2026, 11, 19)}, "expired", TODAY),
        ({"status": "suspended", "valid_until": date(2026, 11, 1)}, "expired", date(2026, 11, 2)),
        ({"status": "withdrawn", "valid_until": date(2026, 11, 1)}, "withdrawn", date(2026, 9, 14)),
        ({"valid_from": date(2026, 12, 1)}, "not_yet", date(2026, 12, 1)),
    ],
)
def test_certificate_check_tells_state_and_since(fields: dict[str, Any], state: str, since: date) -> None:
    certificate = make_certificate(make_audit(), **fields)
    check = certificate_check(certificate.code, language="en", today=TODAY)
    assert check is not None
    assert (check.state, check.since) == (state, since)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("active", "is valid"),
        ("suspended", "may not be relied on"),
        ("withdrawn", "no longer valid"),
        ("superseded", "newer"),
    ],
)
def test_verify_says_the_state_in_words(certificate: Certificate, status: str, words: str) -> None:
    Certificate.objects.update(status=status)
    response = page(certificate.code)
    assert response.status_code == 200
    assert words in body(response)
    assert "In doubt?" in body(response)


def test_verify_names_what_is_on_the_paper_and_no_more(certificate: Certificate) -> None:
    text = body(page(certificate.code))
    audit = certificate.audit
    for words in (audit.auditee.name, audit.centre.name, "Base", certificate.number, audit.scope, "1 Jan 2999"):
        assert words in text
    for words in (audit.reference, str(certificate.audit.created_by), audit.created_by.email, "total"):
        assert words not in text


def test_verify_takes_the_code_as_people_type_it(certificate: Certificate) -> None:
    assert page(certificate.code.upper()).status_code == 200


def test_verify_answers_alike_for_every_unknown_code(certificate: Certificate) -> None:
    codes = ["0" * 32, "x", "0" * 500, "%00", "..%2e", "<script>", "' OR 1=1 --", certificate.code[:-1], "码"]
    answers = {code: page(code) for code in codes}
    assert {response.status_code for response in answers.values()} == {404}
    token = re.compile(r'"X-CSRFToken": "[^"]*"|nonce="[^"]*"')
    bodies = {token.sub("", body(response)) for response in answers.values()}
    assert len(bodies) == 1
    assert "There is no certificate with this code" in bodies.pop()


def test_verify_speaks_the_language_of_the_browser_or_the_one_asked_for(certificate: Certificate) -> None:
    assert 'lang="zh-hant"' in body(page(certificate.code, **{"accept-language": "zh-hant"}))
    asked = Client().get(f"/verify/{certificate.code}/?lang=zh-hans", headers={"accept-language": "en"})
    assert '<html lang="zh-hans"' in body(asked)
    assert '<html lang="en"' in body(Client().get(f"/verify/{certificate.code}/?lang=xx"))


def test_verify_needs_no_account_and_stores_nothing(certificate: Certificate) -> None:
    response = page(certificate.code)
    assert response["Cache-Control"] == "no-store"
    assert "sessionid" not in response.cookies


def test_verify_is_throttled(certificate: Certificate, monkeypatch: Any) -> None:
    monkeypatch.setattr(verification, "MOST_PER_MINUTE", 2)
    assert [page("0" * 32).status_code for _attempt in range(3)] == [404, 404, 429]
    assert page(certificate.code).status_code == 429


def test_verify_takes_few_queries(certificate: Certificate) -> None:
    page(certificate.code)
    with CaptureQueriesContext(connection) as captured:
        page(certificate.code)
    assert len(captured) <= 2


def test_verify_refuses_other_methods(certificate: Certificate) -> None:
    assert Client().post(f"/verify/{certificate.code}/").status_code == 405


def test_verify_form_leads_to_the_page_of_the_code() -> None:
    assert Client().get("/verify/").status_code == 200
    assert Client().get("/verify/", {"code": " ab cd "}).url == "/verify/abcd/"
    assert Client().get("/verify/", {"code": "//evil.example"}).status_code == 200

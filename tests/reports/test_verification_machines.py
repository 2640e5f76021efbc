"""What machines and people without an account get: signed status, credential, certificate, and the check of a file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audits.models import Certificate
from reports.pdf import write
from reports.signing.keys import key_of
from reports.signing.source import KeySource
from reports.views import checking
from tests.factories import AT, make_audit
from tests.reports.rows import make_certificate
from tests.reports.signed import make_document, own_key, sign_report

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).resolve().parents[2] / "docs" / "verification.md"


@pytest.fixture(autouse=True)
def _own_key(settings: Any, tmp_path: Path) -> None:
    cache.clear()
    settings.SIGNING = KeySource(tmp_path / "signing")
    settings.PUBLIC_URL = "https://touchstone.example"


@pytest.fixture
def certificate() -> Certificate:
    return make_certificate(make_audit(), valid_until=date(2999, 1, 1))


def body(response: HttpResponse) -> str:
    return response.content.decode()


def send(data: bytes, language: str = "en") -> Any:
    file = SimpleUploadedFile("report.pdf", data, "application/pdf")
    return Client().post(f"/verify/file/?lang={language}", {"file": file})


def test_the_status_is_signed_and_the_documented_program_checks_it(certificate: Certificate, tmp_path: Path) -> None:
    program = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert program
    answer = Client().get(f"/verify/{certificate.code}.json")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=300")
    pem = tmp_path / "issuer.pem"
    pem.write_bytes(Client().get("/verify/issuer.pem").content)
    found = {}
    for name, text in (("good", body(answer)), ("bad", body(answer).replace('"active"', '"expired"'))):
        file = tmp_path / f"{name}.json"
        file.write_text(text)
        command = [sys.executable, "-c", program[1], str(file), str(pem)]
        found[name] = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (found["good"].returncode, found["good"].stdout) == (0, "active\n")
    assert found["bad"].returncode == 1
    assert "InvalidSignature" in found["bad"].stderr


def test_the_status_says_what_the_page_says_and_until_when_it_may_be_kept(certificate: Certificate) -> None:
    Certificate.objects.update(status="suspended")
    document = json.loads(body(Client().get(f"/verify/{certificate.code}.json")))["document"]
    audit = certificate.audit
    assert (document["status"], document["since"]) == ("suspended", "2026-09-14")
    assert document["certificate"] == certificate.number
    assert document["sites"] == [
        {"name": audit.centre.name, "city": audit.centre.city, "country": "HK", "scope": audit.scope}
    ]
    assert document["checked"] < document["expires"]
    assert document["url"] == f"https://touchstone.example/verify/{certificate.code}/"


def test_a_superseded_certificate_names_the_one_that_took_its_place(certificate: Certificate) -> None:
    Certificate.objects.update(status="superseded")
    certificate.events.create(step="supersede", on=date(2026, 9, 20), reason="TS-2026-00099", at=AT)
    document = json.loads(body(Client().get(f"/verify/{certificate.code}.json")))["document"]
    assert document["superseded_by"] == "TS-2026-00099"
    assert "TS-2026-00099" in body(Client().get(f"/verify/{certificate.code}/"))


def test_the_credential_is_an_open_badge_signed_with_the_published_key(certificate: Certificate) -> None:
    import base64

    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    def part(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    answer = Client().get(f"/verify/{certificate.code}.jwt")
    assert answer["Content-Type"] == "application/vc+jwt"
    head, payload, signature = body(answer).split(".")
    jwk = Client().get("/verify/key.json").json()
    x, y = (int.from_bytes(part(jwk[name])) for name in "xy")
    raw = part(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(der, f"{head}.{payload}".encode(), ec.ECDSA(SHA256()))
    badge = json.loads(part(payload))
    assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert badge["credentialSubject"]["achievement"]["description"] == certificate.audit.scope
    assert json.loads(part(head))["kid"].endswith(f"/verify/key.json#{jwk['kid']}")


@pytest.mark.parametrize("status", ["suspended", "withdrawn", "superseded"])
def test_no_credential_is_handed_out_for_what_may_not_be_relied_on(certificate: Certificate, status: str) -> None:
    Certificate.objects.update(status=status)
    answer = Client().get(f"/verify/{certificate.code}.jwt")
    assert (answer.status_code, answer.json()["status"]) == (410, status)


@pytest.mark.parametrize("end", [".json", ".jwt"])
def test_machines_learn_nothing_of_unknown_codes(certificate: Certificate, end: str) -> None:
    answers = [Client().get(f"/verify/{code}{end}") for code in ("0" * 32, "x", certificate.code[:-1], "%00")]
    assert {(answer.status_code, body(answer)) for answer in answers} == {(404, '{"error": "unknown"}')}


def test_machines_take_few_queries(certificate: Certificate) -> None:
    with CaptureQueriesContext(connection) as captured:
        Client().get(f"/verify/{certificate.code}.json")
    assert len(captured) == 2  # the certificate, and its sites


def test_a_key_that_does_not_open_is_no_500(certificate: Certificate, settings: Any, tmp_path: Path) -> None:
    settings.SIGNING = KeySource(tmp_path, key=str(tmp_path / "gone.pem"))
    assert Client().get(f"/verify/{certificate.code}.json").status_code == 503
    assert Client().get("/verify/issuer.pem").status_code == 503
    assert Client().get("/verify/file/").status_code == 200


def test_a_file_of_ours_holds_and_says_so_in_the_language_asked_for(settings: Any) -> None:
    data = sign_report(make_document(), key_of(settings.SIGNING))
    for language, words, signer in (
        ("en", "Nothing contradicts", "with exactly the certificate that you trust"),
        ("zh-hant", "沒有任何內容與", "所用正是您信任的憑證"),
    ):
        answer = send(data, language)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        assert words in body(answer)
        assert signer in body(answer)


def test_a_file_by_another_signer_does_not_hold(tmp_path: Path) -> None:
    text = body(send(sign_report(make_document(), own_key(tmp_path / "other"))))
    assert "Do not rely on" in text
    assert "Another signer with the same name" in text


@pytest.mark.parametrize("data", [b"Hello", b"%PDF-1.7\n" + b"\0" * 2000])
def test_what_is_no_file_of_ours_is_told_so(data: bytes) -> None:
    answer = send(data)
    assert answer.status_code == 422
    assert "Cannot be checked" in body(answer)


def test_another_pdf_is_told_that_it_carries_nothing() -> None:
    data, _pages = write('<html lang="en"><title>Seen</title><p>Seen.', css="", identifier=b"x" * 32, at=AT)
    assert "carries no manifest.json" in body(send(data))


def test_a_file_that_is_too_large_or_missing_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr("reports.forms.MOST_CHECKED", 10)
    assert "at most 30 MB" in body(send(b"x" * 11))
    assert Client().post("/verify/file/").status_code == 422


def test_files_are_throttled(monkeypatch: Any) -> None:
    monkeypatch.setattr(checking, "MOST_PER_MINUTE", 1)
    assert [Client().post("/verify/file/").status_code for _attempt in range(2)] == [422, 429]

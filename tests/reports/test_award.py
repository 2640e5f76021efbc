"""The certificate of an award: who gets it, and that it says what the frozen results say."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate
from django.conf import settings
from django.urls import reverse
from pypdf import PdfReader

from awards.services.results import results_announce, results_freeze
from ledger.chain import canonical
from reports.signing.keys import key_of
from tests.awards.scenes import OVER, make_judging

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_winner_gets_one_page_that_says_what_was_frozen(client: Client) -> None:
    scene = make_judging(2, 2)
    scene.assign()
    best = scene.entries[0]
    best.organisation.name = "長青互惠銀行 Evergreen"
    best.organisation.save()
    scene.score(lambda entry, _judge: (5, 5) if entry == best else (1, 1))
    result = results_freeze(programme_id=scene.programme.pk, by=scene.chair, at=OVER)
    address = reverse("award_files:certificate", args=[best.code])
    client.force_login(scene.managers[0])
    assert client.get(address).status_code == 404
    results_announce(programme_id=scene.programme.pk, embargo_until=None, by=scene.chair, at=OVER)
    assert address in client.get(reverse("awards:entry", args=[best.code])).content.decode()
    reader = PdfReader(io.BytesIO(client.get(address).content))
    assert len(reader.pages) == 1
    assert "/Sig" in str(reader.trailer["/Root"]["/AcroForm"]["/Fields"][0].get_object()["/FT"])
    words = "".join(reader.pages[0].extract_text().split())
    for said in ("Gold", "長青互惠銀行", "Smallaward2026", result.sha256):
        assert said in words
    client.force_login(scene.managers[1])
    assert client.get(address).status_code == 404  # another entrant
    other = reverse("award_files:certificate", args=[scene.entries[1].code])
    assert client.get(other).status_code == 404  # won nothing


def test_frozen_results_are_signed_as_they_were_hashed(client: Client) -> None:
    scene = make_judging(2, 2)
    scene.assign()
    scene.score(lambda entry, _judge: (entry.pk % 5, 3))
    address = reverse("award_files:results_signed", args=[scene.programme.code])
    client.force_login(scene.chair)
    assert client.get(address).status_code == 404
    result = results_freeze(programme_id=scene.programme.pk, by=scene.chair, at=OVER)
    given = client.get(address).json()
    assert canonical(given["document"]) == result.content
    body = base64.urlsafe_b64encode(result.content.encode()).rstrip(b"=").decode()
    signature = base64.urlsafe_b64decode(given["signature"] + "==")
    halves = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    public = load_der_x509_certificate(key_of(settings.SIGNING).certificate.dump()).public_key()
    message = f"{given['protected']}.{body}".encode()
    public.verify(encode_dss_signature(*halves), message, ec.ECDSA(hashes.SHA256()))
    client.force_login(scene.managers[0])
    assert client.get(address).status_code == 403

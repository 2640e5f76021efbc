"""What leaves the awards: certificates and plaques, and results with a signature that anybody can check."""

from __future__ import annotations

import base64
import io
import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from awards.models import ResultSignature
from awards.services.results import SIGN_TASK, result_correct, results_announce, results_freeze
from ledger.chain import canonical
from ledger.models import Entry, OutboxMessage
from reports.checking import UnusableError, check, trusted_from
from reports.checking.apart import check_apart
from reports.selectors.awards import signed_file
from reports.services import results_sign
from reports.signing.jose import certificates_pem
from reports.signing.keys import key_of
from reports.tasks import results_sign as results_sign_task
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
    plaque = reverse("award_files:plaque", args=[best.code])
    reader = PdfReader(io.BytesIO(client.get(plaque, {"award": "gold"}).content))
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [200, 250]
    words = "".join(reader.pages[0].extract_text().split())
    for said in ("Gold", "長青互惠銀行", "Smallaward", "2026", result.sha256):
        assert said in words
    assert client.get(plaque, {"award": "silver"}).status_code == 404
    client.force_login(scene.managers[1])
    assert client.get(address).status_code == 404  # another entrant
    assert client.get(plaque).status_code == 404
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


@pytest.fixture
def frozen():
    scene = make_judging(3, 2)
    scene.assign()
    best = scene.entries[0].pk
    scene.score(lambda entry, judge: (5, 3) if entry.pk == best else (2 + judge.pk % 2, 3))
    return scene, results_freeze(programme_id=scene.programme.pk, by=scene.chair, at=OVER)


def rows_of(text: str, trust: bool = True) -> dict[str, str]:
    trusted = trusted_from(certificates_pem(key_of(settings.SIGNING)).encode()) if trust else ()
    return {row.check: row.state for row in check(text.encode(), trusted).rows}


GOOD_ROWS = {"seal": "good", "signer": "good", "replay": "good", "code": "good", "winners": "good"}


def test_freezing_leaves_a_task_that_signs_once_and_the_ledger_knows(frozen) -> None:
    scene, result = frozen
    message = OutboxMessage.objects.get(task=SIGN_TASK)
    assert message.argument == str(result.pk)
    assert message.task == results_sign_task.name
    results_sign_task(message.argument)
    results_sign_task(message.argument)
    row = ResultSignature.objects.get()
    assert row.fingerprint == key_of(settings.SIGNING).fingerprint
    entry = Entry.objects.get(action="award.results_signed")
    assert json.loads(entry.content)["payload"]["sha256"] == result.sha256
    assert rows_of(signed_file(result)) == {**GOOD_ROWS, "corrections": "open"}
    result_correct(programme_id=scene.programme.pk, text="A name.", by=scene.chair, at=OVER)
    result_correct(programme_id=scene.programme.pk, text="Another.", by=scene.chair, at=OVER)
    assert results_sign(result_id=result.pk, at=OVER) == 2
    assert rows_of(signed_file(result)) == {**GOOD_ROWS, "corrections": "good"}
    assert rows_of(signed_file(result), trust=False)["signer"] == "open"


def test_whatever_is_changed_in_signed_results_is_found(frozen) -> None:
    scene, result = frozen
    result_correct(programme_id=scene.programme.pk, text="A name.", by=scene.chair, at=OVER)
    results_sign(result_id=result.pk, at=OVER)
    whole = json.loads(signed_file(result))

    def bad(change) -> set[str]:
        other = deepcopy(whole)
        change(other)
        return {check for check, state in rows_of(json.dumps(other)).items() if state == "bad"}

    def top_score(other) -> None:
        scores = other["document"]["stages"][0]["facts"]["scores"]
        for score in scores:
            score[3] = 5 - score[3]

    assert bad(lambda _other: None) == set()
    assert bad(top_score) == {"seal", "replay", "corrections"}
    assert bad(lambda other: other["document"]["winners"].clear()) == {"seal", "winners", "corrections"}
    assert bad(lambda other: other["document"]["programme"].update(year=1999)) == {"seal", "corrections"}
    assert bad(lambda other: other.pop("signature")) == {"seal"}
    assert bad(lambda other: other.update(signature="AAAA")) == {"seal"}
    assert bad(lambda other: other["corrections"][0]["document"].update(text="B")) == {"corrections"}
    assert bad(lambda other: other["document"].update(stages=[{}])) >= {"seal", "replay", "winners"}
    assert "seal" in bad(lambda other: other.update(certificates="no"))
    for junk in (b"{", b"{}", b'{"document": {"format": "other"}}', b'{"document": []}'):
        with pytest.raises(UnusableError):
            check(junk)


def test_results_are_checked_by_command_and_by_the_public_page(frozen, client: Client, tmp_path, capsys) -> None:
    _scene, result = frozen
    results_sign(result_id=result.pk, at=OVER)
    file, trust = tmp_path / "results.json", tmp_path / "issuer.pem"
    file.write_text(signed_file(result), encoding="utf-8")
    trust.write_text(certificates_pem(key_of(settings.SIGNING)), encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        call_command("verify_results", str(file), "--trust", str(trust), "--json")
    assert done.value.code == 0
    assert json.loads(capsys.readouterr().out)["holds"] is True
    file.write_text(signed_file(result).replace("Small award", "Great award"), encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        call_command("verify_results", str(file), "--trust", str(trust))
    assert done.value.code == 1
    assert "IT DOES NOT HOLD" in capsys.readouterr().out
    assert check_apart(signed_file(result).encode(), trust=trust.read_text()).holds
    page = client.post(reverse("verify_file"), {"file": io.BytesIO(signed_file(result).encode())}).content.decode()
    assert "Small award" in page
    assert result.sha256 in page


def test_a_key_that_cannot_be_used_leaves_the_results_frozen_and_says_so(frozen, client: Client, settings) -> None:
    scene, result = frozen
    settings.SIGNING = replace(settings.SIGNING, key="/nowhere/key.pem")
    client.force_login(scene.chair)
    page = reverse("awards:results", args=[scene.programme.code])
    answer = client.post(reverse("award_files:results_sign", args=[scene.programme.code]), follow=True)
    assert "cannot be signed now" in answer.content.decode()
    assert "not signed yet" in client.get(page).content.decode()
    assert not result.signatures.exists()
    client.force_login(scene.managers[0])
    assert client.post(reverse("award_files:results_sign", args=[scene.programme.code])).status_code == 403

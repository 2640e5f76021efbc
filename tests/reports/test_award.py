"""The certificate of an award: who gets it, and that it says what the frozen results say."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from pypdf import PdfReader

from awards.services.results import results_announce, results_freeze
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
    words = "".join(reader.pages[0].extract_text().split())
    for said in ("Gold", "長青互惠銀行", "Smallaward2026", result.sha256):
        assert said in words
    client.force_login(scene.managers[1])
    assert client.get(address).status_code == 404  # another entrant
    other = reverse("award_files:certificate", args=[scene.entries[1].code])
    assert client.get(other).status_code == 404  # won nothing

"""What was submitted stays what it was: no new edition, market figure, edit of the centre or passing day changes it."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Centre
from audits.models import Audit
from audits.selectors.case import asked_codes, audit_score, finding_counts
from benchmarks.models import MarketRelease
from standards.services import edition_load, edition_publish
from tests.audits.scenes import Scene, make_scene
from tests.factories import AT, edition_document

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from standards.models import Edition

pytestmark = pytest.mark.django_db
PAGES = ("audit_detail", "sheet", "market")
LATER = datetime(2031, 1, 1, tzinfo=UTC)


def published(version: str, *, worth: int = 40, conditional: bool = False) -> Edition:
    """Publish an edition in which block A is worth so much; with a condition, A1.2 is asked of voice centres only."""
    document = edition_document(version)
    document["blocks"][0]["points"], document["blocks"][1]["points"] = worth, 100 - worth
    if conditional:
        words = ["voice", "bot"]
        document["facts"].append({"code": "channels", "title": {"en": "Channels"}, "type": "list", "choices": words})
        document["blocks"][0]["clauses"][0]["criteria"][1]["when"] = {"fact": "channels", "includes": ["voice"]}
    text = re.sub(r'"([0-5])": \{"en"', r'\1: {"en"', json.dumps(document))
    return edition_publish(edition=edition_load(data=text, at=AT).edition, at=AT)


def shown(client: Client, scene: Scene) -> dict[str, Any]:
    """Return what the pages say and what is stored; without the token of the form."""
    client.force_login(scene.people["leader"])
    pages = {}
    for name in PAGES:
        text = client.get(reverse(f"audits:{name}", args=[scene.audit.pk])).content.decode()
        pages[name] = re.sub(r"csrfmiddlewaretoken[^>]*|nonce=\"[^\"]*\"|X-CSRFToken[^}]*", "", text)
    return {**pages, "row": Audit.objects.values("result", "result_sha256", "status", "market").get(pk=scene.audit.pk)}


def test_hash_of_the_result_is_that_of_its_canonical_form() -> None:
    audit = make_scene("closed").audit
    assert hashlib.sha256(rfc8785.dumps(audit.result)).hexdigest() == audit.result_sha256


def test_another_version_of_the_edition_changes_nothing(client: Client) -> None:
    scene = make_scene("closed", edition=published("frozen-1"))
    before = shown(client, scene)
    published("frozen-2", worth=70)
    MarketRelease.objects.create(code="2031", title="2031", sha256="c" * 64, status="published", loaded_at=LATER)
    assert shown(client, scene) == before


@pytest.mark.parametrize("status", ["technical_review", "decision", "closed"])
def test_centre_that_changes_its_channels_later_changes_nothing(client: Client, status: str) -> None:
    scene = make_scene(status, edition=published("frozen-3", conditional=True))
    before = shown(client, scene)
    assert "6 of 6" in before["sheet"]
    Centre.objects.filter(pk=scene.audit.centre_id).update(channels=["bot"])
    assert shown(client, scene) == before


def test_before_submission_the_channels_of_the_centre_count() -> None:
    scene = make_scene("fieldwork", edition=published("frozen-4", conditional=True))
    Centre.objects.filter(pk=scene.audit.centre_id).update(channels=["bot"])
    audit = Audit.objects.get(pk=scene.audit.pk)
    assert "A1.2" not in asked_codes(audit)
    assert "A1.1" in asked_codes(audit)


def test_time_that_passes_changes_nothing() -> None:
    scene = make_scene("closed")  # with a minor nonconformity that is still open, due in December 2026
    answers = list(scene.audit.answers.select_related("criterion"))
    on_the_day = audit_score(scene.audit, answers, today=AT.date())
    assert audit_score(scene.audit, answers, today=(AT + timedelta(days=900)).date()) == on_the_day
    assert on_the_day.tiers[0].attained is True


def test_open_audit_counts_the_days() -> None:
    audit = make_scene("fieldwork").audit
    assert [finding_counts(audit, today=day.date())["minor_late"] for day in (AT, LATER)] == [0, 1]


def test_ledger_and_evidence_verify_after_the_whole_life(
    settings: SettingsWrapper, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EVIDENCE_DIR = tmp_path
    make_scene("closed")
    call_command("verify_ledger")
    call_command("verify_evidence")
    assert "0 damaged or missing" in capsys.readouterr().out

"""Receipts of saves go after ninety days, and what is sent again then is still no second save."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command

from audits.models import SaveReceipt
from audits.operations import Fields, Operation
from audits.services.receipts import RECEIPT_DAYS, receipts_prune
from audits.services.syncing import operation_apply
from tests.audits.scenes import make_scene
from tests.factories import AT

pytestmark = pytest.mark.django_db


def test_old_receipts_go_and_a_late_repetition_changes_nothing() -> None:
    scene = make_scene(answered=False)
    base = Fields(level="", na_reason="", note="")
    operation = Operation(
        key=uuid.uuid4(),
        answer=scene.answer.pk,
        revision=0,
        base=base,
        content=Fields(level="3", na_reason="", note="Seen."),
        resolves=None,
        sha256="0" * 64,
    )
    by = scene.people["leader"]
    assert operation_apply(audit_id=scene.audit.pk, operation=operation, by=by, at=AT).state == "saved"
    assert receipts_prune(at=AT + timedelta(days=RECEIPT_DAYS)) == 0
    assert receipts_prune(at=AT + timedelta(days=RECEIPT_DAYS, seconds=1)) == 1
    assert not SaveReceipt.objects.exists()
    again = operation_apply(audit_id=scene.audit.pk, operation=operation, by=by, at=AT + timedelta(days=100))
    scene.answer.refresh_from_db()
    assert (again.state, scene.answer.revision, scene.answer.note) == ("unchanged", 1, "Seen.")


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prune_receipts", "--json")
    assert capsys.readouterr().out == '{"pruned": 0}\n'

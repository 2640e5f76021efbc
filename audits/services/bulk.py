"""Answering several criteria at once: on exactly what was previewed, whole or not at all, and undone in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.answering import AnswerBulk
from audits.models import Answer
from audits.selectors.bulk import bulk_plan
from audits.services.answers import LONGEST_TEXT, AnswerInput, answer_save
from audits.services.errors import BulkRefusedError
from audits.services.locking import audit_lock, subject_of
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit
    from audits.selectors.bulk import BulkPlan, Together


def answers_bulk_preview(*, audit: Audit, answer_ids: Collection[int], wanted: Together) -> BulkPlan:
    """Return the plan; nothing is written. Raises ``BulkRefusedError``: bad_text, nothing_chosen."""
    if "\x00" in wanted.note + wanted.na_reason or len(wanted.note + wanted.na_reason) > LONGEST_TEXT:
        raise BulkRefusedError("bad_text")
    plan = bulk_plan(audit, answer_ids, wanted)
    if not plan.data["rows"]:
        raise BulkRefusedError("nothing_chosen")
    if any(len(row["after"]["note"] + row["after"]["na_reason"]) > LONGEST_TEXT for row in plan.changes):
        raise BulkRefusedError("bad_text")
    return plan


@transaction.atomic
def answers_bulk_save(
    *, audit_id: int, answer_ids: Collection[int], wanted: Together, fingerprint: str, by: User, at: datetime
) -> AnswerBulk:
    """Save all answers that the plan with this ``fingerprint`` sets; each is a save of its own in history and ledger.

    Raises ``NotEditableError`` and ``BulkRefusedError``: plan_changed when anything is not as it was when the preview
    was made, nothing_to_set, and what the preview raises.
    """
    _lock(audit_id, answer_ids)
    audit = audit_lock(audit_id, within=EDITABLE)
    plan = answers_bulk_preview(audit=audit, answer_ids=answer_ids, wanted=wanted)
    if plan.fingerprint != fingerprint:
        raise BulkRefusedError("plan_changed")
    if not plan.changes:
        raise BulkRefusedError("nothing_to_set")
    for row in plan.changes:
        content = AnswerInput(**row["after"])
        answer_save(answer_id=row["answer"], content=content, revision=row["revision"], by=by, at=at)
    made = AnswerBulk.objects.create(audit=audit, plan=plan.data, plan_sha256=plan.fingerprint, by=by, at=at)
    payload = {"plan_sha256": plan.fingerprint, "criteria": [row["code"] for row in plan.changes]}
    ledger_append(action="answers.set_together", subject=subject_of(audit), by=by, at=at, payload=payload)
    return made


@transaction.atomic
def answers_bulk_undo(*, bulk_id: int, by: User, at: datetime) -> AnswerBulk:
    """Put every answer back as it was before, as long as none of them was saved since.

    Raises ``NotEditableError`` and ``BulkRefusedError``: undone_already, answered_meanwhile.
    """
    bulk = AnswerBulk.objects.get(pk=bulk_id)
    rows = [row for row in bulk.plan["rows"] if row["what"] == "set"]
    found = _lock(bulk.audit_id, [row["answer"] for row in rows])
    audit = audit_lock(bulk.audit_id, within=EDITABLE)
    bulk = AnswerBulk.objects.select_for_update().get(pk=bulk_id)
    if bulk.undone_at is not None:
        raise BulkRefusedError("undone_already")
    if any(found.get(row["answer"]) != row["revision"] + 1 for row in rows):
        raise BulkRefusedError("answered_meanwhile")
    for row in rows:
        content = AnswerInput(**row["before"])
        answer_save(answer_id=row["answer"], content=content, revision=row["revision"] + 1, by=by, at=at)
    bulk.undone_by, bulk.undone_at = by, at
    bulk.save(update_fields=["undone_by", "undone_at"])
    payload = {"plan_sha256": bulk.plan_sha256, "criteria": [row["code"] for row in rows]}
    ledger_append(action="answers.set_back", subject=subject_of(audit), by=by, at=at, payload=payload)
    return bulk


def _lock(audit_id: int, answer_ids: Collection[int]) -> dict[int, int]:
    """Lock the answers, before the audit as whoever saves one does, and return their revisions."""
    rows = Answer.objects.select_for_update(no_key=True).filter(audit=audit_id, pk__in=list(answer_ids)).order_by("pk")
    return dict(rows.values_list("pk", "revision"))

"""A save that a program sends under a key of its own: however often it is sent, it is done once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.models import SaveReceipt
from audits.operations import fingerprint
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import KeyReusedError

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from accounts.models import User
    from audits.models import Answer


@transaction.atomic
def answer_save_once(
    *, answer: Answer, content: AnswerInput, revision: int, key: uuid.UUID, by: User, at: datetime
) -> Answer:
    """Store an answer as ``answer_save``; under a key that was used for the same, return what was stored then.

    Raises as ``answer_save``, and KeyReusedError. What is refused is not remembered, so that it can be sent again.
    """
    sha256 = fingerprint(["answer", answer.pk, revision, content.level, content.na_reason, content.note])
    receipt = SaveReceipt.objects.filter(pk=key).first()
    if receipt is None:
        saved = answer_save(answer_id=answer.pk, content=content, revision=revision, by=by, at=at)
        made = SaveReceipt(
            key=key, user=by, audit=saved.audit, sha256=sha256, response={"revision": saved.revision}, at=at
        )
        # Twice at the same time is the same save: the second found the answer as it wanted it.
        SaveReceipt.objects.bulk_create([made], ignore_conflicts=True)
        return saved
    if (receipt.user_id, receipt.sha256) != (by.pk, sha256):
        raise KeyReusedError
    return _as_of(answer, content, receipt.response["revision"])


def _as_of(answer: Answer, content: AnswerInput, revision: int) -> Answer:
    """Return the answer as it was with this content at this revision; of the very first nobody is known."""
    then = answer.revisions.select_related("by").filter(revision=revision).first()
    answer.level, answer.na_reason, answer.note, answer.revision = (
        *(content.level, content.na_reason, content.note),
        revision,
    )
    answer.answered_by, answer.answered_at = (then.by, then.at) if then else (None, None)
    return answer

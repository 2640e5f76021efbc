"""The technical review, answer by answer: reviewed or returned; what the team says to a returned one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.answering import AnswerReview, ReviewMark
from audits.models import Answer, AuditStatus
from audits.selectors.reviewing import standing
from audits.services.answers import LONGEST_TEXT
from audits.services.errors import LeftEditionError, NotEditableError, ReviewRefusedError
from audits.services.locking import locked, subject_of
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from accounts.models import User

MARKS = frozenset({ReviewMark.REVIEWED, ReviewMark.RETURNED, ReviewMark.CLEARED})


@transaction.atomic
def answer_review(
    *, answer_id: int, mark: ReviewMark, reason: str, revision: int, by: User, at: datetime
) -> AnswerReview:
    """Mark an answer reviewed, or returned with a reason, or take the mark back. The same mark again writes nothing.

    Raises ``NotEditableError`` outside the technical review, and ``ReviewRefusedError``: bad_mark, no_reason, bad_text,
    answered_meanwhile (the reviewer saw another revision), actor_on_team, actor_audited.
    """
    answer = _fetched(answer_id, within={AuditStatus.TECHNICAL_REVIEW})
    reason = reason.strip()
    if mark not in MARKS:
        raise ReviewRefusedError("bad_mark")
    if answer.audit.team.filter(user=by).exists():
        raise ReviewRefusedError("actor_on_team")
    if answer.audit.auditee_id != answer.audit.conductor_id and by.has_role(answer.audit.auditee_id):
        raise ReviewRefusedError("actor_audited")
    if mark == ReviewMark.RETURNED and not reason:
        raise ReviewRefusedError("no_reason")
    if revision != answer.revision:
        raise ReviewRefusedError("answered_meanwhile")
    return _marked(answer, mark, reason, by=by, at=at)


@transaction.atomic
def answer_acknowledge(*, answer_id: int, reason: str, by: User, at: datetime) -> AnswerReview:
    """Let a returned answer stand as it is, and say why; answering it anew needs no such word.

    Raises ``NotEditableError`` outside fieldwork, and ``ReviewRefusedError``: not_returned, no_reason, bad_text.
    """
    answer = _fetched(answer_id, within=EDITABLE)
    found = standing(answer.reviews.order_by("pk").last(), answer)
    if found is None or found.mark != ReviewMark.RETURNED:
        raise ReviewRefusedError("not_returned")
    if not reason.strip():
        raise ReviewRefusedError("no_reason")
    return _marked(answer, ReviewMark.ACKNOWLEDGED, reason.strip(), by=by, at=at)


def _fetched(answer_id: int, *, within: Collection[str]) -> Answer:
    answer = locked(
        Answer.objects.select_for_update(of=("self", "audit"))
        .select_related("audit", "criterion")
        .defer("criterion__anchors", "criterion__look_at", "criterion__evidence")
        .filter(pk=answer_id)
    )
    if answer.audit.status not in within:
        raise NotEditableError(answer.audit.status)
    if answer.criterion.edition_id != answer.audit.edition_id:
        raise LeftEditionError
    return answer


def _marked(answer: Answer, mark: ReviewMark, reason: str, *, by: User, at: datetime) -> AnswerReview:
    if "\x00" in reason or len(reason) > LONGEST_TEXT:
        raise ReviewRefusedError("bad_text")
    last = answer.reviews.order_by("pk").last()
    if last is not None and (last.mark, last.reason, last.revision) == (mark, reason, answer.revision):
        return last
    made = AnswerReview.objects.create(answer=answer, revision=answer.revision, mark=mark, reason=reason, by=by, at=at)
    ledger_append(
        action=f"answer.{mark}",
        subject=subject_of(answer.audit),
        by=by,
        at=at,
        payload={"criterion": answer.criterion.code, "revision": answer.revision, "reason": reason},
    )
    return made

"""A technical review half way: some answers reviewed, two returned with what the team should do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.answering import ReviewMark
from audits.models import Audit, AuditStatus
from audits.services.reviewing import answer_review
from reports.demo.people import BODY

if TYPE_CHECKING:
    from reports.demo.play import World

LOOKED_AT = 34
RETURNED = {
    7: "Which two agents were asked? Name their teams, not their names.",
    20: "The note speaks of voice only. What was seen in e-mail and chat?",
}


def review_half(world: World) -> None:
    """Let the audit manager go through the first answers of what waits for technical review."""
    waiting = Audit.objects.filter(status=AuditStatus.TECHNICAL_REVIEW, conductor=world.organisations[BODY])
    for audit in waiting.order_by("pk"):
        if audit.submitted_at is None:
            continue
        answers = audit.current_answers.order_by("criterion__position")[:LOOKED_AT]
        for position, answer in enumerate(answers):
            reason = RETURNED.get(position, "")
            answer_review(
                answer_id=answer.pk,
                mark=ReviewMark.RETURNED if reason else ReviewMark.REVIEWED,
                reason=reason,
                revision=answer.revision,
                by=world.people["daniel"],
                at=audit.submitted_at + timedelta(days=3, minutes=2 * position),
            )

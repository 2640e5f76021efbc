"""Where answers stand in the technical review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery

from audits.answering import AnswerReview, ReviewMark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.models import Answer, Audit

# Marks that say something about the answer as it stands; the others only end what was said before.
STANDING = frozenset({ReviewMark.REVIEWED, ReviewMark.RETURNED})


def standing(last: AnswerReview | None, answer: Answer) -> AnswerReview | None:
    """Return the mark that holds: the last one, while the answer has the revision it was made on."""
    if last is None or last.revision != answer.revision or last.mark not in STANDING:
        return None
    return last


def returned_count(audit: Audit) -> int:
    """Count the answers that are sent back as they stand; one query."""
    last = AnswerReview.objects.filter(answer=OuterRef("pk")).order_by("-pk")
    marked = audit.current_answers.annotate(
        mark=Subquery(last.values("mark")[:1]), on=Subquery(last.values("revision")[:1])
    )
    return marked.filter(mark=ReviewMark.RETURNED, on=F("revision")).count()


def with_reviews(answers: Sequence[Answer]) -> Sequence[Answer]:
    """Return the answers, each with the mark that holds as ``review`` (None: not looked at, or changed since).

    One query.
    """
    rows = AnswerReview.objects.filter(answer__in=[answer.pk for answer in answers]).select_related("by")
    last = {row.answer_id: row for row in rows.order_by("pk")}
    for answer in answers:
        answer.review = standing(last.get(answer.pk), answer)  # type: ignore[attr-defined] # read by the sheet's rows
    return answers

"""Everything around the answers of the sheet that a row shows and that the filters ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.access import may
from audits.answering import ReviewMark
from audits.models import AuditStatus
from audits.selectors.lastyear import with_ghosts
from audits.selectors.moving import with_former
from audits.selectors.reviewing import with_reviews
from audits.selectors.sheet import FILTERS
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from audits.models import Answer, Audit

# What a row says of itself to the page's own filters and counts. The others follow from the fields of the row.
FLAGS: dict[str, Callable[[Any], bool]] = {
    "evidence": lambda row: row.has_evidence,
    "nonconformity": FILTERS["nonconformity"],
    "mandatory": FILTERS["mandatory"],
    "mine": FILTERS["mine"],
    "returned": FILTERS["returned"],
    "reviewed": lambda row: row.review is not None and row.review.mark == ReviewMark.REVIEWED,
}


def with_surroundings(audit: Audit, answers: list[Answer], *, user: User) -> list[Answer]:
    """Return the answers with what was answered before, last year's, the reviewer's mark, and their flags.

    Six queries, whatever there is. Marks are for the team and the reviewers.
    """
    with_ghosts(audit, with_former(answers), user=user)
    return flagged(audit, answers, user=user)


def flagged(audit: Audit, answers: list[Answer], *, user: User) -> list[Answer]:
    """Return the answers with the reviewer's mark and ``flags``; two queries."""
    delegated = set(audit.sections.filter(user=user).values_list("clause", flat=True))
    if may(user, "audits.see_review", audit):
        with_reviews(answers)
    for answer in answers:
        row: Any = answer
        row.review = getattr(row, "review", None)
        row.is_mine = answer.answered_by_id == user.pk or answer.criterion.clause.code in delegated
        row.flags = " ".join(name for name, holds in FLAGS.items() if holds(row))
    return answers


def rights_on(audit: Audit, *, user: User) -> dict[str, bool]:
    """Return what the person may do in the rows now."""
    return {
        "editable": audit.status in EDITABLE and may(user, "audits.change_answer", audit),
        "reviewing": audit.status == AuditStatus.TECHNICAL_REVIEW and may(user, "audits.review_answer", audit),
        "sees_review": may(user, "audits.see_review", audit),
    }

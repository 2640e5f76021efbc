"""The comments on one criterion, as its panel shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.access import may
from accounts.views.profiles import person
from audits.selectors.talk import insiders, threads_of
from audits.services.talk import LONGEST
from audits.workflow import OVER

if TYPE_CHECKING:
    from django.http import HttpRequest

    from audits.models import Answer


def comments_context(request: HttpRequest, answer: Answer) -> dict[str, Any]:
    """Return what ``audits/drawer/comments.html`` shows: three queries; nothing, and none, for who is not inside."""
    if not may(request.user, "audits.confer", answer.audit):
        return {"confers": False}
    user = person(request.user)
    threads = threads_of(answer, user=user, at=timezone.now())
    return {
        "answer": answer,
        "confers": True,
        "threads": threads,
        "unsettled": sum(not thread.settled for thread in threads),
        "speaks": answer.audit.status not in OVER and answer.criterion.edition_id == answer.audit.edition_id,
        "people": [each for each in insiders(answer.audit) if each.pk != user.pk],
        "longest": LONGEST,
    }

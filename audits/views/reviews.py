"""The technical review in the sheet: marks on single answers, and the team's word on a returned one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.answering import ReviewMark
from audits.selectors.rows import flagged, rights_on
from audits.services.errors import NotEditableError, ReviewRefusedError
from audits.services.reviewing import answer_acknowledge, answer_review
from audits.views.drawer import get_answer
from audits.words import status_words, words_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from audits.models import Answer

LONGEST_NUMBER = 9  # digits


@permission("audits.review_answer", methods=("POST",))
def review(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Mark an answer as reviewed or returned, or take the mark back; its line and badges come back."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.review_answer", answer.audit)
    try:
        answer_review(
            answer_id=answer.pk,
            mark=_mark(request),
            reason=_reason(request),
            revision=_revision(request),
            by=person(request.user),
            at=timezone.now(),
        )
    except (ReviewRefusedError, NotEditableError) as error:
        return _refused(request, answer, error)
    return _line(request, answer)


@permission("audits.change_answer", methods=("POST",))
def acknowledge(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Let a returned answer stand, with a reason."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    try:
        answer_acknowledge(answer_id=answer.pk, reason=_reason(request), by=person(request.user), at=timezone.now())
    except (ReviewRefusedError, NotEditableError) as error:
        return _refused(request, answer, error)
    return _line(request, answer)


def _mark(request: HttpRequest) -> ReviewMark:
    """Read the mark. Raises ``ReviewRefusedError``."""
    mark = request.POST.get("mark", "")
    if mark not in ReviewMark.values:
        raise ReviewRefusedError("bad_mark")
    return ReviewMark(mark)


def _revision(request: HttpRequest) -> int:
    """Read which revision the reviewer saw. Raises ``ReviewRefusedError``."""
    text = request.POST.get("revision", "")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise ReviewRefusedError("answered_meanwhile")
    return int(text)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\r\n", "\n").strip()


def _refused(request: HttpRequest, answer: Answer, error: ReviewRefusedError | NotEditableError) -> HttpResponse:
    if isinstance(error, NotEditableError):
        return _line(request, answer, problem=status_words(error.status), status=409)
    return _line(request, answer, problem=words_for(error.code), status=422)


def _line(request: HttpRequest, answer: Answer, *, problem: str = "", status: int = 200) -> HttpResponse:
    user = person(request.user)
    (row,) = flagged(answer.audit, [answer], user=user)
    context = {
        "answer": row,
        **rights_on(answer.audit, user=user),
        "problem": problem,
        "typed": _reason(request) if problem else "",
        "out_of_band": True,
    }
    return render(request, "audits/sheet.html#reviewed", context, status=status)

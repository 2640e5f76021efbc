"""Comments on a criterion: what people inside an audit say to each other, beside the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.models import Audit
from audits.services.errors import NotEditableError
from audits.services.talk import CommentError, comment_post, comment_settle, comment_take_back
from audits.talk import AnswerComment
from audits.talk_words import REFUSALS
from audits.views.comments_section import comments_context
from audits.views.drawer import get_answer
from audits.views.once import once
from audits.words import status_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from audits.models import Answer

LONGEST_KEY = 18  # digits of an id that a database can hold


@permission("audits.confer", methods=("POST",))
@once
def comment_add(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Write a comment, or an answer to one, and show the comments anew."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.confer", answer.audit)
    text, under = request.POST.get("text", ""), request.POST.get("under", "")
    under_id = int(under) if under.isascii() and under.isdigit() and len(under) <= LONGEST_KEY else None

    def write() -> None:
        if under and under_id is None:
            raise CommentError("no_thread")
        comment_post(answer_id=answer.pk, text=text, under_id=under_id, by=person(request.user), at=timezone.now())

    return _done(request, answer, write, typed=text, under_id=under_id)


def _done(
    request: HttpRequest, answer: Answer, act: Callable[[], object], *, typed: str = "", under_id: int | None = None
) -> HttpResponse:
    """Do it and show the comments, with what was typed and why it was refused where it was."""
    problem, status = "", 200
    try:
        act()
    except CommentError as error:
        problem, status = str(REFUSALS[error.code]), 422
    except NotEditableError as error:
        problem, status = status_words(error.status), 409
    context = comments_context(request, answer) | {
        "problem": problem,
        "typed": typed if problem else "",
        "typed_under": under_id if problem else None,
    }
    return render(request, "audits/drawer/comments.html", context, status=status)


def _comment(request: HttpRequest, comment_id: int) -> tuple[AnswerComment, Answer]:
    """Fetch a comment of a visible audit with its answer, or answer 404."""
    visible = Audit.objects.visible_to(person(request.user)).order_by().values("pk")
    found = AnswerComment.objects.filter(pk=comment_id, answer__audit__in=visible).first()
    if found is None:
        raise Http404
    return found, get_answer(person(request.user), found.answer_id)


@permission("audits.confer", methods=("POST",))
def comment_settled(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Mark a thread as settled, or open it again (``settled`` is no)."""
    comment, answer = _comment(request, comment_id)
    require(request.user, "audits.confer", answer.audit)
    settled, by = request.POST.get("settled") != "no", person(request.user)
    return _done(
        request, answer, lambda: comment_settle(comment_id=comment.pk, settled=settled, by=by, at=timezone.now())
    )


@permission("audits.confer", methods=("POST",))
def comment_taken_back(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Take one's own comment back."""
    comment, answer = _comment(request, comment_id)
    require(request.user, "audits.confer", answer.audit)
    by = person(request.user)
    return _done(request, answer, lambda: comment_take_back(comment_id=comment.pk, by=by, at=timezone.now()))

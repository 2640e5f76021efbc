"""What browsers kept while they could not save: taken in, each change answered in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.access import may, permission, signed_in
from accounts.views.profiles import person
from audits.merging import combined_note
from audits.models import Audit
from audits.operations import MOST_BYTES, UnreadableError, read_batch
from audits.selectors.sheet import asked_answers, audit_lightly
from audits.services.syncing import CONFLICT, INVALID, LOCKED, MOVED, REUSED, UNKNOWN, operation_apply
from audits.views.engagements import get_audit
from audits.views.sheet import strip_html
from audits.words import refusal_beside_computed, status_words, words_for
from standards.editions.wording import SAME, Piece, differences

if TYPE_CHECKING:
    from django.http import HttpRequest

    from audits.models import Answer
    from audits.operations import Operation
    from audits.services.syncing import Outcome

MOST_COMPARED = 6_000  # characters


@permission("audits.change_answer", methods=("POST",))
def sync(request: HttpRequest, audit_id: int) -> JsonResponse:
    """Save what waited in one browser of the signed-in person, and return what became of each change.

    409 ``another_user``: it was kept for somebody else, and is never saved under this name. 403 ``denied``: the person
    may no longer answer here. Both change nothing; the browser keeps what it has.
    """
    user = person(request.user)
    try:
        audit = audit_lightly(user, audit_id)
    except Audit.DoesNotExist as error:
        raise Http404 from error
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return _refused("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        batch = read_batch(request.body)
    except RequestDataTooBig:
        return _refused("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except UnreadableError as error:
        return _refused(error.code, HTTPStatus.BAD_REQUEST)
    if batch.user != user.pk:
        return _refused("another_user", HTTPStatus.CONFLICT)
    if not may(user, "audits.change_answer", audit):
        return _refused("denied", HTTPStatus.FORBIDDEN, words_for("denied"))
    at = timezone.now()
    results = [
        _result(request, each, operation_apply(audit_id=audit.pk, operation=each, by=user, at=at))
        for each in batch.operations
    ]
    results += [{"key": key, "state": INVALID, "message": words_for(code)} for key, code in batch.unreadable]
    return JsonResponse({"results": results, "strip": strip_html(request, audit)})


@signed_in
def package(request: HttpRequest, audit_id: int) -> JsonResponse:
    """Return which pages an auditor takes along, and until when: the sheet and what stands beside each criterion."""
    audit = get_audit(person(request.user), audit_id)
    sheet = reverse("audits:sheet", args=[audit.pk])
    panels = [reverse("audits:answer_panel", args=[answer.pk]) for answer in asked_answers(audit)]
    until = timezone.localdate() + timedelta(days=settings.PACKAGE_DAYS)
    return JsonResponse(
        {
            "days": settings.PACKAGE_DAYS,
            "expires": date_format(until, "SHORT_DATE_FORMAT"),
            "sheet": sheet,
            "urls": [sheet, reverse("audits:audit_detail", args=[audit.pk]), reverse("offline"), *panels],
        }
    )


def _refused(code: str, status: HTTPStatus, message: str = "") -> JsonResponse:
    return JsonResponse({"error": code, "message": message}, status=status)


def _result(request: HttpRequest, operation: Operation, outcome: Outcome) -> dict[str, Any]:
    """Return what the browser needs to go on: state, revision, words, and for a conflict the choice as HTML."""
    result: dict[str, Any] = {
        "key": str(operation.key),
        "answer": operation.answer,
        "state": outcome.state,
        "revision": outcome.revision,
        "message": _words(outcome),
    }
    if outcome.content is not None:
        content = outcome.content
        result["content"] = {"level": content.level, "na_reason": content.na_reason, "note": content.note}
    if outcome.state == CONFLICT:
        result["html"] = _choice(request, operation, outcome)
    if outcome.successor is not None:
        result["successor"] = {"answer": outcome.successor.pk, "code": outcome.successor.criterion.code}
    return result


def _words(outcome: Outcome) -> str:
    if outcome.state == INVALID:
        level = outcome.level
        return words_for(outcome.code) if level is None else refusal_beside_computed(outcome.code, level)
    if outcome.state in {LOCKED, MOVED}:
        return f"{status_words(outcome.status)} {words_for('kept_beside')}"
    if outcome.state in {UNKNOWN, REUSED}:
        return words_for(f"operation_{outcome.state}")
    return saved_words(outcome.answer) if outcome.answer else ""


def saved_words(answer: Answer) -> str:
    """Say who saved the answer last, and when."""
    if answer.answered_at is None:
        return ""
    when = date_format(timezone.localtime(answer.answered_at), "SHORT_DATETIME_FORMAT")
    return gettext("Saved by %(who)s, %(when)s") % {"who": answer.answered_by, "when": when}


def _choice(request: HttpRequest, operation: Operation, outcome: Outcome) -> str:
    """Render both answers side by side, with one note proposed that holds what both wrote."""
    base, mine, theirs = operation.base, operation.content, outcome.content
    if theirs is None:
        return ""
    same_level = (theirs.level, theirs.na_reason) == (mine.level, mine.na_reason)
    context = {
        "answer": outcome.answer,
        "key": operation.key,
        "base": base,
        "mine": mine,
        "theirs": theirs,
        "same_level": same_level,
        "theirs_marked": _marked(base.note, theirs.note),
        "mine_marked": _marked(base.note, mine.note),
        "combined": combined_note(base.note, theirs.note, mine.note),
        "own": outcome.answer is not None and outcome.answer.answered_by_id == request.user.pk,
    }
    return render_to_string("audits/merge.html", context, request=request)


def _marked(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words that differ; of very long notes the new one as it is, since comparing grows with the square."""
    return differences(old, new) if len(old) + len(new) <= MOST_COMPARED else (Piece(SAME, new),)

"""Routes: the answers of an audit, and saving one on the revision that was seen."""

import uuid
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Header, Router, Schema
from pydantic import ConfigDict, Field

from accounts.access import require
from accounts.api.access import Token, caller
from accounts.api.pages import Page, Text
from accounts.api.problems import ProblemError, ProblemOut, gives
from accounts.api.revisions import IfMatch, etag, revision_seen
from accounts.models import Scope
from audits.models import Answer
from audits.selectors.sheet import answer_lightly, answers_alone, audit_for
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import (
    ComputedLevelError,
    InvalidAnswerError,
    KeyReusedError,
    NotEditableError,
    StaleRevisionError,
)
from audits.services.once import answer_save_once
from audits.words import refusal_beside_computed, status_words, words_for

router = Router(tags=["answers"])
PATH = "/audits/{int:audit_id}/answers/{str:criterion}"
LONGEST_TEXT = 60_000  # beyond what an answer may have, so that the service can say so in words


class AnswerOut(Schema):
    """What was found for a criterion: a level, or why it is not applicable, or neither; `revision` is its ETag."""

    criterion: str
    level: int | None
    na_reason: str
    note: str
    revision: int
    answered_by: str | None
    answered_at: datetime | None


class AnswerIn(Schema):
    """An answer: a level, or the reason why the criterion is not applicable, or neither (unanswered); and a note."""

    model_config = ConfigDict(extra="forbid")

    level: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    na_reason: str = Field("", max_length=LONGEST_TEXT)
    note: str = Field("", max_length=LONGEST_TEXT)


class StaleOut(ProblemOut):
    """Somebody saved the answer meanwhile; nothing was overwritten."""

    current: AnswerOut


@router.get(
    "/audits/{int:audit_id}/answers",
    auth=Token(Scope.AUDITS),
    response=gives(Page[AnswerOut], 404),
    url_name="answers",
    summary="Answers of an audit",
)
def answer_list(request: HttpRequest, audit_id: int) -> Page[AnswerOut]:
    """Return the answers to all criteria that are asked of the centre, in the order of the edition; one page."""
    return Page(items=[answer_out(each) for each in answers_alone(audit_for(caller(request), audit_id))])


@router.get(PATH, auth=Token(Scope.AUDITS), response=gives(AnswerOut, 404), url_name="answer", summary="An answer")
def answer_one(request: HttpRequest, audit_id: int, criterion: Text, response: HttpResponse) -> AnswerOut:
    """Return one answer; the header ETag is the revision to save on."""
    found = answer_lightly(caller(request), audit=audit_id, criterion__code=criterion)
    response["ETag"] = etag(found.revision)
    return answer_out(found)


@router.put(
    PATH,
    auth=Token(Scope.ANSWERS, "audits.change_answer"),
    response={**gives(AnswerOut, 400, 404, 409, 413, 422, 428), 412: StaleOut},
    url_name="answer",
    summary="Save an answer",
)
def answer_put(
    request: HttpRequest,
    audit_id: int,
    criterion: Text,
    sent: AnswerIn,
    response: HttpResponse,
    if_match: IfMatch = None,
    key: Annotated[uuid.UUID | None, Header(alias="Idempotency-Key", description="a UUID of this save")] = None,
) -> AnswerOut:
    """Save one answer on the revision that was read, as on the sheet.

    428 without `If-Match`; 412 with the stored answer when somebody saved meanwhile; 409 when the audit is closed to
    changes. Sent again under the same `Idempotency-Key` it is done once and answered the same.
    """
    user, at = caller(request), timezone.now()
    answer = answer_lightly(user, audit=audit_id, criterion__code=criterion)
    require(user, "audits.change_answer", answer.audit)
    revision = revision_seen(if_match)
    if revision is None:
        raise _stale(answer)
    content = AnswerInput(level=sent.level, na_reason=_tidy(sent.na_reason), note=_tidy(sent.note))
    try:
        if key is None:
            saved = answer_save(answer_id=answer.pk, content=content, revision=revision, by=user, at=at)
        else:
            saved = answer_save_once(answer=answer, content=content, revision=revision, key=key, by=user, at=at)
    except ComputedLevelError as error:
        raise ProblemError(422, error.code, refusal_beside_computed(error.code, error.level)) from error
    except InvalidAnswerError as error:
        raise ProblemError(422, error.code, words_for(error.code)) from error
    except NotEditableError as error:
        raise ProblemError(409, "not_editable", str(status_words(error.status))) from error
    except KeyReusedError as error:
        raise ProblemError(422, "key_reused", words_for("operation_reused")) from error
    except StaleRevisionError as error:
        raise _stale(error.current) from error
    response["ETag"] = etag(saved.revision)
    return answer_out(saved)


def _stale(current: Answer) -> ProblemError:
    more = {"current": answer_out(current).model_dump()}
    words = gettext("Somebody saved this answer meanwhile. Nothing was overwritten; what is stored is in “current”.")
    return ProblemError(412, "stale", words, more=more, headers={"ETag": etag(current.revision)})


def _tidy(text: str) -> str:
    """Keep one form of line ends, and no blanks around, so that the same text is the same answer as from the sheet."""
    return text.replace("\r\n", "\n").strip()


def answer_out(answer: Answer) -> AnswerOut:
    """Show an answer; its criterion must be loaded."""
    return AnswerOut(
        criterion=answer.criterion.code,
        level=answer.level,
        na_reason=answer.na_reason,
        note=answer.note,
        revision=answer.revision,
        answered_by=str(answer.answered_by) if answer.answered_by else None,
        answered_at=answer.answered_at,
    )

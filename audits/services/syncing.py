"""What waited in a browser is saved: each change once, whatever is lost on the way, and nothing typed is dropped."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audits.merging import merged_level, merged_note
from audits.models import Answer, AnswerVariant, SaveReceipt
from audits.operations import NOT_APPLICABLE, Fields
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import (
    ComputedLevelError,
    InvalidAnswerError,
    LeftEditionError,
    NotEditableError,
    StaleRevisionError,
)
from audits.services.locking import locked
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.operations import Operation

LONGEST_NUMBER = 9  # digits
SAVED, MERGED, UNCHANGED = "saved", "merged", "unchanged"
CONFLICT, INVALID, LOCKED, MOVED, UNKNOWN = "conflict", "invalid", "locked", "moved", "unknown"
REUSED = "reused"  # the key was used for something else


@dataclass(frozen=True)
class Outcome:
    """What became of one operation.

    ``content`` is the stored answer afterwards where it is not what was sent (``merged``, ``conflict``), ``revision``
    its revision; ``code`` says why it was refused, ``level`` the computed level that stands in the way, ``status`` the
    state of the audit, ``successor`` the answer that asks the same on the audit's present edition.
    """

    state: str
    revision: int = 0
    content: Fields | None = None
    answer: Answer | None = None
    code: str = ""
    level: int | None = None
    status: str = ""
    successor: Answer | None = None


def operation_apply(*, audit_id: int, operation: Operation, by: User, at: datetime) -> Outcome:
    """Save one change that a browser kept, exactly once, and say what became of it. Never raises for what was sent.

    What the same person wrote elsewhere meanwhile is joined where level and note do not both meet
    (``audits.merging``); any other meeting is a conflict. What cannot be saved as the answer is kept as a variant of
    it, so that it outlives the browser.
    """
    receipt = SaveReceipt.objects.filter(pk=operation.key).first()
    if receipt is not None:
        same = receipt.user_id == by.pk and receipt.audit_id == audit_id and receipt.sha256 == operation.sha256
        return _replayed(receipt.response, operation) if same else Outcome(REUSED)
    if not Answer.objects.filter(pk=operation.answer, audit=audit_id).exists():
        return Outcome(UNKNOWN)
    try:
        content = answer_input(operation.content)
    except InvalidAnswerError as error:
        return Outcome(INVALID, code=error.code)
    # Only from here on: on SQLite one writer at a time holds the database until the end of the transaction.
    with transaction.atomic():
        return _applied(audit_id, operation, content, by, at)


def _applied(audit_id: int, operation: Operation, content: AnswerInput, by: User, at: datetime) -> Outcome:
    try:
        outcome = _saved(operation, content, by, at)
    except InvalidAnswerError as error:
        return Outcome(INVALID, code=error.code, level=error.level if isinstance(error, ComputedLevelError) else None)
    except (StaleRevisionError, NotEditableError) as error:
        outcome = _not_taken(operation, error)
        _keep(operation, content, outcome.state, by, at)
        return outcome
    _settle(operation, by, at)
    response = {"state": outcome.state, "revision": outcome.revision}
    if outcome.content is not None:
        response["content"] = asdict(outcome.content)
    # Twice at the same time is the same save: the second found the answer as it wanted it.
    made = SaveReceipt(key=operation.key, user=by, audit_id=audit_id, sha256=operation.sha256, response=response, at=at)
    SaveReceipt.objects.bulk_create([made], ignore_conflicts=True)
    return outcome


def _not_taken(operation: Operation, error: StaleRevisionError | NotEditableError) -> Outcome:
    """Say why what was typed is not the answer, and what is in its place."""
    if isinstance(error, StaleRevisionError):
        return Outcome(CONFLICT, error.current.revision, fields_of(error.current), error.current)
    if isinstance(error, LeftEditionError):
        return Outcome(MOVED, status=error.status, successor=_successor(operation.answer))
    return Outcome(LOCKED, status=error.status)


def answer_input(fields: Fields) -> AnswerInput:
    """Return what the form says as an answer. Raises ``InvalidAnswerError``."""
    if fields.level == NOT_APPLICABLE:
        if not fields.na_reason:
            raise InvalidAnswerError("na_without_reason")
        return AnswerInput(na_reason=fields.na_reason, note=fields.note)
    return AnswerInput(level=whole(fields.level, "bad_level") if fields.level else None, note=fields.note)


def fields_of(answer: Answer) -> Fields:
    """Return a stored answer as the form has it."""
    level = NOT_APPLICABLE if answer.na_reason else "" if answer.level is None else str(answer.level)
    return Fields(level=level, na_reason=answer.na_reason, note=answer.note)


def whole(text: str, code: str) -> int:
    """Read a whole number of at most nine digits. Raises ``InvalidAnswerError`` with the code."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise InvalidAnswerError(code)
    return int(text)


def _saved(operation: Operation, content: AnswerInput, by: User, at: datetime) -> Outcome:
    """Save, on what the same person saved elsewhere too where the two can be joined. Raises as ``answer_save``."""
    try:
        answer = answer_save(answer_id=operation.answer, content=content, revision=operation.revision, by=by, at=at)
    except StaleRevisionError as error:
        joined = _joined(operation, error.current, by)
        if joined is None:
            raise
        revision = error.current.revision
        answer = answer_save(answer_id=operation.answer, content=answer_input(joined), revision=revision, by=by, at=at)
        return Outcome(MERGED, answer.revision, fields_of(answer), answer)
    state = SAVED if answer.answered_at == at and answer.revision == operation.revision + 1 else UNCHANGED
    return Outcome(state, answer.revision, None, answer)


def _joined(operation: Operation, current: Answer, by: User) -> Fields | None:
    """Join two changes of one person; None where somebody has to choose."""
    if current.answered_by_id != by.pk or current.revision < operation.revision:
        return None
    stored = fields_of(current)
    level = merged_level(operation.base, stored, operation.content)
    note = merged_note(operation.base, stored, operation.content)
    return None if level is None or note is None else Fields(level=level[0], na_reason=level[1], note=note)


def _keep(operation: Operation, content: AnswerInput, reason: str, by: User, at: datetime) -> None:
    """Keep what was typed beside the answer; typing on replaces what the same person had typed on the same revision."""
    values = {"reason": reason, "level": content.level, "na_reason": content.na_reason, "note": content.note, "at": at}
    answer = locked(
        Answer.objects.select_for_update(of=("self",)).select_related("criterion").filter(pk=operation.answer)
    )
    same = AnswerVariant.objects.filter(answer=answer, by=by, revision=operation.revision, settled_at=None)
    if AnswerVariant.objects.filter(key=operation.key).exists() or same.update(key=operation.key, **values):
        return
    AnswerVariant.objects.create(answer=answer, key=operation.key, by=by, revision=operation.revision, **values)
    ledger_append(
        action="answer.not_taken",
        subject=f"audit:{answer.audit_id}",
        by=by,
        at=at,
        payload={
            "criterion": answer.criterion.code,
            "reason": reason,
            "made_on": operation.revision,
            "level": content.level,
            "na_reason": content.na_reason,
            "note": content.note,
        },
    )


def _settle(operation: Operation, by: User, at: datetime) -> None:
    """Write down that the person chose what to save in place of a conflict; the variant stays."""
    if operation.resolves is not None:
        kept = AnswerVariant.objects.filter(key=operation.resolves, answer=operation.answer, by=by, settled_at=None)
        kept.update(settled_at=at)


def _successor(answer_id: int) -> Answer | None:
    """Return the answer that asks the same on the present edition, if there is one."""
    later = Answer.objects.filter(former=answer_id).select_related("criterion", "audit")
    return next((each for each in later if each.criterion.edition_id == each.audit.edition_id), None)


def _replayed(response: dict[str, Any], operation: Operation) -> Outcome:
    content = response.get("content")
    answer = Answer.objects.select_related("answered_by").filter(pk=operation.answer).first()
    return Outcome(response["state"], response["revision"], Fields(**content) if content else None, answer)

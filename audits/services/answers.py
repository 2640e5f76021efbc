"""Saving one answer: the hot path of the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from audits.answering import AnswerRevision
from audits.models import Answer
from audits.selectors.computed import computed_levels
from audits.selectors.lastyear import ghosts_by_code, last_audit
from audits.services.errors import (
    ComputedLevelError,
    InvalidAnswerError,
    LeftEditionError,
    NotEditableError,
    StaleRevisionError,
)
from audits.services.locking import locked
from audits.workflow import EDITABLE
from ledger.services import ledger_append
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User

LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class AnswerInput:
    """What somebody answered: a level, or not applicable with a reason, or neither (unanswered); and a note."""

    level: int | None = None
    na_reason: str = ""
    note: str = ""


@transaction.atomic
def answer_save(*, answer_id: int, content: AnswerInput, revision: int, by: User, at: datetime) -> Answer:
    """Store an answer made on ``revision`` and return it with its new revision.

    The same content sent again (a lost response, a double click) is not a conflict and writes nothing. Where
    measurements give a level, an answer may stay below it with a reason in its note, and may not be raised above it.
    Raises ``NotEditableError`` (``LeftEditionError``), ``InvalidAnswerError`` (``ComputedLevelError``),
    ``StaleRevisionError``.
    """
    answer = _fetched(answer_id)
    _check(answer, content)
    computed = None if content.level is None else _computed(answer)
    return _store(answer, content, revision=revision, computed=computed, by=by, at=at)


@transaction.atomic
def answer_take_computed(*, answer_id: int, note: str, revision: int, by: User, at: datetime) -> Answer:
    """Answer with the level that measurements give, and a note. Taking it again writes nothing.

    Raises as ``answer_save``, with ``nothing_computed`` where there is no such level.
    """
    answer = _fetched(answer_id)
    level = _computed(answer)
    if level is None:
        raise InvalidAnswerError("nothing_computed")
    content = AnswerInput(level=level, note=note)
    _check(answer, content)
    return _store(answer, content, revision=revision, computed=level, by=by, at=at, taken=True)


@transaction.atomic
def answer_confirm(*, answer_id: int, note: str, revision: int, by: User, at: datetime) -> Answer:
    """Take over the answer of the last audit, on what was seen this time: evidence attached here, or a new note.

    Raises as ``answer_save``, with nothing_to_confirm and ghost_without_evidence.
    """
    answer = _fetched(answer_id)
    last = last_audit(answer.audit, user=by)
    ghosts = ghosts_by_code(answer.audit, last).get(answer.criterion.code, ()) if last is not None else ()
    if len(ghosts) != 1 or not ghosts[0].same:
        raise InvalidAnswerError("nothing_to_confirm")
    (ghost,) = ghosts
    if (not note or note == ghost.note) and not answer.evidence.exists():
        raise InvalidAnswerError("ghost_without_evidence")
    content = AnswerInput(level=ghost.level, na_reason=ghost.na_reason, note=note)
    _check(answer, content)
    computed = None if content.level is None else _computed(answer)
    return _store(
        answer, content, revision=revision, computed=computed, by=by, at=at, more={"confirms": ghost.reference}
    )


def _fetched(answer_id: int) -> Answer:
    """Lock an answer that may change. Raises ``NotEditableError`` for any other."""
    answer = locked(
        Answer.objects.select_for_update(of=("self", "audit"))
        .select_related("audit", "audit__edition", "criterion")
        .defer("audit__edition__document", "criterion__anchors", "criterion__look_at", "criterion__evidence")
        .filter(pk=answer_id)
    )
    if answer.audit.status not in EDITABLE:
        raise NotEditableError(answer.audit.status)
    if answer.criterion.edition_id != answer.audit.edition_id:
        raise LeftEditionError
    return answer


def _computed(answer: Answer) -> int | None:
    """Return the level that measurements give, None where the assessor judges; no query for a process criterion."""
    found = computed_levels(answer.audit, [answer.criterion]).get(answer.criterion.code)
    return found.level if found else None


def _store(
    answer: Answer,
    content: AnswerInput,
    *,
    revision: int,
    computed: int | None,
    by: User,
    at: datetime,
    taken: bool = False,
    more: Mapping[str, str] | None = None,
) -> Answer:
    before = AnswerInput(level=answer.level, na_reason=answer.na_reason, note=answer.note)
    if content == before:
        return answer
    if revision != answer.revision:
        raise StaleRevisionError(answer)
    _compare(before, content, computed)
    answer.level, answer.na_reason, answer.note = content.level, content.na_reason, content.note
    answer.revision += 1
    answer.answered_by, answer.answered_at = by, at
    answer.save(update_fields=["level", "na_reason", "note", "revision", "answered_by", "answered_at"])
    AnswerRevision.objects.create(
        answer=answer,
        revision=answer.revision,
        level=content.level,
        na_reason=content.na_reason,
        note=content.note,
        by=by,
        at=at,
    )
    ledger_append(
        action="answer.saved",
        subject=f"audit:{answer.audit_id}",
        by=by,
        at=at,
        payload={
            "criterion": answer.criterion.code,
            "revision": answer.revision,
            "level": content.level,
            "na_reason": content.na_reason,
            "note": content.note,
            **({} if computed is None else {"computed": computed, "taken": taken}),
            **(more or {}),
        },
    )
    return answer


def _compare(before: AnswerInput, content: AnswerInput, computed: int | None) -> None:
    """Hold an answer to the computed level. One from before there was any keeps its level while its note changes."""
    if computed is None or content.level is None:
        return
    if content.level > computed and content.level != before.level:
        raise ComputedLevelError("above_computed", computed)
    if content.level < computed and not content.note:
        raise ComputedLevelError("below_without_reason", computed)


def _check(answer: Answer, content: AnswerInput) -> None:
    row = edition_spec(answer.audit.edition).row_by_code[answer.criterion.code]
    if content.level is not None and not row.low <= content.level <= row.high:
        raise InvalidAnswerError("bad_level")
    if content.na_reason and content.level is not None:
        raise InvalidAnswerError("bad_level")
    if content.na_reason and not answer.criterion.na_allowed:
        raise InvalidAnswerError("na_not_allowed")
    if "\x00" in content.note + content.na_reason or len(content.note + content.na_reason) > LONGEST_TEXT:
        raise InvalidAnswerError("bad_text")

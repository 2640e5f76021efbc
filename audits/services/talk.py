"""Comments on criteria: written, answered, settled, reopened, taken back; who is mentioned is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from accounts.services import notice_send
from audits.mentions import mentioned
from audits.models import Answer
from audits.selectors.talk import insiders, may_take_back
from audits.services.errors import AuditError, NotEditableError
from audits.services.locking import audit_lock, require_current, subject_of
from audits.talk import AnswerComment
from audits.talk_words import MENTION, REPLY
from audits.workflow import OVER
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit

LONGEST = 10_000  # characters


class CommentError(AuditError):
    """A comment is refused; ``audits.talk_words`` has words for ``code``."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@transaction.atomic
def comment_post(*, answer_id: int, text: str, under_id: int | None, by: User, at: datetime) -> AnswerComment:
    """Write a comment on a criterion, or an answer to one (``under_id``), and tell those whom it mentions.

    An answer to an answer joins the same thread, and opens it again where it was settled. Raises ``CommentError``:
    no_words, bad_text, no_thread; ``NotEditableError`` where the audit has ended, or left the criterion's edition.
    """
    answer = Answer.objects.select_related("criterion").get(pk=answer_id)
    audit = _open(answer.audit_id)
    require_current(audit, answer)
    text = _checked(text)
    first = _first_of(answer, under_id)
    people = insiders(audit)
    names = set(mentioned(text, [str(person) for person in people]))
    comment = AnswerComment.objects.create(answer=answer, under=first, text=text, by=by, at=at)
    comment.mentioned.set(person for person in people if str(person) in names)
    if first is not None and first.settled_at is not None:
        first.settled_at = first.settled_by = None
        first.save(update_fields=["settled_at", "settled_by"])
    _tell(audit, answer, comment, people, by=by, at=at)
    told = sorted(comment.mentioned.values_list("pk", flat=True))
    payload = {
        "comment": comment.pk,
        "criterion": answer.criterion.code,
        "under": first.pk if first else None,
        "text": text,
        "mentioned": told,
    }
    ledger_append(action="comment.posted", subject=subject_of(audit), by=by, at=at, payload=payload)
    return comment


def _open(audit_id: int) -> Audit:
    audit = audit_lock(audit_id)
    if audit.status in OVER:
        raise NotEditableError(audit.status)
    return audit


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise CommentError("no_words")
    if len(text) > LONGEST or "\x00" in text:
        raise CommentError("bad_text")
    return text


def _first_of(answer: Answer, under_id: int | None) -> AnswerComment | None:
    if under_id is None:
        return None
    found = answer.comments.select_related("under", "by").filter(pk=under_id, taken_back_at=None).first()
    if found is None:
        raise CommentError("no_thread")
    return found.under or found


def _tell(audit: Audit, answer: Answer, comment: AnswerComment, people: list[User], *, by: User, at: datetime) -> None:
    """Tell who is mentioned, and whose comment is answered where they are still inside; nobody twice."""
    told = {person.pk: (person, MENTION) for person in comment.mentioned.all()}
    if comment.under is not None:
        author = next((person for person in people if person.pk == comment.under.by_id), None)
        if author is not None:
            told.setdefault(author.pk, (author, REPLY))
    code = answer.criterion.code
    params = {"who": str(by), "code": code, "reference": audit.reference, "centre": audit.centre.name}
    url = f"{reverse('audits:sheet', args=[audit.pk])}#{code}"
    for person, kind in told.values():
        if person.pk != by.pk:
            notice_send(to=person, kind=kind, params=params, url=url, at=at, mail_soon=True)


@transaction.atomic
def comment_settle(*, comment_id: int, settled: bool, by: User, at: datetime) -> AnswerComment:
    """Say that nothing is open about a thread any more, or that something is; said again it writes nothing.

    Raises ``CommentError`` (no_thread) or ``NotEditableError``.
    """
    found = AnswerComment.objects.select_related("answer__criterion").get(pk=comment_id)
    audit = _open(found.answer.audit_id)
    found.refresh_from_db(fields=["settled_at", "settled_by"])
    if found.under_id is not None:
        raise CommentError("no_thread")
    if (found.settled_at is not None) == settled:
        return found
    found.settled_at, found.settled_by = (at, by) if settled else (None, None)
    found.save(update_fields=["settled_at", "settled_by"])
    action = "comment.settled" if settled else "comment.reopened"
    payload = {"comment": found.pk, "criterion": found.answer.criterion.code}
    ledger_append(action=action, subject=subject_of(audit), by=by, at=at, payload=payload)
    return found


@transaction.atomic
def comment_take_back(*, comment_id: int, by: User, at: datetime) -> AnswerComment:
    """Take one's comment back: its words go from the page and stay in the ledger; taken back again it writes nothing.

    Raises ``CommentError`` (not_yours, too_late) or ``NotEditableError``.
    """
    found = AnswerComment.objects.select_related("answer__criterion").get(pk=comment_id)
    audit = _open(found.answer.audit_id)
    found.refresh_from_db(fields=["taken_back_at", "text"])
    if found.by_id != by.pk:
        raise CommentError("not_yours")
    if found.taken_back_at is not None:
        return found
    if not may_take_back(found, list(found.replies.all()), by=by, at=at):
        raise CommentError("too_late")
    found.text, found.taken_back_at = "", at
    found.save(update_fields=["text", "taken_back_at"])
    found.mentioned.clear()
    payload = {"comment": found.pk, "criterion": found.answer.criterion.code}
    ledger_append(action="comment.taken_back", subject=subject_of(audit), by=by, at=at, payload=payload)
    return found

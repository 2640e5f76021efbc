"""Comments on a criterion, and who is inside an audit: the people who may read them and be mentioned in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import Membership, Role, User
from audits.mentions import Piece, pieces
from audits.models import TeamMember

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from audits.models import Answer, Audit
    from audits.talk import AnswerComment

# Who of the conducting organisation plans, reviews or decides: as the rule ``audits.confer`` says.
STAFF = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.DECISION_MAKER)
TAKE_BACK = timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """One comment as somebody sees it: its text in pieces, and whether it is theirs to take back."""

    comment: AnswerComment
    pieces: list[Piece]
    may_take_back: bool


@dataclass(frozen=True)
class Thread:
    """A comment with what was answered to it."""

    first: Said
    replies: list[Said]

    @property
    def settled(self) -> bool:
        """Say whether nothing is open about it."""
        return self.first.comment.settled_at is not None


def insiders(audit: Audit) -> list[User]:
    """Return the active people inside an audit by name, the team first; one query.

    Nobody of the audited organisation, unless it audits itself.
    """
    team = TeamMember.objects.filter(audit=audit).values("user")
    staff = Membership.objects.filter(organisation=audit.conductor_id, role__in=STAFF).values("user")
    found = User.objects.filter(Q(pk__in=team) | Q(pk__in=staff), is_active=True)
    if audit.auditee_id != audit.conductor_id:
        found = found.exclude(pk__in=Membership.objects.filter(organisation=audit.auditee_id).values("user"))
    on_team = {member.user_id for member in audit.team.all()}
    return sorted(found, key=lambda user: (user.pk not in on_team, str(user), user.pk))


def may_take_back(comment: AnswerComment, replies: Sequence[AnswerComment], *, by: User, at: datetime) -> bool:
    """Say whether it is theirs, no older than a day, and not answered."""
    mine = comment.by_id == by.pk and comment.taken_back_at is None
    return mine and at - comment.at <= TAKE_BACK and not any(reply.taken_back_at is None for reply in replies)


def threads_of(answer: Answer, *, user: User, at: datetime) -> list[Thread]:
    """Return the comments on a criterion by thread, what is open first; two queries.

    What was taken back is left out, unless something was answered to it.
    """
    rows = list(answer.comments.select_related("by", "settled_by").prefetch_related("mentioned"))
    replies: dict[int | None, list[AnswerComment]] = {}
    for row in rows:
        if row.under_id is not None and row.taken_back_at is None:
            replies.setdefault(row.under_id, []).append(row)

    def said(row: AnswerComment) -> Said:
        names = [str(each) for each in row.mentioned.all()]
        mine = may_take_back(row, replies.get(row.pk, ()), by=user, at=at)
        return Said(row, pieces(row.text, names), mine)

    threads = [
        Thread(said(row), [said(each) for each in replies.get(row.pk, ())])
        for row in rows
        if row.under_id is None and (row.taken_back_at is None or row.pk in replies)
    ]
    return sorted(threads, key=lambda thread: thread.settled)

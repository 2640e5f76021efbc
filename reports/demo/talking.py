"""What the team of the audit in fieldwork asks each other, beside the sheet."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from audits.models import Audit, AuditKind, AuditStatus
from audits.services.talk import comment_post, comment_settle
from reports.demo.people import BODY

if TYPE_CHECKING:
    from audits.talk import AnswerComment
    from reports.demo.play import World

# criterion -> what is said, by whom; the first opens the thread. "{name}" is the name of one of the people.
SAID = {
    "A1.1": (
        ("mei", "@{tom}, did you see the promise on the website too? I have it from the manual only."),
        ("tom", "Yes, the same words since March. I attach the capture tonight."),
    ),
    "C4.4": (
        ("tom", "@{mei}：投诉的根本原因只有表格，没有效果验证。够得上次要不符合项吗？"),
        ("mei", "够了，我已经提出。@{daniel}, please look at the grading when it reaches you."),
    ),
    "A2.1": (("tom", "Leadership interviews are done, nothing open here."),),
}
SETTLED = "A2.1"
AT_WORK = time(8, 20)


def talk(world: World) -> None:
    """Let the people of the certification audit in fieldwork ask and answer."""
    audit = Audit.objects.filter(
        status=AuditStatus.FIELDWORK, kind=AuditKind.CERTIFICATION, conductor=world.organisations[BODY]
    ).first()
    if audit is None:
        return
    names = {key: str(person) for key, person in world.people.items()}
    at = datetime.combine(audit.onsite_from, AT_WORK, UTC)
    for answer in audit.current_answers.filter(criterion__code__in=SAID).select_related("criterion"):
        first: AnswerComment | None = None
        for who, text in SAID[answer.criterion.code]:
            at += timedelta(minutes=11)
            said = comment_post(
                answer_id=answer.pk,
                text=text.format(**names),
                under_id=first.pk if first else None,
                by=world.people[who],
                at=at,
            )
            first = first or said
        if first and answer.criterion.code == SETTLED:
            comment_settle(comment_id=first.pk, settled=True, by=world.people["mei"], at=at + timedelta(minutes=3))

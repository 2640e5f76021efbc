"""The desks of those who audit, review and decide."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Notice, Role
from audits.answering import AnswerReview, ReviewMark
from audits.calibrating import CalibrationCard
from audits.engagements import Conflict, SectionAssignment
from audits.models import ASSESSING, Answer, Audit, AuditKind, AuditStatus, TeamMember
from audits.selectors.case import asked_codes
from audits.selectors.desk.piles import MOST, Pile, Task
from audits.talk_words import MENTION, REPLY
from audits.workflow import EDITABLE, PLANNABLE

if TYPE_CHECKING:
    from accounts.models import User


def where(audit: Audit) -> str:
    """Say which audit, where."""
    return f"{audit.reference} · {audit.centre}"


def mentions(user: User) -> Pile | None:
    """Return what colleagues want of the person; None where nobody waits. One query."""
    found = Notice.objects.filter(to=user, kind__in=(MENTION, REPLY), read_at=None, on_page=True)
    tasks = [Task(str(notice), notice.url, day=notice.at, notice=notice.pk) for notice in found[:MOST]]
    if not tasks:
        return None
    return Pile("mentions", _("Colleagues ask"), "", tasks, f"{reverse('accounts:notice_list')}?show=unread")


def fieldwork(user: User) -> list[Pile]:
    """Return the audits in which the person is at work, and what the reviewer returned; six queries at most."""
    seats = TeamMember.objects.filter(user=user, role__in=ASSESSING, audit__conductor__in=user.organisations_as())
    if not user.organisations_as(Role.AUDITOR) and not seats.exists():
        return []
    mine = list(
        Audit.objects.filter(pk__in=seats.values("audit"), status__in=EDITABLE)
        .select_related("centre", "edition")
        .defer("edition__document", "market")
        .order_by("onsite_to", "pk")[:MOST]
    )
    tasks = [*_undeclared(user), *_unanswered(user, mine)]
    empty = _("You are on no audit in fieldwork. Once an audit manager starts one with you on its team, it is here.")
    at_work = Pile("fieldwork", _("Your audits"), empty, tasks, reverse("audits:audit_list"))
    empty = _("The reviewer has returned nothing to you.")
    return [at_work, Pile("returned", _("Returned by the reviewer"), empty, _returned(mine))]


def _undeclared(user: User) -> list[Task]:
    declared = Conflict.objects.filter(audit=OuterRef("audit"), user=user)
    seats = TeamMember.objects.filter(~Exists(declared), user=user, audit__status__in=PLANNABLE)
    seats = seats.exclude(audit__kind=AuditKind.SELF_ASSESSMENT).select_related("audit__centre")
    return [
        Task(
            _("Declare your interests"),
            reverse("audits:conflicts", args=[seat.audit_id]),
            where(seat.audit),
            day=seat.audit.onsite_from,
            style="is-warn",
        )
        for seat in seats.defer("audit__result", "audit__market", "audit__facts").order_by("audit__onsite_from")[:MOST]
    ]


def _unanswered(user: User, mine: list[Audit]) -> list[Task]:
    delegated = {
        (audit, clause)
        for audit, clause in SectionAssignment.objects.filter(user=user, audit__in=mine).values_list("audit", "clause")
    }
    asked = {audit.pk: asked_codes(audit) for audit in mine}
    blank = Answer.objects.filter(audit__in=mine, level=None, na_reason="", criterion__edition=F("audit__edition"))
    left: Counter[int] = Counter()
    own: Counter[int] = Counter()
    for audit, code, clause in blank.values_list("audit", "criterion__code", "criterion__clause__code"):
        if code in asked[audit]:
            left[audit] += 1
            own[audit] += (audit, clause) in delegated
    return [_work(audit, left[audit.pk], own[audit.pk]) for audit in mine]


def _work(audit: Audit, left: int, own: int) -> Task:
    if not left:
        url = reverse("audits:audit_detail", args=[audit.pk])
        return Task(_("Everything is answered: take the next step"), url, where(audit), day=audit.onsite_to)
    words = ngettext("%(number)s criterion is unanswered", "%(number)s criteria are unanswered", left)
    note = ngettext("%(number)s of them in your sections", "%(number)s of them in your sections", own) if own else ""
    url = f"{reverse('audits:sheet', args=[audit.pk])}?show=unanswered"
    said, whose = words % {"number": left}, note % {"number": own} if own else ""
    return Task(said, url, where(audit), whose, audit.onsite_to)


def _returned(mine: list[Audit]) -> list[Task]:
    last = AnswerReview.objects.filter(answer=OuterRef("pk")).order_by("-pk")
    found = (
        Answer.objects.filter(audit__in=mine, criterion__edition=F("audit__edition"))
        .annotate(
            mark=Subquery(last.values("mark")[:1]),
            marked=Subquery(last.values("revision")[:1]),
            why=Subquery(last.values("reason")[:1]),
        )
        .filter(mark=ReviewMark.RETURNED, marked=F("revision"))
        .order_by("audit", "criterion__position")
        .values_list("audit", "criterion__code", "why")
    )
    audits = {audit.pk: audit for audit in mine}
    return [
        Task(
            _("%(code)s was returned") % {"code": code},
            f"{reverse('audits:sheet', args=[audit])}#{code}",
            where(audits[audit]),
            why,
            style="is-warn",
        )
        for audit, code, why in found[:MOST]
    ]


def calibrating(user: User) -> Pile | None:
    """Return the answers of one's own that are wanted for calibration; None where none is. One query."""
    cards = CalibrationCard.objects.filter(
        rater=user, given_at=None, calibration__audit__conductor__in=user.organisations_as()
    )
    wanted = cards.order_by().values(
        "calibration", "calibration__asked_at", "calibration__audit__reference", "calibration__audit__centre__name"
    )
    tasks = []
    for row in wanted.annotate(number=Count("pk")).order_by("calibration")[:MOST]:
        words = ngettext("Give %(number)s answer of your own", "Give %(number)s answers of your own", row["number"])
        url = reverse("calibration:detail", args=[row["calibration"]])
        at = f"{row['calibration__audit__reference']} · {row['calibration__audit__centre__name']}"
        tasks.append(Task(words % {"number": row["number"]}, url, at, day=row["calibration__asked_at"]))
    return Pile("calibrating", _("Calibration"), "", tasks, reverse("calibration:list")) if tasks else None


def reviewing(user: User) -> Pile | None:
    """Return what waits for a review or a decision of the person; None for who does neither. One query."""
    reviews = user.organisations_as(Role.AUDIT_MANAGER, Role.DECISION_MAKER)
    if not reviews:
        return None
    decides = user.organisations_as(Role.DECISION_MAKER)
    waiting = Q(status=AuditStatus.TECHNICAL_REVIEW, conductor__in=reviews)
    waiting |= Q(status=AuditStatus.DECISION, conductor__in=decides) & ~Q(reviewed_by=user)
    # Whoever was on the team, or belongs to the audited organisation, may not.
    audited = Q(auditee__in=user.organisations_as()) & ~Q(auditee=F("conductor"))
    found = (
        Audit.objects.filter(waiting)
        .exclude(pk__in=TeamMember.objects.filter(user=user).values("audit"))
        .exclude(audited)
        .select_related("centre")
        .defer("result", "market", "facts")
        .order_by("submitted_at", "pk")
    )
    words = {AuditStatus.TECHNICAL_REVIEW: _("Review it"), AuditStatus.DECISION: _("Decide on it")}
    tasks = [
        Task(
            words[AuditStatus(audit.status)],
            reverse("audits:audit_detail", args=[audit.pk]),
            where(audit),
            day=audit.reviewed_at or audit.submitted_at,
        )
        for audit in found[:MOST]
    ]
    empty = _("Nothing waits for your review or decision. What a team leader submits appears here.")
    return Pile("reviewing", _("To review and decide"), empty, tasks, reverse("audits:audit_list"))

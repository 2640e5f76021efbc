"""The desk of audit managers: what is to be planned, cleared, chased and surveyed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Role
from audits.corrective import SETTLED, UNFOLLOWED
from audits.engagements import Conflict, ConflictKind, ProgrammeLine
from audits.models import (
    NONCONFORMITIES,
    Audit,
    AuditKind,
    AuditPurpose,
    AuditStatus,
    CertificateStatus,
    Finding,
    TeamMember,
)
from audits.selectors.certificates import DUES, certificates_for, standings
from audits.selectors.desk.auditing import where
from audits.selectors.desk.piles import MOST, Pile, Task
from audits.workflow import PLANNABLE

if TYPE_CHECKING:
    from accounts.models import User

MONTHS_AHEAD = 2


def _managed(user: User) -> set[int]:
    return user.organisations_as(Role.ADMINISTRATOR, Role.AUDIT_MANAGER)


def planning(user: User, *, today: date) -> Pile | None:
    """Return lines of programmes that have no audit with dates yet, and drafts to confirm; two queries."""
    managed = _managed(user)
    if not managed:
        return None
    last = today.year * 12 + today.month - 1 + MONTHS_AHEAD
    year, month = divmod(last, 12)
    soon = Q(programme__year__lt=year) | Q(programme__year=year, month__lte=month + 1)
    lines = ProgrammeLine.objects.filter(soon, programme__organisation__in=managed, audit=None)
    lines = lines.select_related("programme", "centre").order_by("programme__year", "month", "pk")
    drafts = Audit.objects.filter(status=AuditStatus.DRAFT, conductor__in=managed).select_related("centre")
    tasks = [_line(line, today) for line in lines[:MOST]] + [
        Task(
            _("Confirm the plan"), reverse("audits:audit_detail", args=[audit.pk]), where(audit), day=audit.onsite_from
        )
        for audit in drafts.defer("result", "market", "facts").order_by("onsite_from", "pk")[:MOST]
    ]
    empty = _("Every audit of the programmes has its dates for the coming months.")
    return Pile("planning", _("To plan"), empty, tasks, reverse("programmes:list"))


def _line(line: ProgrammeLine, today: date) -> Task:
    certification = line.kind == AuditKind.CERTIFICATION
    label = AuditPurpose(line.purpose).label if certification else AuditKind(line.kind).label
    month = date(line.programme.year, line.month, 1)
    late = (month.year, month.month) < (today.year, today.month)
    return Task(
        _("Give it dates: %(what)s in %(month)s") % {"what": label, "month": date_format(month, "YEAR_MONTH_FORMAT")},
        f"{reverse('audits:audit_create')}?line={line.pk}",
        str(line.centre),
        style="is-bad" if late else "",
    )


def impartiality(user: User) -> Pile | None:
    """Return who on a team has not declared interests, or has a conflict that is not cleared; one query."""
    managed = _managed(user)
    if not managed:
        return None
    said = Conflict.objects.filter(audit=OuterRef("audit"), user=OuterRef("user"))
    seats = (
        TeamMember.objects.filter(audit__conductor__in=managed, audit__status__in=PLANNABLE)
        .exclude(audit__kind=AuditKind.SELF_ASSESSMENT)
        .annotate(declared=Exists(said), uncleared=Exists(said.exclude(kind=ConflictKind.NONE).filter(cleared_at=None)))
        .filter(Q(declared=False) | Q(uncleared=True))
        .select_related("user", "audit__centre")
        .defer("audit__result", "audit__market", "audit__facts")
        .order_by("audit__onsite_from", "pk")
    )
    tasks = [
        Task(
            _seat_words(seat),
            reverse("audits:conflicts", args=[seat.audit_id]),
            where(seat.audit),
            day=seat.audit.onsite_from,
            style="is-warn",
        )
        for seat in seats[:MOST]
    ]
    empty = _("Everybody on a team has declared interests, and every conflict is cleared.")
    return Pile("impartiality", _("Conflicts of interest"), empty, tasks)


def _seat_words(seat: TeamMember) -> str:
    uncleared: bool = seat.uncleared  # type: ignore[attr-defined] # annotated
    words = _("A conflict of interest of %(who)s is not cleared") if uncleared else _("%(who)s has declared nothing")
    return words % {"who": seat.user}


def late(user: User, *, today: date) -> Pile | None:
    """Return nonconformities of one's audits that are past their day; one query."""
    managed = _managed(user)
    if not managed:
        return None
    found = (
        Finding.objects.filter(audit__conductor__in=managed, kind__in=NONCONFORMITIES, due__lt=today, closed_at=None)
        .exclude(state__in=SETTLED)
        .exclude(audit__status__in=UNFOLLOWED)
        .select_related("audit__centre")
        .defer("audit__result", "audit__market", "audit__facts")
        .order_by("due", "pk")
    )
    tasks = [
        Task(
            f"{finding.number} {finding.get_kind_display()}: {finding.get_state_display()}",
            reverse("findings:detail", args=[finding.pk]),
            where(finding.audit),
            finding.statement,
            finding.due,
            "is-bad",
        )
        for finding in found[:MOST]
    ]
    empty = _("No finding of your audits is late.")
    return Pile("late", _("Late findings"), empty, tasks, f"{reverse('findings:board')}?level=2")


def due(user: User, *, today: date) -> Pile | None:
    """Return the certificates whose surveillance or recertification is due soon or late; two queries."""
    managed = _managed(user)
    if not managed:
        return None
    held = certificates_for(user).filter(
        audit__conductor__in=managed,
        status__in=(CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED),
        valid_until__gte=today,
    )
    rows = [row for row in standings(held, today) if row.asked("soon", today)][:MOST]
    found = held.in_bulk([row.pk for row in rows])
    near = [(row.due, found[row.pk]) for row in rows if row.due and row.pk in found]
    tasks = [
        Task(
            str(DUES[what.what]),
            reverse("certificates:detail", args=[each.pk]),
            f"{each.number} · {each.audit.centre}",
            day=what.by,
            style="is-bad" if what.by < today else "",
        )
        for what, each in near
    ]
    empty = _("No surveillance falls due in the next three months.")
    return Pile("due", _("Surveillance due"), empty, tasks, f"{reverse('certificates:list')}?due=soon")

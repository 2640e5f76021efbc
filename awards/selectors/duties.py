"""What judges and chairs have to do next, as piles of the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Role
from audits.selectors.desk.piles import MOST, Pile, Task
from awards.models import Assignment, AssignmentState, Judge, Stage
from awards.models.programmes import ProgrammeStatus
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


def duties(user: User, *, at: datetime) -> list[Pile]:
    """Return what the person has to judge and to chair; nothing for who does neither. At most three queries."""
    found = [_judging(user, at), _chairing(user, at)]
    return [pile for pile in found if pile is not None]


def _judging(user: User, at: datetime) -> Pile | None:
    seats = list(
        Judge.objects.filter(user=user, removed_at=None)
        .exclude(programme__status__in=(ProgrammeStatus.FROZEN, ProgrammeStatus.ANNOUNCED))
        .select_related("programme")
        .defer("programme__document")
        .order_by("pk")[:MOST]
    )
    if not seats:
        return None
    tasks = [
        Task(
            _("Declare your conflicts of interest"),
            reverse("awards:judging", args=[seat.programme.code]),
            seat.programme.name,
            style="is-warn",
        )
        for seat in seats
        if seat.declared_at is None
    ]
    cards = Assignment.objects.visible_to(user).filter(
        state=AssignmentState.ASSIGNED, stage__opens_at__lte=at, stage__closes_at__gte=at
    )
    counted = cards.order_by().values("stage__programme__code", "stage__programme__name", "stage__closes_at")
    for row in counted.annotate(number=Count("pk")).order_by("stage__closes_at"):
        words = ngettext("%(number)s entry to judge", "%(number)s entries to judge", row["number"])
        url = reverse("awards:judging", args=[row["stage__programme__code"]])
        name, closes = row["stage__programme__name"], row["stage__closes_at"]
        tasks.append(Task(words % {"number": row["number"]}, url, name, day=closes))
    empty = _("Nothing to judge now. Entries appear here when a stage opens.")
    return Pile("judging", _("To judge"), empty, tasks, reverse("awards:home"))


def _chairing(user: User, at: datetime) -> Pile | None:
    chaired = user.organisations_as(Role.AWARD_CHAIR)
    if not chaired:
        return None
    over = Stage.objects.filter(
        programme__organiser__in=chaired,
        programme__status=ProgrammeStatus.OPEN,
        closes_at__lt=at,
        gate_closed_at=None,
    )
    stages = over.select_related("programme").order_by("closes_at", "pk")[:MOST]
    tasks = [
        Task(
            _("The stage “%(stage)s” is over: say who goes on") % {"stage": text(stage.spec.title)},
            reverse("awards:desk", args=[stage.programme.code]),
            stage.programme.name,
            day=stage.closes_at,
            style="is-warn",
        )
        for stage in stages
        if stage.code in {each.code for each in stage.programme.scheme.judging()}
    ]
    empty = _("No stage of your awards waits for you.")
    return Pile("chairing", _("Your awards"), empty, tasks, reverse("awards:home"))

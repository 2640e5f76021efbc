"""What is made every month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import permission, require
from accounts.views.profiles import person
from reports.batch_forms import ScheduleForm
from reports.selectors import schedules_for
from reports.services import schedule_create, schedule_pause, schedule_remove

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from reports.models import Schedule


@permission("reports.keep_output", methods=("GET", "POST"))
def schedule_list(request: HttpRequest) -> HttpResponse:
    """List the schedules of the organisations whose documents the person looks after, and add one."""
    user = person(request.user)
    require(user, "reports.keep_output")
    form = ScheduleForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        require(user, "reports.keep_output", form.cleaned_data["organisation"])
        schedule_create(**form.cleaned_data, by=user, at=timezone.now())
        messages.success(request, _("It is made every month from now on. You are told when it is ready."))
        return redirect("reports:schedule_list")
    return render(request, "reports/schedule_list.html", {"form": form, "schedules": schedules_for(user)})


@permission("reports.keep_output", methods=("POST",))
def schedule_rest(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Let a schedule rest, or go on."""
    schedule = _kept(request, schedule_id)
    paused = schedule.paused_at is None
    schedule_pause(schedule=schedule, paused=paused, by=person(request.user), at=timezone.now())
    return redirect("reports:schedule_list")


@permission("reports.keep_output", methods=("POST",))
def schedule_end(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Remove a schedule."""
    schedule_remove(schedule=_kept(request, schedule_id), by=person(request.user), at=timezone.now())
    messages.success(request, _("It is not made any more. What was made stays."))
    return redirect("reports:schedule_list")


def _kept(request: HttpRequest, schedule_id: int) -> Schedule:
    schedule = get_object_or_404(schedules_for(person(request.user)), pk=schedule_id)
    require(request.user, "reports.keep_output", schedule.organisation)
    return schedule

"""Pages: how many agents a service level needs, by measured or by typed arrivals. A model, and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from accounts.access import signed_in
from accounts.models import Centre
from benchmarks.planning import known_of, plan_plot, profile_of
from benchmarks.planning_forms import PlanningForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from benchmarks.models import MeasurementRun

# What a page begins with: the usual goal, and a day that shows what the form takes.
USUAL = {
    "service_level": 80,
    "target_seconds": 20,
    "occupancy": 90,
    "handle_seconds": 180,
    "shrinkage": 30,
    "volume": 100,
    "weekday": 0,
    "volumes": "09:00 60\n09:30 100\n10:00 120\n10:30 110\n11:00 90",
}


@signed_in
def planning(request: HttpRequest) -> HttpResponse:
    """Plan by volumes that somebody types."""
    return _page(request, {}, None)


@signed_in
def centre_planning(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Plan by what the newest run of a centre measured, as far as it kept the arrivals."""
    centre = get_object_or_404(Centre.objects.visible_to(request.user).select_related("organisation"), pk=centre_id)
    run = centre.measurement_runs.only("period_from", "period_to", "quality", "centre_id").first()
    return _page(request, {"centre": centre, "run": run}, run)


def _page(request: HttpRequest, context: dict[str, Any], run: MeasurementRun | None) -> HttpResponse:
    profile = profile_of(run.quality) if run else None
    start = {**USUAL, **(_measured(profile, request.GET.get("channel", "")) if profile else {})}
    form = PlanningForm(request.GET or start, profile=profile)
    slots = form.plan()
    context |= {"form": form, "slots": slots, "profile": profile, "measured": start}
    if slots:
        context |= {"plot": _plot(slots), "most": max(slot.people for slot in slots)}
        context["staffed_hours"] = sum(slot.people for slot in slots) / 2
    part = "#plan" if request.headers.get("HX-Request") else ""
    return render(request, f"benchmarks/planning.html{part}", context)


def _measured(profile: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """Return what the run knows of a channel, its largest unless asked for another."""
    name = channel if channel in profile["channels"] else next(iter(profile["channels"]))
    known = known_of(profile, name)
    busiest = max(range(7), key=lambda day: sum(profile["channels"][name]["calls"].get(str(day), ())))
    found = {"channel": name, "weekday": busiest, "handle_seconds": known.handle_seconds}
    found["patience_seconds"] = known.patience_seconds
    return {key: round(each, 1) if isinstance(each, float) else each for key, each in found.items() if each is not None}


def _plot(slots: list[Any]) -> str:
    title = gettext("Load and agents needed per half hour")
    words = gettext(
        "Bars: the load in erlangs. Line: the agents needed, at most %(most)s. The table below has the numbers."
    )
    most = max(slot.outlook.agents for slot in slots if slot.outlook)
    svg = plan_plot(slots, title=escape(title), description=escape(words % {"most": most}))
    return mark_safe(svg)  # noqa: S308 - made of numbers and escaped words

"""Where the registers begin, and one centre's part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone

from accounts.access import may, signed_in
from accounts.views.profiles import person
from audits.selectors.registers.figures import register_figures
from audits.selectors.registers.knowledge import indices_of
from audits.selectors.registers.overview import centre_projects, centres_overview
from audits.views.registers.shared import CHANGE, centre_for, query_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Every centre with how many auditors, projects and which index it has."""
    user = person(request.user)
    text = query_of(request)
    page = centres_overview(user, text=text, page=request.GET.get("page"), today=timezone.localdate())
    return render(request, "registers/home.html", {"page": page, "chosen": {"q": text}})


@signed_in
def centre(request: HttpRequest, centre_id: int) -> HttpResponse:
    """One centre: what the gates would see today, its projects, its newest index."""
    user = person(request.user)
    place = centre_for(user, centre_id)
    indices = indices_of(place)
    context = {
        "centre": place,
        "figures": register_figures(place, as_of=timezone.localdate()),
        "projects": centre_projects(place),
        "newest": next((index for index in indices if not index.withdrawn_at), None),
        "may_change": may(user, CHANGE, place.organisation),
    }
    return render(request, "registers/centre.html", context)

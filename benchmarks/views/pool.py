"""Pages: the peer pool, a centre joining and leaving, its own place, publishing a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.models import Centre, Role
from accounts.views.profiles import person
from benchmarks.models import MarketRelease, ReleaseKind
from benchmarks.pool import CONSENT, LEAST, consent_sha256
from benchmarks.release_forms import JoinForm, PoolPublishForm
from benchmarks.selectors import centre_runs, pool_centres, pool_places, release_now
from benchmarks.services import PoolError, pool_join, pool_leave, pool_publish

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

JOIN, PUBLISH = "benchmarks.join_pool", "benchmarks.publish_release"
PAGE = 50
UNPROCESSABLE, CONFLICT = 422, 409


def _centre(request: HttpRequest, centre_id: int) -> Centre:
    found = Centre.objects.visible_to(request.user).select_related("organisation")
    centre: Centre = get_object_or_404(found, pk=centre_id)
    return centre


@signed_in
def pool_home(request: HttpRequest) -> HttpResponse:
    """Say what the pool is, what it has published, and which of one's own centres take part. Nobody sees others'."""
    user = person(request.user)
    page = Paginator(pool_centres(user, user.organisations_as()), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "administers": user.organisations_as(Role.ADMINISTRATOR),
        "releases": MarketRelease.objects.visible_to(user, drafts=False).filter(kind=ReleaseKind.POOL)[:PAGE],
        "consent": [gettext(text) for text in CONSENT],
        "least": LEAST,
        "publishes": may(user, PUBLISH),
    }
    return render(request, "benchmarks/pool.html", context)


@permission("benchmarks.view_place")
def pool_place(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Show a centre its own measurements beside what the pool published."""
    centre = _centre(request, centre_id)
    require(request.user, "benchmarks.view_place", centre)
    run = centre_runs(centre).first()
    release = release_now(ReleaseKind.POOL)
    rows = [(each, gettext(each.name)) for each in pool_places(centre, run, release)]
    context = {"centre": centre, "run": run, "release": release, "rows": rows}
    return render(request, "benchmarks/pool_place.html", context)


@permission(JOIN, methods=("GET", "POST"))
def join(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Show the terms, and let a centre join."""
    centre = _centre(request, centre_id)
    require(request.user, JOIN, centre)
    form = JoinForm(request.POST or None, initial={"consent": consent_sha256()})
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                pool_join(
                    centre=centre, consent=form.cleaned_data["consent"], by=person(request.user), at=timezone.now()
                )
            except PoolError as error:
                status = CONFLICT
                form.add_error(None, error.words(gettext))
            else:
                messages.success(request, gettext("The centre takes part in the peer pool."))
                return redirect("benchmarks:pool")
    context = {"centre": centre, "form": form, "consent": [gettext(text) for text in CONSENT]}
    return render(request, "benchmarks/pool_join.html", context, status=status)


@permission(JOIN, methods=("GET", "POST"))
def leave(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Ask, and let a centre leave."""
    centre = _centre(request, centre_id)
    require(request.user, JOIN, centre)
    refused, status = "", 200
    if request.method == "POST":
        try:
            pool_leave(centre=centre, by=person(request.user), at=timezone.now())
        except PoolError as error:
            refused, status = error.words(gettext), CONFLICT
        else:
            messages.success(request, gettext("The centre has left the peer pool."))
            return redirect("benchmarks:pool")
    return render(request, "benchmarks/pool_leave.html", {"centre": centre, "refused": refused}, status=status)


@permission(PUBLISH, methods=("GET", "POST"))
def publish(request: HttpRequest) -> HttpResponse:
    """Publish a period of the pool. No figure is shown before: what changes from day to day could be subtracted."""
    require(request.user, PUBLISH)
    form = PoolPublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        period = form.cleaned_data["period"]
        try:
            release = pool_publish(
                period=period,
                url=reverse("benchmarks:pool"),
                title=gettext("Peer pool %(period)s") % {"period": period},
                by=person(request.user),
                at=timezone.now(),
            )
        except PoolError as error:
            form.add_error("period", error.words(gettext))
        else:
            messages.success(request, gettext("The period is published."))
            return redirect("benchmarks:release", release.code)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "benchmarks/pool_publish.html", {"form": form, "least": LEAST}, status=status)

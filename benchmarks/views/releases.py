"""Pages: market releases, what two of them differ in, and the steps of their life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from benchmarks.kpis.registry import KPIS
from benchmarks.life import STEPS, possible
from benchmarks.market import MarketError
from benchmarks.models import MarketRelease, ReleaseStatus
from benchmarks.release_forms import ReleaseForm, ReleaseStepForm
from benchmarks.selectors import release_differences, release_now, releases_beside
from benchmarks.services import ReleaseExistsError, ReleaseStepRefusedError, market_load, release_discard, release_step

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

PUBLISH = "benchmarks.publish_release"
PAGE = 100
UNPROCESSABLE, CONFLICT = 422, 409
DISCARD = "discard"

# Per step: what the button says, what happens, what is said afterwards.
WORDS: dict[str, tuple[_StrPromise, _StrPromise, _StrPromise]] = {
    "publish": (
        _("Publish"),
        _("From now on nobody can change this release, and audits may be compared with it."),
        _("The release is published."),
    ),
    "withdraw": (
        _("Withdraw"),
        _(
            "No audit can choose this release any more. Verdicts that were made with it stay; it is never published "
            "again."
        ),
        _("The release is withdrawn."),
    ),
    DISCARD: (_("Discard the draft"), _("The draft and its figures are removed for good."), _("The draft is gone.")),
}
REFUSALS: dict[str, _StrPromise] = {
    "wrong_status": _("The release is not in a state from which this is possible."),
    "other_content": _("The release has changed since the page was opened. Look at it again."),
    "no_reason": _("Say why: it cannot be undone."),
}


def _release(request: HttpRequest, code: str) -> MarketRelease:
    """Return a release that the person may see, or 404."""
    found = MarketRelease.objects.visible_to(request.user, drafts=may(request.user, PUBLISH))
    release: MarketRelease = get_object_or_404(found.select_related("loaded_by"), code=code)
    return release


@signed_in
def release_list(request: HttpRequest) -> HttpResponse:
    """List the releases, newest first; drafts for those who publish."""
    publishes = may(request.user, PUBLISH)
    found = MarketRelease.objects.visible_to(request.user, drafts=publishes)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "benchmarks/release_list.html", {"page": page, "publishes": publishes})


@permission(PUBLISH, methods=("GET", "POST"))
def release_new(request: HttpRequest) -> HttpResponse:
    """Load a release as a draft; every fault is shown with its line."""
    require(request.user, PUBLISH)
    form = ReleaseForm(request.POST or None, request.FILES or None)
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            release = market_load(
                content=data["file"],
                code=data["code"],
                title=data["title"],
                by=person(request.user),
                at=timezone.now(),
                publish=False,
            )
        except MarketError as error:
            faults = error.faults[:PAGE]
            form.add_error("file", gettext("The file cannot be used; its faults are listed below."))
        except ReleaseExistsError as error:
            form.add_error("code", str(error))
        else:
            return redirect("benchmarks:release", release.code)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "benchmarks/release_new.html", {"form": form, "faults": faults}, status=status)


@signed_in
def release(request: HttpRequest, code: str) -> HttpResponse:
    """Show where a release stands, what was done with it, and what it changes against the one in force."""
    each = _release(request, code)
    publishes = may(request.user, PUBLISH)
    names = [step.name for step in possible(each.status)] if publishes else []
    if publishes and each.status == ReleaseStatus.DRAFT:
        names.append(DISCARD)
    context = {
        "release": each,
        "figures": each.figures.count(),
        "history": each.steps.select_related("by"),
        "steps": [(name, WORDS[name][0]) for name in names],
        "now": release_now(each.kind),
    }
    return render(request, "benchmarks/release.html", context)


@signed_in
def release_compare(request: HttpRequest) -> HttpResponse:
    """Show the figures that were added, removed and changed between two releases."""
    found = MarketRelease.objects.visible_to(request.user, drafts=may(request.user, PUBLISH))
    releases = list(found)
    by_code = {each.code: each for each in releases}
    old, new = (by_code.get(request.GET.get(name, "")) for name in ("old", "new"))
    context: dict[str, Any] = {"releases": releases, "old": old, "new": new}
    if old and new:
        differences = release_differences(old, new)
        page = Paginator(differences, PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "counts": dict.fromkeys(("added", "removed", "changed"), 0)}
        for each in differences:
            context["counts"][each.kind] += 1
        context["rows"] = [(each, gettext(KPIS[each.figure.kpi].name)) for each in page]
    return render(request, "benchmarks/release_compare.html", context)


@permission(PUBLISH, methods=("GET", "POST"))
def step(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Explain a step in the life of a release, ask, make it."""
    if name not in WORDS:
        raise Http404
    each = _release(request, code)
    require(request.user, PUBLISH)
    form = ReleaseStepForm(
        request.POST or None,
        needs_reason=name in STEPS and STEPS[name].needs_reason,
        beside=releases_beside(each) if name == "publish" else (),
        initial={"seen": each.sha256},
    )
    label, explains, done = WORDS[name]
    context: dict[str, Any] = {"release": each, "form": form, "name": name, "label": label, "explains": explains}
    if request.method != "POST":
        return render(request, "benchmarks/release_step.html", context)
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            _make(request, each, name, form.cleaned_data)
        except ReleaseStepRefusedError as error:
            status, context["refused"] = CONFLICT, [REFUSALS[reason] for reason in error.reasons]
        else:
            messages.success(request, str(done))
            return redirect("benchmarks:release_list") if name == DISCARD else redirect("benchmarks:release", code)
    return render(request, "benchmarks/release_step.html", context, status=status)


def _make(request: HttpRequest, each: MarketRelease, name: str, data: dict[str, Any]) -> None:
    by, at = person(request.user), timezone.now()
    if name == DISCARD:
        release_discard(release=each, by=by, at=at)
        return
    release_step(
        release=each,
        step=name,
        seen_sha256=data["seen"],
        reason=data.get("reason", ""),
        supersede=[int(pk) for pk in data.get("supersede", [])],
        by=by,
        at=at,
    )

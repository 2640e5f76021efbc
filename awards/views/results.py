"""Frozen results with their proof, corrections, announcement, gallery, and each entrant's feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, public, require, signed_in
from accounts.stepping_up import step_up
from accounts.views.profiles import person
from awards.forms import AnnounceForm, ReasonForm
from awards.models import Programme
from awards.selectors.results import feedback_of, proof_of, winners_of
from awards.services.errors import AwardError
from awards.services.results import result_correct, results_announce, results_freeze
from awards.views.fetching import entry_of, programme_of
from awards.words import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest

CHAIR = "awards.chair_programme"


@permission(CHAIR)
def results(request: HttpRequest, code: str) -> HttpResponse:
    """Frozen results, computed again from what they carry; or what is still to do before."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    with timezone.override(found.zone):
        context = {
            "programme": found,
            "proof": proof_of(found),
            "winners": winners_of(found),
            "announce_form": AnnounceForm(initial={"embargo_until": found.embargo_until}),
            "correct_form": ReasonForm(label=gettext("Correction")),
            "public": found.is_public(timezone.now()),
        }
        return render(request, "awards/results.html", context)


@permission(CHAIR, methods=("POST",))
@step_up
def freeze(request: HttpRequest, code: str) -> HttpResponse:
    """Fix the results for ever."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    try:
        results_freeze(programme_id=found.pk, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("The results are frozen. What is found wrong is appended, never changed."))
    return redirect("awards:results", found.code)


@permission(CHAIR)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the frozen results exactly as they were hashed."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    proof = proof_of(found)
    if proof is None:
        raise Http404
    response = HttpResponse(proof.result.content, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="results-{proof.result.sha256[:12]}.json"'
    return response


@permission(CHAIR, methods=("POST",))
@step_up
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Append a correction."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    form = ReasonForm(request.POST)
    try:
        text = form.cleaned_data["reason"] if form.is_valid() else ""
        result_correct(programme_id=found.pk, text=text, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("The correction is appended."))
    return redirect("awards:results", found.code)


@permission(CHAIR, methods=("POST",))
@step_up
def announce(request: HttpRequest, code: str) -> HttpResponse:
    """Announce, at once or from a moment on."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    with timezone.override(found.zone):
        form = AnnounceForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
            return redirect("awards:results", found.code)
        until = form.cleaned_data["embargo_until"]
    try:
        results_announce(programme_id=found.pk, embargo_until=until, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("Announced. Before the embargo ends only chairs can read the results."))
    return redirect("awards:results", found.code)


@public
def gallery(request: HttpRequest, code: str) -> HttpResponse:
    """The winners, for everybody, once they are announced and the embargo is over; for the chairs before."""
    found = Programme.objects.select_related("organiser").filter(code=code).first()
    if found is None:
        raise Http404
    chairs = request.user.is_authenticated and may(request.user, CHAIR, found)
    open_now = found.is_public(timezone.now())
    if not open_now and not chairs:
        raise Http404
    context = {"programme": found, "winners": winners_of(found), "preview": not open_now}
    return render(request, "awards/gallery.html", context)


@signed_in
def feedback(request: HttpRequest, code: str) -> HttpResponse:
    """What an entrant learns: own means beside the category's, and the judges' words without their names."""
    found = entry_of(request, code)
    own = person(request.user).has_role(found.organisation_id)
    allowed = (own and found.programme.is_public(timezone.now())) or may(request.user, "awards.chair_entry", found)
    context = {"entry": found, "parts": feedback_of(found) if allowed else [], "allowed": allowed}
    return render(request, "awards/feedback.html", context, status=200 if allowed else 403)

"""Programmes: all that a person has to do with, one in full, starting, declaring, opening, moving stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.views.engagements import form_status
from awards.forms import DeclareForm, StageForm, StartForm
from awards.scheme import SchemeError
from awards.selectors.programmes import awards_home, programme_page
from awards.services.errors import AwardError
from awards.services.programmes import category_merge, programme_declare, programme_open, programme_start, stage_move
from awards.views.fetching import programme_of
from awards.words import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

CHAIR = "awards.chair_programme"


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What there is for this person: programmes they chair, entries, judging, what they could enter, winners."""
    context = {
        "found": awards_home(person(request.user), at=timezone.now()),
        "may_start": may(request.user, "awards.add_programme"),
    }
    return render(request, "awards/home.html", context)


@permission("awards.add_programme", methods=("GET", "POST"))
def programme_create(request: HttpRequest) -> HttpResponse:
    """Start a programme from a template."""
    require(request.user, "awards.add_programme")
    form = StartForm(request.POST if request.method == "POST" else None, user=person(request.user))
    if form.is_valid():
        try:
            programme = programme_start(**form.facts(), by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error("edition", refusal(error))
        except SchemeError as error:
            said = gettext("The template does not fit this edition: %(faults)s")
            form.add_error("edition", said % {"faults": "; ".join(error.faults)})
        else:
            messages.success(request, gettext("The programme is a draft. Declare how it decides, then open it."))
            return redirect("awards:programme", programme.code)
    context = {"form": form, "title": gettext("Start an award programme")}
    return render(request, "awards/form.html", context, status=form_status(form))


@signed_in
def programme(request: HttpRequest, code: str) -> HttpResponse:
    """One programme: stages, categories, who may enter, criteria, how it decides."""
    found = programme_of(request, code)
    context = {
        "programme": found,
        "page": programme_page(found, person(request.user), at=timezone.now()),
        "chairs": may(request.user, CHAIR, found),
        "may_enter": may(request.user, "awards.add_entry"),
    }
    return render(request, "awards/programme.html", context)


@permission(CHAIR, methods=("GET", "POST"))
def declare(request: HttpRequest, code: str) -> HttpResponse:
    """Declare how results are made, while the programme is a draft."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    form = DeclareForm(request.POST if request.method == "POST" else None, programme=found)
    if form.is_valid():
        try:
            programme_declare(
                programme_id=found.pk, declared=form.declared(), by=person(request.user), at=timezone.now()
            )
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            messages.success(request, gettext("Declared. It can be changed until the programme opens, and not after."))
            return redirect("awards:programme", found.code)
    context = {"form": form, "title": gettext("How results are made"), "programme": found}
    return render(request, "awards/form.html", context, status=form_status(form))


@permission(CHAIR, methods=("POST",))
def open_programme(request: HttpRequest, code: str) -> HttpResponse:
    """Open a draft for entries."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    try:
        programme_open(programme_id=found.pk, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("The programme is open. How it decides is fixed from now on."))
    return redirect("awards:programme", found.code)


@permission(CHAIR, methods=("GET", "POST"))
def stage_edit(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """Move a stage, with a reason; its moments are said in the programme's time zone."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    row = found.stages.filter(code=stage).first()
    if row is None:
        raise Http404
    with timezone.override(found.zone):
        form = StageForm(request.POST if request.method == "POST" else None, stage=row, zone=found.zone)
        if form.is_valid():
            try:
                stage_move(stage_id=row.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
            except AwardError as error:
                form.add_error("closes_at", refusal(error))
            else:
                messages.success(request, gettext("The stage is moved."))
                return redirect("awards:programme", found.code)
        context = {"form": form, "title": gettext("Move a stage"), "programme": found, "zone": found.time_zone}
        return render(request, "awards/form.html", context, status=form_status(form))


@permission(CHAIR, methods=("POST",))
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Let the entries of one category compete in another."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    try:
        number = category_merge(
            programme_id=found.pk,
            source=request.POST.get("source", ""),
            target=request.POST.get("target", ""),
            reason=request.POST.get("reason", "")[:2000],
            by=person(request.user),
            at=timezone.now(),
        )
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("Merged; entries moved: %(number)s.") % {"number": number})
    return redirect("awards:desk", found.code)

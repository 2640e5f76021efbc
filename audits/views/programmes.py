"""Programmes: the year of an audit organisation, months by centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.engagement_forms import LineForm, ProgrammeForm, ProgrammeTextsForm
from audits.selectors.narrowing import Narrowed, narrowed_words
from audits.selectors.programmes import LINE_STATES, MONTHS, LinesWanted, programmes_for, year_of
from audits.services.errors import PlanError
from audits.services.programmes import line_add, line_remove, programme_create, programme_save
from audits.views.engagements import form_status
from audits.views.narrowing import narrowed_of
from audits.words import words_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from audits.engagements import AuditProgramme

CHANGE = "audits.change_programme"


@signed_in
def programme_list(request: HttpRequest) -> HttpResponse:
    """All programmes of the reader's organisations."""
    context = {
        "programmes": programmes_for(person(request.user)),
        "may_plan": may(request.user, "audits.add_audit"),
    }
    return render(request, "programmes/list.html", context)


@permission("audits.add_audit", methods=("GET", "POST"))
def programme_add(request: HttpRequest) -> HttpResponse:
    """Begin the programme of a year."""
    require(request.user, "audits.add_audit")
    initial = {"year": timezone.localdate().year + 1}
    form = ProgrammeForm(request.POST if request.method == "POST" else None, user=person(request.user), initial=initial)
    if form.is_valid():
        try:
            programme = programme_create(**form.cleaned_data, by=person(request.user), at=timezone.now())
        except PlanError as error:
            form.add_error(None, words_for(error.code))
        else:
            messages.success(request, gettext("The programme is begun. Plan its audits below."))
            return redirect("programmes:detail", programme.pk)
    return render(request, "programmes/form.html", {"form": form}, status=form_status(form))


def _fetched(request: HttpRequest, programme_id: int) -> AuditProgramme:
    programme = programmes_for(person(request.user)).filter(pk=programme_id).first()
    if programme is None:
        raise Http404
    return programme


@signed_in(methods=("GET", "POST"))
def programme_detail(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The year of a programme; an audit is added to it here."""
    programme = _fetched(request, programme_id)
    form = LineForm(request.POST if request.method == "POST" else None, user=person(request.user))
    if request.method == "POST":
        require(request.user, CHANGE, programme)
        if form.is_valid():
            line_add(programme_id=programme.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
            messages.success(request, gettext("The audit is on the programme."))
            return redirect("programmes:detail", programme.pk)
    user, asked = person(request.user), narrowed_of(request)
    state = request.GET.get("state", "")
    wanted = LinesWanted(state if state in LINE_STATES else "", asked.organisation, asked.centre)
    narrowed: list[tuple[str, object, str]] = list(
        narrowed_words(user, Narrowed(organisation=asked.organisation, centre=asked.centre))
    )
    if wanted.state:
        narrowed.append(("state", gettext("State"), str(LINE_STATES[wanted.state])))
    context = {
        "programme": programme,
        "year": year_of(programme, user=user, today=timezone.localdate(), wanted=wanted),
        "narrowed": narrowed,
        "months": MONTHS,
        "form": form,
        "may_change": may(request.user, CHANGE, programme),
    }
    return render(request, "programmes/detail.html", context, status=form_status(form))


@permission(CHANGE, methods=("GET", "POST"))
def programme_edit(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Change objectives and resources."""
    programme = _fetched(request, programme_id)
    require(request.user, CHANGE, programme)
    form = ProgrammeTextsForm(request.POST if request.method == "POST" else None, instance=programme)
    if form.is_valid():
        programme_save(programme_id=programme.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        messages.success(request, gettext("The programme is saved."))
        return redirect("programmes:detail", programme.pk)
    return render(request, "programmes/form.html", {"form": form, "programme": programme}, status=form_status(form))


@permission(CHANGE, methods=("POST",))
def programme_line_remove(request: HttpRequest, programme_id: int, line_id: int) -> HttpResponse:
    """Take an audit off the programme."""
    programme = _fetched(request, programme_id)
    require(request.user, CHANGE, programme)
    try:
        line_remove(programme_id=programme.pk, line_id=line_id, by=person(request.user), at=timezone.now())
    except PlanError as error:
        messages.error(request, words_for(error.code))
    else:
        messages.success(request, gettext("The audit is off the programme."))
    return redirect("programmes:detail", programme.pk)

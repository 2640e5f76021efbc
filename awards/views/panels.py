"""The panel, as the chair sees it: judges, ties, assignment; and a judge's own declarations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require, signed_in
from accounts.views.profiles import person
from audits.views.engagements import form_status
from awards.forms import CalibrationForm, ConflictForm, JudgeForm, ReasonForm, TieForm
from awards.scheme import JUDGING
from awards.selectors.panels import CONFLICTS, FOUND, Preview, barred, entries_in, panel_of, preview
from awards.services.calibration import calibration_add
from awards.services.errors import AwardError
from awards.services.panels import assignment_confirm, conflict_add, conflicts_none, judge_add, judge_remove, tie_add
from awards.views.fetching import programme_of
from awards.words import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from awards.models import Programme, Stage

CHAIR = "awards.chair_programme"


@permission(CHAIR, methods=("GET", "POST"))
def panel(request: HttpRequest, code: str) -> HttpResponse:
    """The panel with its ties, and which conflicts the data shows; a judge is added here."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    form = JudgeForm(request.POST if request.method == "POST" else None, programme=found)
    if form.is_valid():
        try:
            judge_add(
                programme_id=found.pk,
                email=form.cleaned_data["email"],
                facts=form.facts(),
                by=person(request.user),
                at=timezone.now(),
            )
        except AwardError as error:
            form.add_error("email", refusal(error))
        else:
            messages.success(request, gettext("The judge is on the panel."))
            return redirect("awards:panel", found.code)
    context = {**_panel_context(found), "form": form, "tie_form": TieForm()}
    return render(request, "awards/panel.html", context, status=form_status(form))


def _panel_context(found: Programme) -> dict[str, Any]:
    """Return the judges with the conflicts that were found, ties, and the stages that can be assigned."""
    stages = [stage for stage in found.stages.all() if found.scheme.stage(stage.code).kind == JUDGING]
    for stage in stages:
        stage.programme = found
    judges = panel_of(found)
    entries = entries_in(stages[0]) if stages else []
    reasons = barred(found, judges, entries)
    names = {entry.pk: entry for entry in entries}
    against: dict[int, list[tuple[Any, list[Any]]]] = {judge.pk: [] for judge in judges}
    for (entry, judge), codes in reasons.items():
        if said := [FOUND[code] for code in codes if code in CONFLICTS]:
            against[judge].append((names[entry], said))
    return {
        "programme": found,
        "judges": [(judge, against[judge.pk]) for judge in judges],
        "removed": found.judges.exclude(removed_at=None).select_related("user"),
        "ties": found.ties.select_related("one", "other"),
        "stages": [(stage, found.scheme.stage(stage.code)) for stage in stages],
    }


@permission(CHAIR, methods=("POST",))
def tie(request: HttpRequest, code: str) -> HttpResponse:
    """Note that two organisations have to do with each other."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    form = TieForm(request.POST)
    if form.is_valid():
        try:
            tie_add(programme_id=found.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            messages.success(request, gettext("The tie is noted; it counts from the next assignment on."))
            return redirect("awards:panel", found.code)
    context = {**_panel_context(found), "form": JudgeForm(programme=found), "tie_form": form}
    return render(request, "awards/panel.html", context, status=form_status(form))


@permission(CHAIR, methods=("GET", "POST"))
def remove(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Take a judge off the panel, with a reason."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    judge = found.judges.filter(key=key, removed_at=None).select_related("user").first()
    if judge is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None, button=gettext("Take off the panel"))
    if form.is_valid():
        try:
            judge_remove(judge_id=judge.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            messages.success(request, gettext("Taken off. What was handed in is kept and no longer counted."))
            return redirect("awards:panel", found.code)
    context = {"form": form, "title": f"{gettext('Take off the panel')}: {judge}", "programme": found}
    return render(request, "awards/form.html", context, status=form_status(form))


@permission(CHAIR, methods=("GET", "POST"))
def calibration(request: HttpRequest, code: str) -> HttpResponse:
    """Write an invented entry with known levels, to see how judges drift."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    form = CalibrationForm(request.POST if request.method == "POST" else None, programme=found)
    if form.is_valid():
        try:
            calibration_add(programme_id=found.pk, **form.facts(), by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            messages.success(request, gettext("Every judge of a blind round gets it with the next assignment."))
            return redirect("awards:panel", found.code)
    lead = gettext("Invented, with levels that you hold to be right. Judges cannot tell it; it counts for nothing.")
    context = {"form": form, "title": gettext("Calibration entry"), "lead": lead, "programme": found}
    return render(request, "awards/form.html", context, status=form_status(form))


def judging_stage(found: Programme, code: str) -> Stage:
    """Return a stage in which judges score, or answer 404."""
    stage = found.stages.filter(code=code).first()
    if stage is None or found.scheme.stage(code).kind != JUDGING:
        raise Http404
    stage.programme = found
    return stage


@permission(CHAIR, methods=("GET", "POST"))
def assign(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """Preview who would judge what, and what is given up; then confirm exactly that."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    row = judging_stage(found, stage)
    if request.method == "POST":
        try:
            number = assignment_confirm(
                stage_id=row.pk,
                fingerprint=request.POST.get("fingerprint", ""),
                by=person(request.user),
                at=timezone.now(),
            )
        except AwardError as error:
            messages.error(request, refusal(error))
        else:
            messages.success(request, gettext("Assigned; score cards made: %(number)s.") % {"number": number})
            return redirect("awards:desk", found.code)
    made = preview(row)
    context = {"programme": found, "stage": row, "spec": row.spec, "preview": made, **_said(made)}
    return render(request, "awards/assign.html", context)


def _said(made: Preview) -> dict[str, Any]:
    """Return the plan in words: loads, entries that are short with the reasons, groups that are not connected."""
    wanted = made.stage.programme.scheme.judges_per_entry
    short = []
    for entry, missing in sorted(made.plan.short.items()):
        counted = Counter(
            code for (barred_entry, _judge), codes in made.reasons.items() if barred_entry == entry for code in codes
        )
        short.append((made.entries[entry], missing, [(FOUND[code], number) for code, number in counted.most_common()]))
    loads = made.plan.loads
    return {
        "wanted": wanted,
        "short": short,
        "loads": [(judge, loads.get(judge.pk, 0)) for judge in made.judges.values()],
        "groups": [[made.judges[key] for key in sorted(group)] for group in made.plan.groups],
        "reserves": [made.judges[key] for key in sorted(made.plan.reserves)],
    }


@signed_in(methods=("GET", "POST"))
def declare(request: HttpRequest, code: str) -> HttpResponse:
    """A judge's own conflicts of interest: names that are typed, or none."""
    found = programme_of(request, code)
    judge = found.judges.filter(user=person(request.user), removed_at=None).first()
    if judge is None:
        raise Http404
    form = ConflictForm(request.POST if request.method == "POST" and "none" not in request.POST else None)
    try:
        if request.method == "POST" and "none" in request.POST:
            conflicts_none(judge_id=judge.pk, by=person(request.user), at=timezone.now())
            messages.success(request, gettext("Thank you. You can declare more at any time."))
            return redirect("awards:judging", found.code)
        if form.is_valid():
            conflict_add(judge_id=judge.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
            messages.success(request, gettext("It is noted. No entry of this name will come to you."))
            return redirect("awards:declare_conflicts", found.code)
    except AwardError as error:
        form.add_error(None, refusal(error))
    context = {"programme": found, "judge": judge, "form": form, "conflicts": judge.conflicts.order_by("name")}
    return render(request, "awards/conflicts.html", context, status=form_status(form))

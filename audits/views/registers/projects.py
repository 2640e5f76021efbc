"""Improvement projects: list, one, drafting, and the steps of their life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, signed_in
from accounts.models import Centre
from accounts.rules import CENTRE_EDITORS
from accounts.views.profiles import person
from audits.register_forms import FlowFormSet, ProjectForm, ReasonForm, ReviewForm, RevisionForm, flow_rows
from audits.registers import ProjectStatus
from audits.selectors.registers.projects import SORTS, STYLES, account, cuts_only_cost, projects_found, shown_numbers
from audits.services.registers.errors import RegisterError, StaleEntryError
from audits.services.registers.projects import (
    project_abandon,
    project_close,
    project_create,
    project_file,
    project_reopen,
    project_start,
    project_update,
)
from audits.views.registers.shared import CHANGE, PAGE, centre_for, key_of, project_for, query_of
from audits.views.registers.words import REFUSALS, UNPROCESSABLE, refuse, stale

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from audits.registers import Project

STEPS = {"file": project_file, "reopen": project_reopen, "start": project_start}


@signed_in
def project_list(request: HttpRequest) -> HttpResponse:
    """All projects that the person may see, with search, filters and sorting."""
    user = person(request.user)
    asked = request.GET.get
    chosen = {
        "q": query_of(request),
        "centre": key_of(request, "centre"),
        "status": asked("status", "") if asked("status") in ProjectStatus.values else "",
        "sort": asked("sort", "") if asked("sort") in SORTS else "-created",
    }
    found = projects_found(
        user,
        text=str(chosen["q"]),
        centre=key_of(request, "centre"),
        status=str(chosen["status"]),
        sort=str(chosen["sort"]),
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    centres = list(Centre.objects.visible_to(user).order_by("name"))
    writable = user.organisations_as(*CENTRE_EDITORS)
    context = {
        "page": page,
        "rows": [(each, STYLES.get(each.status, ""), cuts_only_cost(each)) for each in page],
        "centres": centres,
        "writable": [each for each in centres if each.organisation_id in writable],
        "statuses": ProjectStatus.choices,
        "chosen": chosen,
        "narrowed": bool(chosen["q"] or chosen["status"] or chosen["centre"] is not None),
    }
    return render(request, "registers/project_list.html", context)


@signed_in
def project_detail(request: HttpRequest, project_id: int) -> HttpResponse:
    """One project: promise, figures, running total, and what came of it."""
    user = person(request.user)
    project = project_for(user, project_id)
    may_change = may(user, CHANGE, project.centre.organisation)
    involved = user.pk in {project.lead.holder_id, project.filed_by_id}
    context = {
        "project": project,
        "style": STYLES.get(project.status, ""),
        "only_cost": cuts_only_cost(project),
        "numbers": shown_numbers(project),
        "plan": account(project.planned_flows, project.rate, project.currency) if project.plan else None,
        "actual": account(project.reviewed_flows, project.rate, project.currency) if project.actual else None,
        "may_change": may_change,
        "may_review": may_change and not involved and timezone.localdate() >= project.ends_on,
        "involved": involved,
    }
    return render(request, "registers/project_detail.html", context)


@permission(CHANGE, methods=("GET", "POST"))
def project_add(request: HttpRequest, centre_id: int) -> HttpResponse:
    """Draft a project of a centre."""
    user = person(request.user)
    centre = centre_for(user, centre_id, CHANGE)
    form = ProjectForm(request.POST or None, centre=centre)
    flows = FlowFormSet(request.POST or None, prefix="flows")
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid() and flows.is_valid():
            try:
                project = project_create(centre=centre, facts=form.facts(flows.flows()), by=user, at=timezone.now())
            except RegisterError as error:
                status = refuse(form, error)
            else:
                messages.success(request, gettext("The draft is saved. File it when the plan is complete."))
                return redirect("registers:project_detail", project.pk)
    context = {"form": form, "flows": flows, "centre": centre, "title": gettext("Draft an improvement project")}
    return render(request, "registers/project_form.html", context, status=status)


@permission(CHANGE, methods=("GET", "POST"))
def project_edit(request: HttpRequest, project_id: int) -> HttpResponse:
    """Change a draft."""
    user = person(request.user)
    project = project_for(user, project_id, CHANGE)
    form = ProjectForm(request.POST or None, centre=project.centre, project=project)
    flows = FlowFormSet(request.POST or None, prefix="flows", initial=flow_rows(project.planned_flows))
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid() and flows.is_valid():
            revision = form.cleaned_data["revision"]
            facts = form.facts(flows.flows())
            try:
                project_update(project_id=project.pk, revision=revision, facts=facts, by=user, at=timezone.now())
            except RegisterError as error:
                status = refuse(form, error)
            except StaleEntryError as error:
                status = stale(form, error)
            else:
                messages.success(request, gettext("The draft is saved. File it when the plan is complete."))
                return redirect("registers:project_detail", project.pk)
    context = {
        "form": form,
        "flows": flows,
        "centre": project.centre,
        "project": project,
        "title": gettext("Change the draft"),
    }
    return render(request, "registers/project_form.html", context, status=status)


@permission(CHANGE, methods=("POST",))
def project_step(request: HttpRequest, project_id: int, step: str) -> HttpResponse:
    """File, take back or start a project; what is missing is said on its page."""
    user = person(request.user)
    project = project_for(user, project_id, CHANGE)
    done = {
        "file": gettext("The project is filed; its plan is frozen."),
        "reopen": gettext("The project is a draft again."),
        "start": gettext("The project is running."),
    }
    form = RevisionForm(request.POST)
    if step not in STEPS or not form.is_valid():
        messages.error(request, gettext("This step is not known. Nothing was changed."))
        return redirect("registers:project_detail", project.pk)
    try:
        STEPS[step](project_id=project.pk, revision=form.cleaned_data["revision"], by=user, at=timezone.now())
    except RegisterError as error:
        messages.error(request, str(REFUSALS[error.code]))
    except StaleEntryError:
        messages.error(request, gettext("Somebody else changed this meanwhile. Nothing was done; look at it again."))
    else:
        messages.success(request, done[step])
    return redirect("registers:project_detail", project.pk)


@permission(CHANGE, methods=("GET", "POST"))
def project_review(request: HttpRequest, project_id: int) -> HttpResponse:
    """Close a project with what came of it."""
    user = person(request.user)
    project = project_for(user, project_id, CHANGE)
    form = ReviewForm(request.POST or None, revision=project.revision)
    flows = FlowFormSet(request.POST or None, prefix="flows", initial=flow_rows(project.planned_flows))
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid() and flows.is_valid():
            review: dict[str, Any] = {"revision": form.cleaned_data["revision"], "review": form.review(flows.flows())}
            try:
                project_close(project_id=project.pk, **review, by=user, at=timezone.now())
            except RegisterError as error:
                status = refuse(form, error)
            except StaleEntryError as error:
                status = stale(form, error)
            else:
                messages.success(request, gettext("The project is closed with your review."))
                return redirect("registers:project_detail", project.pk)
    context = {"form": form, "flows": flows, "project": project}
    return render(request, "registers/project_review.html", context, status=status)


@permission(CHANGE, methods=("GET", "POST"))
def project_end(request: HttpRequest, project_id: int) -> HttpResponse:
    """Abandon a project, with a reason."""
    user = person(request.user)
    project: Project = project_for(user, project_id, CHANGE)
    form = ReasonForm(request.POST or None, revision=project.revision)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                project_abandon(project_id=project.pk, **form.cleaned_data, by=user, at=timezone.now())
            except RegisterError as error:
                status = refuse(form, error)
            except StaleEntryError as error:
                status = stale(form, error)
            else:
                messages.success(request, gettext("The project is abandoned; it stays in the register."))
                return redirect("registers:project_detail", project.pk)
    context = {
        "form": form,
        "title": gettext("Abandon the project"),
        "lead": project.title,
        "explains": gettext("It ends without a result and stays in the register with your reason. No step leads back."),
        "button": gettext("Abandon"),
        "back": ("registers:project_detail", project.pk),
    }
    return render(request, "registers/reason.html", context, status=status)

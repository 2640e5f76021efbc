"""The plan of an audit: days, sites, team, sections, agenda."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.engagement_forms import AgendaForm, DatesForm, MemberForm, SectionsForm, SiteForm
from audits.selectors.plan import clause_names, sections_by_person
from audits.services.engagement import team_member_add, team_member_remove
from audits.services.errors import NotEditableError, PlanError
from audits.services.plan import agenda_add, agenda_remove, plan_dates_save, sections_assign, site_add, site_remove
from audits.views.engagements import get_audit
from audits.words import status_words, words_for
from audits.workflow import PLANNABLE, UNSTARTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse

    from audits.models import Audit

CHANGE = "audits.change_plan"


@signed_in
def plan_page(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Read the plan; whoever may changes it in place."""
    return _page(request, get_audit(person(request.user), audit_id))


def _forms(audit: Audit, bound: dict[str, BaseForm]) -> dict[str, BaseForm]:
    team = [member.user for member in audit.team.all()]
    return {
        "dates": DatesForm(instance=audit),
        "site": SiteForm(audit=audit),
        "sections": SectionsForm(team=team, clauses=clause_names(audit), chosen=sections_by_person(audit)),
        "agenda": AgendaForm(team=team, initial={"day": audit.onsite_from}),
        "member": MemberForm(audit=audit),
        **bound,
    }


def _page(request: HttpRequest, audit: Audit, *, status: int = 200, **bound: BaseForm) -> HttpResponse:
    chosen = sections_by_person(audit)
    context = {
        "audit": audit,
        "agenda": list(audit.agenda.prefetch_related("who")),
        "sites": list(audit.sites.select_related("centre")),
        "team": [(member, chosen.get(member.user_id, [])) for member in audit.team.all()],
        "may_change": audit.status in PLANNABLE and may(request.user, CHANGE, audit),
        "may_staff": audit.status in PLANNABLE and may(request.user, "audits.plan_audit", audit),
        "may_remove": audit.status in UNSTARTED and may(request.user, "audits.plan_audit", audit),
        "forms": _forms(audit, bound),
    }
    return render(request, "audits/plan.html", context, status=status)


def _do(request: HttpRequest, audit: Audit, name: str, form: BaseForm, work: Callable[[], object]) -> HttpResponse:
    """Do the work of a valid form and go back to the plan; else show the plan with the form as it was filled in."""
    if not form.is_valid():
        return _page(request, audit, status=422, **{name: form})
    problem = _attempt(work)
    if problem:
        form.add_error(None, problem)
        return _page(request, audit, status=409, **{name: form})
    messages.success(request, gettext("The plan is saved."))
    return redirect("audits:plan", audit.pk)


def _attempt(work: Callable[[], object]) -> str:
    try:
        work()
    except NotEditableError as error:
        return status_words(error.status)
    except PlanError as error:
        return words_for(error.code)
    return ""


@permission(CHANGE, methods=("POST",))
def plan_dates(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Change the days on site and the remote methods."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, CHANGE, audit)
    form = DatesForm(request.POST)
    by, at = person(request.user), timezone.now()
    return _do(
        request, audit, "dates", form, lambda: plan_dates_save(audit_id=audit.pk, **form.cleaned_data, by=by, at=at)
    )


@permission(CHANGE, methods=("POST",))
def plan_sections(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Divide the clauses among the team."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, CHANGE, audit)
    team = [member.user for member in audit.team.all()]
    form = SectionsForm(request.POST, team=team, clauses=clause_names(audit), chosen={})
    by, at = person(request.user), timezone.now()
    return _do(
        request,
        audit,
        "sections",
        form,
        lambda: sections_assign(audit_id=audit.pk, sections=form.sections(), by=by, at=at),
    )


@permission(CHANGE, methods=("POST",))
def plan_site_add(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Take a further site into the scope."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, CHANGE, audit)
    form = SiteForm(request.POST, audit=audit)
    by, at = person(request.user), timezone.now()
    return _do(request, audit, "site", form, lambda: site_add(audit_id=audit.pk, **form.cleaned_data, by=by, at=at))


@permission(CHANGE, methods=("POST",))
def plan_site_remove(request: HttpRequest, audit_id: int, site_id: int) -> HttpResponse:
    """Take a site out of the scope."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, CHANGE, audit)
    by, at = person(request.user), timezone.now()
    return _answer(request, audit, lambda: site_remove(audit_id=audit.pk, site_id=site_id, by=by, at=at))


@permission(CHANGE, methods=("POST",))
def plan_agenda_add(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Put a session on the agenda."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, CHANGE, audit)
    form = AgendaForm(request.POST, team=[member.user for member in audit.team.all()])
    by, at = person(request.user), timezone.now()
    return _do(request, audit, "agenda", form, lambda: agenda_add(audit_id=audit.pk, **form.cleaned_data, by=by, at=at))


@permission(CHANGE, methods=("POST",))
def plan_agenda_remove(request: HttpRequest, audit_id: int, line_id: int) -> HttpResponse:
    """Take a session off the agenda."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, CHANGE, audit)
    by, at = person(request.user), timezone.now()
    return _answer(request, audit, lambda: agenda_remove(audit_id=audit.pk, line_id=line_id, by=by, at=at))


def _answer(request: HttpRequest, audit: Audit, work: Callable[[], object]) -> HttpResponse:
    problem = _attempt(work)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, gettext("The plan is saved."))
    return redirect("audits:plan", audit.pk)


@permission("audits.plan_audit", methods=("POST",))
def member_add(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Put somebody on the team, or change what they do there."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.plan_audit", audit)
    form = MemberForm(request.POST, audit=audit)
    by, at = person(request.user), timezone.now()
    return _do(
        request, audit, "member", form, lambda: team_member_add(audit_id=audit.pk, **form.cleaned_data, by=by, at=at)
    )


@permission("audits.plan_audit", methods=("POST",))
def member_remove(request: HttpRequest, audit_id: int, user_id: int) -> HttpResponse:
    """Take somebody off the team before the work starts."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.plan_audit", audit)
    by, at = person(request.user), timezone.now()
    return _answer(request, audit, lambda: team_member_remove(audit_id=audit.pk, user_id=user_id, by=by, at=at))

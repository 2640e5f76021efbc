"""What is recorded around the work on site: stage 1 with its concerns, the opening and the closing meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.engagement_forms import ConcernForm, MeetingForm, NoteForm, StageOneForm
from audits.engagements import Concern, MeetingKind
from audits.models import Audit
from audits.selectors.plan import clause_names
from audits.services.errors import NotEditableError
from audits.services.onsite import (
    CONCERNED,
    STAGE_1,
    RecordError,
    concern_raise,
    concern_settle,
    meeting_record,
    stage_one_record,
)
from audits.views.engagements import form_status, get_audit
from audits.words import status_words, words_for
from audits.workflow import EDITABLE, INITIAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse

RECORD = "audits.record_onsite"


def attempt(form: BaseForm, work: Callable[[], object]) -> bool:
    """Do the work; on a refusal put its words on the form and return False."""
    try:
        work()
    except NotEditableError as error:
        form.add_error(None, status_words(error.status))
        return False
    except RecordError as error:
        form.add_error(None, words_for(error.code))
        return False
    return True


def _stage_audit(request: HttpRequest, audit_id: int) -> Audit:
    """Fetch an audit that has a stage 1; others have no such page."""
    audit = get_audit(person(request.user), audit_id)
    if audit.route != INITIAL:
        raise Http404
    return audit


@signed_in(methods=("GET", "POST"))
def stage_one_page(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Read stage 1; record its result."""
    audit = _stage_audit(request, audit_id)
    stage = getattr(audit, "stage_one", None)
    form = StageOneForm(request.POST if request.method == "POST" else None, instance=stage)
    refused = False
    if request.method == "POST":
        require(request.user, RECORD, audit)
        if form.is_valid():
            by, at = person(request.user), timezone.now()
            if attempt(form, lambda: stage_one_record(audit_id=audit.pk, **form.cleaned_data, by=by, at=at)):
                messages.success(request, gettext("Stage 1 is recorded."))
                return redirect("audits:stage_one", audit.pk)
            refused = True
    return _stage_page(
        request, audit, form, ConcernForm(clauses=clause_names(audit)), form_status(form, refused=refused)
    )


def _stage_page(
    request: HttpRequest, audit: Audit, form: StageOneForm, concern_form: ConcernForm, status: int
) -> HttpResponse:
    may_record = may(request.user, RECORD, audit)
    context = {
        "audit": audit,
        "stage": getattr(Audit.objects.select_related("stage_one__noted_by").get(pk=audit.pk), "stage_one", None),
        "form": form,
        "concern_form": concern_form,
        "concerns": list(audit.concerns.select_related("raised_by", "settled_by")),
        "may_record": may_record and audit.status in STAGE_1,
        "may_settle": may_record and audit.status in CONCERNED,
    }
    return render(request, "audits/stage_1.html", context, status=status)


@permission(RECORD, methods=("POST",))
def concern_add(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Raise an area of concern."""
    audit = _stage_audit(request, audit_id)
    require(request.user, RECORD, audit)
    form = ConcernForm(request.POST, clauses=clause_names(audit))
    by, at = person(request.user), timezone.now()
    refused = False
    if form.is_valid():
        if attempt(form, lambda: concern_raise(audit_id=audit.pk, **form.cleaned_data, by=by, at=at)):
            messages.success(request, gettext("The concern is recorded."))
            return redirect("audits:stage_one", audit.pk)
        refused = True
    stage = StageOneForm(instance=getattr(audit, "stage_one", None))
    return _stage_page(request, audit, stage, form, form_status(form, refused=refused))


@permission(RECORD, methods=("GET", "POST"))
def concern_settle_page(request: HttpRequest, concern_id: int) -> HttpResponse:
    """Say how a concern was dealt with."""
    visible = Audit.objects.visible_to(person(request.user)).order_by().values("pk")
    concern = Concern.objects.filter(audit__in=visible, pk=concern_id).first()
    if concern is None:
        raise Http404
    audit = get_audit(person(request.user), concern.audit_id)
    require(request.user, RECORD, audit)
    form = NoteForm(
        request.POST if request.method == "POST" else None,
        label=gettext("How it was dealt with"),
        button=gettext("The concern is dealt with"),
    )
    refused = False
    if form.is_valid():
        note, by, at = form.cleaned_data["note"], person(request.user), timezone.now()
        if attempt(form, lambda: concern_settle(concern_id=concern.pk, note=note, by=by, at=at)):
            messages.success(request, gettext("The concern is dealt with."))
            return redirect("audits:stage_one", audit.pk)
        refused = True
    context = {"audit": audit, "form": form, "title": gettext("Concern of stage 1"), "lead": concern.statement}
    return render(request, "audits/note.html", context, status=form_status(form, refused=refused))


@signed_in(methods=("GET", "POST"))
def meeting_page(request: HttpRequest, audit_id: int, kind: str) -> HttpResponse:
    """Read or record the opening or the closing meeting of the present round of stage 2."""
    audit = get_audit(person(request.user), audit_id)
    if kind not in MeetingKind.values:
        raise Http404
    held = list(audit.meetings.filter(kind=kind).select_related("noted_by").order_by("round"))
    meeting = next((each for each in held if each.round == audit.stage_2_round), None)
    form = MeetingForm(request.POST if request.method == "POST" else None, instance=meeting)
    refused = False
    if request.method == "POST":
        require(request.user, RECORD, audit)
        if form.is_valid():
            by, at = person(request.user), timezone.now()
            if attempt(form, lambda: meeting_record(audit_id=audit.pk, kind=kind, **form.cleaned_data, by=by, at=at)):
                messages.success(request, gettext("The meeting is recorded."))
                return redirect("audits:audit_detail", audit.pk)
            refused = True
    context = {
        "audit": audit,
        "form": form,
        "held": held,
        "title": MeetingKind(kind).label,
        "may_record": audit.status in EDITABLE and may(request.user, RECORD, audit),
    }
    return render(request, "audits/meeting.html", context, status=form_status(form, refused=refused))

"""Findings of one criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.forms import ClosingForm, FindingForm
from audits.models import Audit, Finding
from audits.services.errors import NotEditableError
from audits.services.findings import FindingError, finding_close, finding_raise
from audits.views.drawer import get_answer, render_panel
from audits.views.engagements import form_status
from audits.views.once import once
from audits.words import status_words, words_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@permission("audits.change_answer", methods=("POST",))
@once
def finding_add(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Raise a finding against a criterion and show the panel anew."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    form = FindingForm(request.POST, auto_id=f"finding-{answer.pk}-%s")
    if not form.is_valid():
        return render_panel(request, answer, finding_form=form, status=422)
    data = form.cleaned_data
    try:
        finding_raise(
            audit_id=answer.audit_id,
            criterion=answer.criterion,
            kind=data["kind"],
            statement=data["statement"],
            objective_evidence=data["objective_evidence"],
            due=data["due"],
            by=person(request.user),
            at=timezone.now(),
        )
    except NotEditableError as error:
        form.add_error(None, status_words(error.status))
        return render_panel(request, answer, finding_form=form, status=409)
    return render_panel(request, get_answer(person(request.user), answer_id))


@permission("audits.change_answer", methods=("GET", "POST"))
def finding_close_page(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Close a finding once its correction was verified."""
    finding = (
        Finding.objects.filter(audit__in=Audit.objects.visible_to(person(request.user)))
        .select_related("audit", "criterion")
        .prefetch_related("audit__team")
        .filter(pk=finding_id)
        .first()
    )
    if finding is None:
        raise Http404
    require(request.user, "audits.change_answer", finding.audit)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    refused = False
    if form.is_valid():
        try:
            finding_close(
                finding_id=finding.pk, note=form.cleaned_data["note"], by=person(request.user), at=timezone.now()
            )
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        except FindingError as error:
            refused = True
            form.add_error(None, words_for(error.code))
        else:
            messages.success(request, words_closed(finding))
            return redirect("audits:audit_detail", finding.audit_id)
    return render(
        request,
        "audits/finding_close.html",
        {"finding": finding, "audit": finding.audit, "form": form},
        status=form_status(form, refused=refused),
    )


def words_closed(finding: Finding) -> str:
    """Confirm by number."""
    return gettext("Finding %(number)s is closed.") % {"number": finding.number}

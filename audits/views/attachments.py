"""Findings of one criterion, raised beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.finding_words import finding_refusal
from audits.forms import FindingForm
from audits.services.errors import NotEditableError
from audits.services.findings import FindingError, finding_raise
from audits.views.drawer import get_answer, render_panel
from audits.views.findings import keys_of
from audits.views.once import once
from audits.words import status_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from audits.models import Answer, Finding


@permission("audits.change_answer", methods=("POST",))
@once
def finding_add(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Raise a finding against a criterion and show the panel anew; whoever accepts JSON gets the finding as that.

    ``key`` (a UUID) makes a repeated post the same finding: what was sent from a queue may be sent twice.
    """
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    form = FindingForm(request.POST, auto_id=f"finding-{answer.pk}-%s")
    status = 422
    if form.is_valid():
        try:
            finding = _raise(request, answer, form)
        except NotEditableError as error:
            status = 409
            form.add_error(None, status_words(error.status))
        except FindingError as error:
            form.add_error("due" if error.code.startswith("due") else None, finding_words_of(error))
        else:
            if _wants_json(request):
                return JsonResponse({"finding": {"id": finding.pk, "number": finding.number, "state": finding.state}})
            return render_panel(request, get_answer(person(request.user), answer_id))
    if _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=status)
    return render_panel(request, answer, finding_form=form, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").split(",")[0].split(";")[0].strip() == "application/json"


def _raise(request: HttpRequest, answer: Answer, form: FindingForm) -> Finding:
    """Raise what a valid form says."""
    data = form.cleaned_data
    return finding_raise(
        audit_id=answer.audit_id,
        criterion=answer.criterion,
        kind=data["kind"],
        statement=data["statement"],
        objective_evidence=data["objective_evidence"],
        due=data["due"],
        by=person(request.user),
        at=timezone.now(),
        key=data["key"],
        evidence=keys_of(request, "evidence"),
    )


def finding_words_of(error: FindingError) -> str:
    """Say why a finding cannot be raised so; for a day that is too far away also which is the last."""
    words = finding_refusal(*error.codes)
    if error.code == "due_too_far" and error.latest:
        return f"{words} {gettext('At the latest %(day)s.') % {'day': error.latest.isoformat()}}"
    return words

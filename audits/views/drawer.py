"""The drawer beside the sheet: guidance, market, evidence, findings of the criterion in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import Http404
from django.shortcuts import render

from accounts.access import signed_in
from accounts.views.profiles import person
from audits.forms import FindingForm
from audits.models import Answer
from audits.selectors.drawer import drawer_context
from audits.selectors.rows import flagged, rights_on
from audits.selectors.sheet import answer_for
from audits.views.comments_section import comments_context
from audits.views.evidence_section import section_context

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from audits.evidence_forms import EvidenceForm


def get_answer(user: User, answer_id: int) -> Answer:
    """Fetch an answer of a visible audit or answer 404."""
    try:
        return answer_for(user, answer_id)
    except Answer.DoesNotExist as error:
        raise Http404 from error


@signed_in
def panel(request: HttpRequest, answer_id: int) -> HttpResponse:
    """The drawer of one criterion."""
    return render_panel(request, get_answer(person(request.user), answer_id))


def render_panel(
    request: HttpRequest,
    answer: Answer,
    *,
    evidence_form: EvidenceForm | None = None,
    finding_form: FindingForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the drawer, with the forms as they came back where something was wrong."""
    audit, user = answer.audit, person(request.user)
    current = answer.criterion.edition_id == audit.edition_id
    rights = rights_on(audit, user=user)
    flagged(audit, [answer], user=user)
    context = {
        **section_context(request, answer, form=evidence_form),
        **comments_context(request, answer),
        **drawer_context(answer, sees_review=rights["sees_review"]),
        "finding_form": finding_form or FindingForm(auto_id=f"finding-{answer.pk}-%s", initial={"key": uuid4()}),
        "problem": problem,
        "editable": current and rights["editable"],
    }
    return render(request, "audits/drawer.html", context, status=status)

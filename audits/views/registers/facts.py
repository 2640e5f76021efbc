"""Taking a figure of the registers over as a fact of an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.selectors.registers.figures import offers
from audits.services.errors import NotEditableError
from audits.services.registers.facts import audit_fact_take
from audits.views.engagements import get_audit
from audits.words import status_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@permission("audits.change_answer", methods=("POST",))
def fact_take(request: HttpRequest, audit_id: int, code: str) -> HttpResponse:
    """Store the computed figure; refused when the registers say something else by now than was on the screen."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.change_answer", audit)
    offer = next((each for each in offers(audit) if each.figure.code == code), None)
    if offer is None:
        raise Http404
    figure = offer.figure
    if figure.value is None or figure.value != request.POST.get("value"):
        messages.error(request, gettext("The register has changed meanwhile. Nothing was stored; look at it again."))
        return redirect("audits:facts", audit.pk)
    try:
        audit_fact_take(
            audit_id=audit.pk,
            code=code,
            value=figure.value,
            note=figure.note,
            as_of=figure.as_of,
            by=person(request.user),
            at=timezone.now(),
        )
    except NotEditableError as error:
        messages.error(request, status_words(error.status))
    else:
        messages.success(request, gettext("The figure is taken over, with where it comes from."))
    return redirect("audits:facts", audit.pk)

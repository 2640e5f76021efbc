"""Who is on which clause of the sheet now: one small request every half minute, answered with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.utils import timezone

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.presence import here, short_names
from audits.views.engagements import get_audit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LONGEST_CLAUSE = 10  # characters, as in the models


@permission("audits.confer", methods=("POST",))
def presence(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Keep on which clause the person is, and return the others as ``{"people": [{name, short, clause}]}``."""
    user = person(request.user)
    audit = get_audit(user, audit_id)
    require(user, "audits.confer", audit)
    clause = request.POST.get("clause", "")[:LONGEST_CLAUSE]
    others = here(audit_id=audit.pk, person=user.pk, name=str(user), clause=clause, at=timezone.now())
    short = short_names(each.name for each in others)
    people = [{"name": each.name, "short": short[each.name], "clause": each.clause} for each in others]
    return JsonResponse({"people": people})

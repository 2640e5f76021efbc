"""What happened in an audit: the ledger in words, for those inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.activity_words import KINDS
from audits.selectors.activity import activity_page, entries_of, people_in
from audits.views.engagements import get_audit
from audits.views.registers.shared import key_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@permission("audits.confer")
def activity(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Everything that happened, newest first; by person and by kind."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.confer", audit)
    who, kind = key_of(request, "who"), request.GET.get("kind", "")
    page, rows = activity_page(entries_of(audit, person=who, kind=kind), request.GET.get("page"))
    context = {
        "audit": audit,
        "page": page,
        "rows": rows,
        "people": people_in(audit),
        "kinds": [(code, title) for code, (title, _starts) in KINDS.items()],
        "who": who,
        "kind": kind if kind in KINDS else "",
    }
    return render(request, "audits/activity.html", context)

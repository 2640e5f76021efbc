"""Two audits of one centre side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import signed_in
from accounts.views.profiles import person
from audits.contrasts import Why
from audits.selectors.comparing import comparable, comparison_page
from audits.views.engagements import get_audit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

REASONS = {
    Why.RAISED: _("Levels that rose"),
    Why.LOWERED: _("Levels that fell"),
    Why.ANSWERED: _("Unanswered before, answered now"),
    Why.EMPTIED: _("Answered before, unanswered now"),
    Why.NA: _("Became, or ceased to be, not applicable"),
    Why.CAME: _("Asked for the first time"),
    Why.GONE: _("No longer asked"),
    Why.WEIGHT: _("The same level, with another share of its block"),
    Why.SAME: _("As before"),
}


@signed_in
def compare_choice(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Choose with which other audit of the centre to compare."""
    user = person(request.user)
    audit = get_audit(user, audit_id)
    return render(request, "audits/compare_choice.html", {"audit": audit, "others": comparable(audit, user)})


@signed_in
def compare_page(request: HttpRequest, audit_id: int, other_id: int) -> HttpResponse:
    """Show two audits criterion by criterion, and what made the difference."""
    user = person(request.user)
    audit, other = get_audit(user, audit_id), get_audit(user, other_id)
    if audit.pk == other.pk or (audit.centre_id, audit.edition.code) != (other.centre_id, other.edition.code):
        raise Http404
    page = comparison_page(audit, other, tier=request.GET.get("tier", ""), today=timezone.localdate())
    context = {
        "audit": audit,
        "page": page,
        "reasons": [(REASONS[Why(why)], points) for why, points in page.reasons],
        "words": REASONS,
    }
    return render(request, "audits/compare.html", context)

"""What if: an audit's score recalculated while somebody tries levels, verdicts, facts, findings. Nothing is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone

from accounts.access import signed_in
from accounts.views.profiles import person
from audits.selectors.overview import gate_rows, tier_names, tier_rows
from audits.selectors.supposing import Supposing
from audits.views.engagements import get_audit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
def what_if(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Show the score as it stands and as it would be; a fragment while one tries, the whole page by its address."""
    audit = get_audit(person(request.user), audit_id)
    supposing = Supposing(audit, today=timezone.localdate())
    supposed = supposing.read(request.GET, request.GET.getlist("closed"))
    outcome = supposing.outcome(supposed)
    before = {(title, row.code): row.state for title, rows in gate_rows(audit, outcome.before) for row in rows}
    names = dict(tier_names(audit))
    context = {
        "audit": audit,
        "supposed": supposed,
        "tiers_before": tier_rows(audit, outcome.before),
        "tiers": tier_rows(audit, outcome.after),
        "tier_before": names.get(outcome.before.tier or ""),
        "tier_after": names.get(outcome.after.tier or ""),
        "gates": [
            (title, [(row, before.get((title, row.code), "")) for row in rows])
            for title, rows in gate_rows(audit, outcome.after)
        ],
        "plan": outcome.plan,
    }
    if request.headers.get("HX-Request"):
        return render(request, "audits/what_if.html#outcome", context)
    context |= {
        "blocks": supposing.criteria(supposed),
        "measured": supposing.measured(supposed),
        "facts": supposing.facts(supposed),
        "findings": supposing.open_findings(),
    }
    return render(request, "audits/what_if.html", context)

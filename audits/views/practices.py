"""From a strength that was seen in an audit to a proposal for the next edition of the standard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.models import Audit, AuditStatus, Finding, FindingKind
from standards.practice_forms import LANGUAGE_NAMES, PracticeForm
from standards.practice_words import words_for
from standards.practices import Practice, PracticeSource
from standards.services.errors import PracticeRefusedError
from standards.services.practices import PracticeContent, practice_propose

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponse

    from accounts.models import User

CONFLICT, UNPROCESSABLE = 409, 422
LONGEST_REFERENCE = 500


@permission("audits.propose_practice", methods=("GET", "POST"))
def practice_propose_page(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Propose a strength as a best practice. The auditee is asked for its consent; until then it stays inside."""
    user = person(request.user)
    finding = _strength(user, finding_id)
    audit = finding.audit
    require(user, "audits.propose_practice", audit)
    key = f"finding:{finding.pk}"
    before = Practice.objects.visible_to(user).filter(source_key=key).first()
    if before is not None:
        messages.info(request, words_for(["taken"])[0])
        return redirect("standards:practice", before.code)
    form = PracticeForm(request.POST if request.method == "POST" else None, user=user, given=_content(finding))
    status = 200
    if form.is_bound:
        status = UNPROCESSABLE
    if form.is_valid():
        try:
            made = practice_propose(
                standard=audit.edition.code,
                content=form.content(),
                source=PracticeSource.AUDIT,
                source_key=key,
                source_label=gettext("%(audit)s, finding %(number)s")
                % {"audit": audit.reference, "number": finding.number},
                by=user,
                at=timezone.now(),
            )
        except PracticeRefusedError as error:
            status = CONFLICT
            for words in words_for(error.reasons):
                form.add_error(None, words)
        else:
            messages.success(
                request,
                gettext("%(code)s is proposed. %(auditee)s is asked whether it may be published.")
                % {"code": made.code, "auditee": audit.auditee},
            )
            return redirect("standards:practice", made.code)
    origin = gettext(
        "From audit %(audit)s, finding %(number)s. %(auditee)s is asked whether it may be published; until it agrees, "
        "only the standard's owner, %(auditee)s and you read it."
    ) % {"audit": audit.reference, "number": finding.number, "auditee": audit.auditee}
    return render(request, "standards/practices/form.html", {"form": form, "origin": origin}, status=status)


def _strength(user: User, finding_id: int) -> Finding:
    """Return the strength, of an audit that the person sees and that was not cancelled."""
    finding: Finding | None = (
        Finding.objects.filter(audit__in=Audit.objects.visible_to(user), kind=FindingKind.STRENGTH)
        .exclude(audit__status=AuditStatus.CANCELLED)
        .select_related("audit__auditee", "audit__centre", "audit__edition", "criterion")
        .prefetch_related("audit__team")
        .filter(pk=finding_id)
        .first()
    )
    if finding is None:
        raise Http404
    return finding


def _content(finding: Finding) -> PracticeContent:
    """Return what the audit knows: words of the finding in the reader's language, origin, criterion, evidence."""
    audit = finding.audit
    reader = (get_language() or "en").lower()
    language = reader if reader in LANGUAGE_NAMES else "en"
    reference = f"{audit.reference}: {' '.join(finding.objective_evidence.split())}"
    return PracticeContent(
        title={},
        summary={language: finding.statement},
        done={},
        evidence=[reference[:LONGEST_REFERENCE]],
        industry=audit.centre.industry,
        edition=audit.edition,
        places=[finding.criterion.code],
        organisation=audit.auditee,
    )

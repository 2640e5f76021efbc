"""Conflicts of interest: each declares their own, an audit manager clears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require
from accounts.views.profiles import person
from audits.engagement_forms import ConflictForm, NoteForm
from audits.selectors.conflicts import concerned, standings
from audits.services.conflicts import LIVE, ConflictError, conflict_clear, conflict_declare
from audits.services.errors import NotEditableError
from audits.views.engagements import form_status, get_audit
from audits.words import FOUND, status_words, words_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from audits.models import Audit


@permission("audits.view_conflicts", methods=("GET", "POST"))
def conflicts_page(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Show who stands how to the audited organisation, and let the reader declare their own."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.view_conflicts", audit)
    me = person(request.user)
    mine = audit.conflicts.filter(user=me).first()
    form = ConflictForm(request.POST if request.method == "POST" else None, instance=mine)
    refused = False
    if request.method == "POST":
        require(request.user, "audits.declare_conflict", audit)
        if form.is_valid():
            try:
                conflict_declare(audit_id=audit.pk, **form.cleaned_data, by=me, at=timezone.now())
            except NotEditableError as error:
                refused = True
                form.add_error(None, status_words(error.status))
            else:
                messages.success(request, gettext("Your declaration is recorded."))
                return redirect("audits:conflicts", audit.pk)
    return _page(request, audit, form, refused=refused)


def _page(request: HttpRequest, audit: Audit, form: ConflictForm, *, refused: bool) -> HttpResponse:
    me, live = person(request.user), audit.status in LIVE
    rows = [(stand, [str(FOUND[code]) for code in stand.found]) for stand in standings(audit, concerned(audit))]
    context = {
        "audit": audit,
        "form": form,
        "rows": rows,
        "me": me,
        "may_declare": live and may(request.user, "audits.declare_conflict", audit),
        "may_clear": live and may(request.user, "audits.plan_audit", audit),
    }
    return render(request, "audits/conflicts.html", context, status=form_status(form, refused=refused))


@permission("audits.plan_audit", methods=("GET", "POST"))
def conflict_clear_page(request: HttpRequest, audit_id: int, user_id: int) -> HttpResponse:
    """Let somebody work in spite of a conflict, with a reason."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.plan_audit", audit)
    user = next((each for each in concerned(audit) if each.pk == user_id), None)
    if user is None:
        raise Http404
    (stand,) = standings(audit, [user])
    form = NoteForm(
        request.POST if request.method == "POST" else None,
        label=gettext("Why it may stand, and what guards against it"),
        button=gettext("Clear the conflict"),
    )
    refused = False
    if form.is_valid():
        problem = _clear(audit, user, form.cleaned_data["note"], person(request.user))
        if problem:
            refused = True
            form.add_error(None, problem)
        else:
            messages.success(request, gettext("The conflict is cleared under your name."))
            return redirect("audits:conflicts", audit.pk)
    found = [str(FOUND[code]) for code in stand.found]
    context = {"audit": audit, "form": form, "stand": stand, "found": found}
    return render(request, "audits/conflict_clear.html", context, status=form_status(form, refused=refused))


def _clear(audit: Audit, user: User, note: str, by: User) -> str:
    """Clear it, or return in words why not."""
    try:
        conflict_clear(audit_id=audit.pk, user=user, note=note, by=by, at=timezone.now())
    except ConflictError as error:
        return words_for(error.code)
    except NotEditableError as error:
        return status_words(error.status)
    return ""

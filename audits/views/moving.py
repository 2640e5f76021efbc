"""Moving an audit under way to another edition: choose, preview, confirm; and the record of it ever after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require, signed_in
from accounts.views.profiles import person
from audits.carrying import MoveRefusedError
from audits.forms import MoveForm
from audits.selectors.moved import move_page
from audits.selectors.moving import move_plan, move_targets, moves_of, target_for
from audits.services.errors import NotEditableError
from audits.services.moving import audit_move
from audits.views.engagements import get_audit
from audits.words import status_words, words_for
from audits.workflow import PLANNABLE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from audits.models import Audit
    from audits.selectors.moving import Move

LONGEST_REASON = 5_000


@permission("audits.move_audit")
def move_choice(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Choose the edition to go to."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.move_audit", audit)
    return _choice(request, audit)


@permission("audits.move_audit", methods=("GET", "POST"))
def move_preview(request: HttpRequest, audit_id: int, edition_id: int) -> HttpResponse:
    """Say what the move would do, and do exactly that once it is confirmed."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.move_audit", audit)
    if audit.status not in PLANNABLE:
        return _choice(request, audit, status=409)
    at = timezone.now()
    try:
        move = move_plan(audit, target_for(audit, edition_id), today=at.date())
    except MoveRefusedError as error:
        return _choice(request, audit, problem=words_for(*error.codes), status=409)
    form = MoveForm(request.POST if request.method == "POST" else None, must_read=move.must_read)
    if request.method != "POST":
        return _preview(request, audit, move, form)
    seen = request.POST.get("fingerprint", "")
    if seen == move.fingerprint and not form.is_valid():
        return _preview(request, audit, move, form, status=422)
    try:
        made = audit_move(
            audit_id=audit.pk,
            edition_id=edition_id,
            fingerprint=seen,
            read=form.read() if form.is_valid() else (),
            reason=request.POST.get("reason", "")[:LONGEST_REASON],
            by=person(request.user),
            at=at,
        )
    except (MoveRefusedError, NotEditableError) as error:
        return _refused(request, audit_id, edition_id, error)
    messages.success(request, gettext("The audit has moved. What became of every criterion is kept here."))
    return redirect("audits:move_record", audit.pk, made.pk)


@signed_in
def move_record(request: HttpRequest, audit_id: int, move_id: int) -> HttpResponse:
    """What was done, when, by whom and why: the plan as it was confirmed."""
    audit = get_audit(person(request.user), audit_id)
    made = next((each for each in moves_of(audit) if each.pk == move_id), None)
    if made is None:
        raise Http404
    page = move_page(made.plan, made.old_edition, made.new_edition)
    context = {"audit": audit, "move": made, "page": page, "old": made.old_edition, "new": made.new_edition}
    return render(request, "audits/move_record.html", context)


def _choice(request: HttpRequest, audit: Audit, *, problem: str = "", status: int = 200) -> HttpResponse:
    movable = audit.status in PLANNABLE
    context = {
        "audit": audit,
        "movable": movable,
        "targets": move_targets(audit) if movable else [],
        "problem": problem or ("" if movable else status_words(audit.status)),
    }
    return render(request, "audits/move_choice.html", context, status=status)


def _preview(
    request: HttpRequest, audit: Audit, move: Move, form: MoveForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    edition = move.target.edition
    context = {
        "audit": audit,
        "move": move,
        "form": form,
        "problem": problem,
        "page": move_page(move.plan, audit.edition, edition, must_read=move.must_read),
        "old": audit.edition,
        "new": edition,
    }
    return render(request, "audits/move_preview.html", context, status=status)


def _refused(
    request: HttpRequest, audit_id: int, edition_id: int, error: MoveRefusedError | NotEditableError
) -> HttpResponse:
    """Show the present state with the reason; what was ticked for the former one has to be ticked again."""
    audit = get_audit(person(request.user), audit_id)
    words = status_words(error.status) if isinstance(error, NotEditableError) else words_for(*error.codes)
    if audit.status not in PLANNABLE:
        return _choice(request, audit, problem=words, status=409)
    try:
        move = move_plan(audit, target_for(audit, edition_id), today=timezone.now().date())
    except MoveRefusedError as other:
        return _choice(request, audit, problem=words_for(*other.codes), status=409)
    form = MoveForm(must_read=move.must_read, initial={"reason": request.POST.get("reason", "")[:LONGEST_REASON]})
    return _preview(request, audit, move, form, problem=words, status=409)

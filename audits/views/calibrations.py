"""Calibration: asking for second answers, giving one's own blind, and what they say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.models import Role
from accounts.views.profiles import person
from audits.calibrating import Calibration, CalibrationCard
from audits.calibration_forms import CalibrationForm
from audits.calibration_words import REFUSALS, UNSAID
from audits.concord import Kappa
from audits.selectors.calibration import agreement, auditors_beside, calibrations_for, seen_by
from audits.selectors.sheet import asked_answers
from audits.services.calibration import CalibrationError, calibration_ask, card_give
from audits.services.errors import NotEditableError
from audits.views.engagements import form_status, get_audit
from audits.words import status_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

LONGEST_LEVEL = 3  # digits


@signed_in
def calibration_list(request: HttpRequest) -> HttpResponse:
    """The calibrations of the person; for audit managers also how far auditors agree, and who leans."""
    user = person(request.user)
    managed = user.organisations_as(Role.ADMINISTRATOR, Role.AUDIT_MANAGER)
    context = {"calibrations": calibrations_for(user), "manages": bool(managed)}
    if managed:
        rows, overall, found = agreement(managed)
        said = overall if isinstance(overall, Kappa) else None
        unsaid = "" if isinstance(overall, Kappa) else UNSAID[overall]
        context |= {"rows": rows, "overall": said, "unsaid": unsaid, "leans": found}
    return render(request, "calibration/list.html", context)


@permission("audits.plan_audit", methods=("GET", "POST"))
def calibration_new(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Ask two auditors for their own answers to criteria of an audit."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.plan_audit", audit)
    people, answers = auditors_beside(audit), asked_answers(audit)
    form = CalibrationForm(request.POST if request.method == "POST" else None, people=people, answers=answers)
    refused = False
    if form.is_valid():
        data = form.cleaned_data
        raters = (data["first"], data["second"])
        try:
            asked = calibration_ask(
                audit_id=audit.pk, codes=data["criteria"], raters=raters, by=person(request.user), at=timezone.now()
            )
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        except CalibrationError as error:
            form.add_error("second" if error.code == "two_raters" else None, REFUSALS[error.code])
        else:
            messages.success(request, gettext("Both auditors are told. Their answers appear when both are given."))
            return redirect("calibration:detail", asked.pk)
    context = {"audit": audit, "form": form, "people": people}
    return render(request, "calibration/new.html", context, status=form_status(form, refused=refused))


def _calibration(user: User, calibration_id: int) -> Calibration:
    found = calibrations_for(user).filter(pk=calibration_id).first()
    if found is None:
        raise Http404
    return found


@signed_in
def calibration_detail(request: HttpRequest, calibration_id: int) -> HttpResponse:
    """One calibration: one's own cards, and both answers where both are given."""
    return _page(request, _calibration(person(request.user), calibration_id))


def _page(
    request: HttpRequest, found: Calibration, *, card: int = 0, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "found": found,
        "seen": seen_by(found, person(request.user)),
        "manages": may(request.user, "audits.plan_audit", found.audit),
        "problem": problem,
        "problem_at": card,
        "typed": request.POST if problem else {},
    }
    return render(request, "calibration/detail.html", context, status=status)


@signed_in(methods=("POST",))
def card_given(request: HttpRequest, card_id: int) -> HttpResponse:
    """Give one's own answer, for good."""
    user = person(request.user)
    card = CalibrationCard.objects.filter(pk=card_id, rater=user).first()
    if card is None:
        raise Http404
    found, level = _calibration(user, card.calibration_id), request.POST.get("level", "")
    number = level.isascii() and level.isdigit() and len(level) <= LONGEST_LEVEL
    if level != "na" and not number:
        return _page(request, found, card=card.pk, problem=str(REFUSALS["no_level"]), status=422)
    note, chosen = request.POST.get("note", ""), int(level) if number else None
    try:
        card_give(card_id=card.pk, level=chosen, note=note, by=user, at=timezone.now())
    except CalibrationError as error:
        status = 409 if error.code == "given_already" else 422
        return _page(request, found, card=card.pk, problem=str(REFUSALS[error.code]), status=status)
    messages.success(request, gettext("Your answer to %(code)s is given.") % {"code": card.criterion.code})
    return redirect("calibration:detail", found.pk)

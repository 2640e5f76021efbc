"""Looking after accounts: closing, opening, resetting, forgetting; and one's own data as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import may, permission, require, signed_in
from accounts.factors import second_factor_held
from accounts.forms import AccountReasonForm, PersonSearchForm
from accounts.models import User
from accounts.selectors import people_kept_by, personal_data, tokens_of
from accounts.services import person_deactivate, person_erase, person_reactivate, second_factor_reset
from accounts.services.errors import StillActiveError
from accounts.sessions import sessions_of
from accounts.stepping_up import step_up
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

KEEP, ERASE = "accounts.manage_person", "accounts.erase_person"
STEPS = ("deactivate", "reactivate", "reset", "erase")


@signed_in
def own_data(request: HttpRequest) -> HttpResponse:
    """Hand out everything that is kept about oneself."""
    response = JsonResponse(personal_data(person(request.user)), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="touchstone-own-data.json"'
    return response


@permission("accounts.find_person", methods=("GET", "POST"))
def person_find(request: HttpRequest) -> HttpResponse:
    """Lead an operator to one person's account."""
    require(request.user, "accounts.find_person")
    form = PersonSearchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = User.objects.filter(email=form.cleaned_data["email"].lower()).first()
        if found:
            return redirect("accounts:person", found.pk)
        form.add_error("email", _("Nobody has this address here."))
    return render(request, "accounts/person_find.html", {"form": form}, status=422 if form.errors else 200)


def _kept(request: HttpRequest, pk: int) -> User:
    """Return the person: 404 to whoever looks after nobody like that, 403 without the right."""
    found = get_object_or_404(people_kept_by(person(request.user)), pk=pk)
    require(request.user, KEEP, found)
    return found


@permission(KEEP)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an account's state and what may be done with it; nothing of what the person does elsewhere."""
    return _page(request, _kept(request, pk))


@permission(KEEP, methods=("POST",))
@step_up
def person_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Close, open, reset or forget an account."""
    found, user, at = _kept(request, pk), person(request.user), timezone.now()
    if step not in STEPS:
        raise Http404
    form = AccountReasonForm(request.POST)
    if step in {"deactivate", "erase"} and not form.is_valid():
        return _page(request, found, form, status=422)
    if step == "deactivate":
        person_deactivate(person=found, reason=form.cleaned_data["reason"], by=user, at=at)
        messages.success(request, _("The account is closed; every device and token of it is out."))
    elif step == "reactivate":
        person_reactivate(person=found, by=user, at=at)
        messages.success(request, _("The account is open again."))
    elif step == "reset":
        second_factor_reset(person=found, by=user, at=at)
        messages.success(request, _("The second factor is gone, and every device signed out."))
    else:
        require(user, ERASE)
        try:
            person_erase(person=found, reason=form.cleaned_data["reason"], by=user, at=at)
        except StillActiveError:
            messages.error(request, _("Close the account first."))
        else:
            messages.success(request, _("The person is forgotten; the record of what was done stays."))
            return redirect("accounts:person_find")
    return redirect("accounts:person", found.pk)


def _page(
    request: HttpRequest, found: User, form: AccountReasonForm | None = None, *, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    context = {
        "found": found,
        "form": form or AccountReasonForm(),
        "factor": second_factor_held(found),
        "sessions": len(sessions_of(found, at=at)),
        "tokens": len(tokens_of(found, at=at)),
        "may_erase": may(request.user, ERASE),
    }
    return render(request, "accounts/person.html", context, status=status)

"""One's own profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.access import may, signed_in
from accounts.forms import NoticesForm, ProfileForm
from accounts.models import User
from accounts.selectors import memberships_of, preferences_of
from accounts.services import preferences_save, profile_update

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest, HttpResponse


def person(user: User | AnonymousUser) -> User:
    """Return the signed-in person; the middleware let nobody else through."""
    if not isinstance(user, User):
        raise TypeError("Only views for signed-in people ask for the person.")
    return user


@signed_in(methods=("GET", "POST"))
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change one's name, language and time zone; show one's roles."""
    user = person(request.user)
    # A copy for the form: what was typed and refused must not appear as the person's name in the menu.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        profile_update(user=user, **form.cleaned_data)
        with translation.override(user.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return _page(request, form=form)


@signed_in(methods=("POST",))
def profile_notices(request: HttpRequest) -> HttpResponse:
    """Change how one is told: in the page, by e-mail, once a day."""
    user = person(request.user)
    notices = NoticesForm(request.POST, chosen=preferences_of(user))
    if not notices.is_valid():
        return _page(request, notices=notices, status=422)
    preferences_save(user=user, wanted=notices.wanted())
    messages.success(request, _("From now on you are told as you chose."))
    return redirect("accounts:profile")


def _page(
    request: HttpRequest, *, form: ProfileForm | None = None, notices: NoticesForm | None = None, status: int = 200
) -> HttpResponse:
    user = person(request.user)
    context = {
        "form": form or ProfileForm(instance=User.objects.get(pk=user.pk)),
        "notices": notices or NoticesForm(chosen=preferences_of(user)),
        "memberships": memberships_of(user),
        "may_read_rights": may(user, "accounts.read_rights"),
        "may_find": may(user, "accounts.find_person"),
        "single_sign_on": bool(settings.IDENTITY_PROVIDERS),
        "may_add": may(user, "accounts.add_organisation"),
    }
    return render(request, "accounts/profile.html", context, status=status)

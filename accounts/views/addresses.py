"""Changing one's e-mail address."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.access import signed_in
from accounts.forms import AddressForm
from accounts.services import address_ask, address_change, address_find
from accounts.services.errors import AddressLinkError, AddressTakenError
from accounts.stepping_up import step_up
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


@signed_in(methods=("GET", "POST"))
@step_up
def address_new(request: HttpRequest) -> HttpResponse:
    """Ask for the new address, and send a link there; whether somebody has it already stays unsaid."""
    user = person(request.user)
    form = AddressForm(request.POST if request.method == "POST" else None, known=user.email)
    if form.is_valid() and not ratelimit.consume(request, action="manage_email", user=user):
        form.add_error(None, _("Too many attempts. Wait a few minutes."))
    if form.is_valid():
        email = form.cleaned_data["email"]
        token = address_ask(user=user, email=email, at=timezone.now())
        if token is None or _mail(email, token):
            sent = _("A link is on its way to %(email)s. Open it within two hours.") % {"email": email}
            messages.success(request, sent)
            return redirect("accounts:profile")
        form.add_error(None, _("The mail could not be sent. Try again or tell the operator."))
    return render(request, "accounts/address_form.html", {"form": form}, status=422 if form.errors else 200)


@signed_in(methods=("GET", "POST"))
@never_cache
@step_up
def address_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show which address is set by this link, and set it; for the person who asked for it, signed in."""
    user = person(request.user)
    try:
        email = address_find(user=user, token=token)
        if request.method == "POST":
            before = address_change(user=user, token=token, at=timezone.now())
            get_adapter().send_notification_mail(
                "account/email/email_changed", user, {"from_email": before, "to_email": email}, email=before
            )
            messages.success(request, _("Your address is %(email)s now.") % {"email": email})
            return redirect("accounts:profile")
        response = render(request, "accounts/address_confirm.html", {"email": email})
    except (AddressLinkError, AddressTakenError):
        response = render(request, "accounts/address_closed.html", status=404)
    response["Referrer-Policy"] = "no-referrer"  # the address of the page holds the secret
    return response


def _mail(email: str, token: str) -> bool:
    """Send the link; say whether the mail server took it."""
    link = settings.PUBLIC_URL + reverse("accounts:address_confirm", args=[token])
    text = render_to_string("accounts/mail/address.txt", {"link": link})
    try:
        send_mail(_("Confirm your new address for Touchstone"), text, None, [email])
    except (SMTPException, OSError):
        logger.exception("the link to a new address of a person was not sent")
        return False
    return True

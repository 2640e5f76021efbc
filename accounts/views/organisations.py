"""Organisations: members, invitations, mandates."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.access import may, permission, require
from accounts.forms import AuditBodyForm, InvitationForm, OrganisationForm
from accounts.models import Invitation, Membership, Organisation, Role
from accounts.selectors import invitations_open, members_of, support_grants_of
from accounts.services import (
    audit_body_add,
    audit_body_remove,
    invitation_create,
    invitation_withdraw,
    membership_remove,
    organisation_create,
)
from accounts.services.errors import AlreadyMemberError, LastAdministratorError, NameTakenError
from accounts.views.profiles import person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

logger = logging.getLogger(__name__)


@permission("accounts.add_organisation", methods=("GET", "POST"))
def organisation_add(request: HttpRequest) -> HttpResponse:
    """Let an operator open an organisation; whoever does is its first administrator."""
    user = person(request.user)
    require(user, "accounts.add_organisation")
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = organisation_create(**form.cleaned_data, by=user)
        except NameTakenError:
            form.add_error("name", _("There is an organisation of this name already."))
        else:
            return redirect("accounts:organisation_detail", made.pk)
    return render(request, "accounts/organisation_form.html", {"form": form})


@permission("accounts.view_organisation")
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show members, open invitations and mandates."""
    user = person(request.user)
    organisation = _organisation(user, pk, "accounts.view_organisation")
    context = {
        "organisation": organisation,
        "members": members_of(organisation),
        "bodies": organisation.audit_bodies.all(),
        "may_manage": may(user, "accounts.manage_organisation", organisation),
    }
    if context["may_manage"]:
        context["support"] = support_grants_of(organisation, at=timezone.now())
        context["invitations"] = invitations_open(organisation, at=timezone.now())
    return render(request, "accounts/organisation_detail.html", context)


@permission("accounts.manage_organisation", methods=("GET", "POST"))
def invitation_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite somebody by e-mail."""
    user = person(request.user)
    organisation = _organisation(user, pk, "accounts.manage_organisation")
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, token = invitation_create(organisation=organisation, by=user, at=timezone.now(), **form.cleaned_data)
        except AlreadyMemberError:
            form.add_error("email", _("This person has this role already."))
        else:
            if _mail(made, token):
                messages.success(request, _("The invitation to %(email)s is sent.") % {"email": made.email})
                return redirect("accounts:organisation_detail", organisation.pk)
            invitation_withdraw(invitation=made, by=user, at=timezone.now())
            form.add_error(
                None, _("The mail could not be sent, so nobody was invited. Try again or tell the operator.")
            )
    return render(request, "accounts/invitation_form.html", {"form": form, "organisation": organisation})


@permission("accounts.manage_organisation", methods=("POST",))
def invitation_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an open invitation."""
    user = person(request.user)
    invitation = get_object_or_404(
        Invitation.objects.select_related("organisation"), pk=pk, organisation__in=Organisation.objects.visible_to(user)
    )
    require(user, "accounts.manage_organisation", invitation.organisation)
    invitation_withdraw(invitation=invitation, by=user, at=timezone.now())
    messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("accounts:organisation_detail", invitation.organisation_id)


@permission("accounts.manage_organisation", methods=("POST",))
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role away from a member."""
    user = person(request.user)
    visible = Organisation.objects.visible_to(user)
    membership = get_object_or_404(
        Membership.objects.select_related("organisation", "user"), pk=pk, organisation__in=visible
    )
    require(user, "accounts.manage_organisation", membership.organisation)
    try:
        membership_remove(membership=membership, by=user)
    except LastAdministratorError:
        messages.error(request, _("This is the last administrator. Make somebody else administrator first."))
    else:
        messages.success(request, _("%(name)s no longer has this role.") % {"name": membership.user})
    user.forget_roles()  # perhaps it was their own
    if not user.has_role(membership.organisation_id, *Role):
        return redirect("accounts:profile")
    return redirect("accounts:organisation_detail", membership.organisation_id)


@permission("accounts.manage_organisation", methods=("GET", "POST"))
def mandate_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Mandate an audit body."""
    user = person(request.user)
    organisation = _organisation(user, pk, "accounts.manage_organisation")
    form = AuditBodyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            audit_body_add(organisation=organisation, body=form.cleaned_data["name"], by=user)
        except AlreadyMemberError:
            form.add_error("name", _("An organisation needs no mandate for its own centres."))
        else:
            return redirect("accounts:organisation_detail", organisation.pk)
    return render(request, "accounts/mandate_form.html", {"form": form, "organisation": organisation})


@permission("accounts.manage_organisation", methods=("POST",))
def mandate_end(request: HttpRequest, pk: int, body: int) -> HttpResponse:
    """End the mandate of an audit body."""
    user = person(request.user)
    organisation = _organisation(user, pk, "accounts.manage_organisation")
    mandated = get_object_or_404(organisation.audit_bodies, pk=body)
    audit_body_remove(organisation=organisation, body=mandated, by=user)
    messages.success(request, _("%(name)s no longer audits here.") % {"name": mandated})
    return redirect("accounts:organisation_detail", organisation.pk)


def _organisation(user: User, pk: int, permission_name: str) -> Organisation:
    """Return the organisation: 404 to outsiders, 403 without the right."""
    organisation = get_object_or_404(Organisation.objects.visible_to(user), pk=pk)
    require(user, permission_name, organisation)
    return organisation


def _mail(invitation: Invitation, token: str) -> bool:
    """Send the link; say whether the mail system took it. In English: the invitee's language is not known yet."""
    link = settings.PUBLIC_URL + reverse("accounts:join", args=[token])
    organisation = " ".join(invitation.organisation.name.split())  # a line break would end the subject
    with translation.override("en"):
        text = render_to_string("accounts/mail/invitation.txt", {"invitation": invitation, "link": link})
        subject = f"Invitation to join {organisation} on Touchstone"
    try:
        return bool(send_mail(subject, text, None, [invitation.email]))
    except (SMTPException, OSError):
        logger.exception("invitation %s could not be mailed", invitation.pk)
        return False

"""Invitations: the only way to join."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Invitation, Membership, User
from accounts.recording import record
from accounts.services.errors import AlreadyMemberError, InvitationClosedError, SignInFirstError

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation

VALID_FOR = timedelta(days=14)
TOKEN_BYTES = 32
logger = logging.getLogger(__name__)


def invitation_create(
    *, organisation: Organisation, email: str, role: str, by: User, at: datetime
) -> tuple[Invitation, str]:
    """Invite an address; return the invitation and the secret for the link, which is kept nowhere.

    An open invitation of the same address to the same role is withdrawn: the newest link counts. Raises
    AlreadyMemberError.
    """
    email = email.strip().lower()
    if Membership.objects.filter(organisation=organisation, role=role, user__email=email).exists():
        raise AlreadyMemberError(email)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    facts = {"organisation": organisation, "email": email, "role": role}
    with transaction.atomic():
        Invitation.objects.filter(**facts, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at)
        invitation = Invitation.objects.create(
            **facts, token_sha256=_digest(token), invited_by=by, created_at=at, expires_at=at + VALID_FOR
        )
        _record(invitation, "invited", by, at)
    logger.info("invitation %s to organisation %s made by user %s", invitation.pk, organisation.pk, by.pk)
    return invitation, token


def invitation_find(*, token: str, at: datetime) -> Invitation:
    """Return the invitation that this token can still accept. Raises InvitationClosedError."""
    open_ones = Invitation.objects.select_related("organisation").filter(accepted_at=None, withdrawn_at=None)
    try:
        return open_ones.get(token_sha256=_digest(token), expires_at__gt=at)
    except Invitation.DoesNotExist as error:
        raise InvitationClosedError from error


def invitation_accept(
    *, token: str, name: str = "", password: str | None = None, by: User | None = None, at: datetime
) -> Membership:
    """Join, once. An unknown address becomes a person with that name and password; a known one must be ``by``.

    Raises InvitationClosedError, SignInFirstError. The caller validates the password.
    """
    with transaction.atomic():
        invitation = invitation_find(token=token, at=at)
        # The condition repeats inside the UPDATE: of two people with the same link at the same moment one wins.
        if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=at):
            raise InvitationClosedError
        user = _invited_user(invitation, name, password, by)
        membership, _ = Membership.objects.get_or_create(
            organisation=invitation.organisation, user=user, role=invitation.role
        )
        _record(invitation, "invitation_accepted", user, at, user=user.pk)
    user.forget_roles()
    logger.info("invitation %s accepted by user %s", invitation.pk, user.pk)
    return membership


def invitation_withdraw(*, invitation: Invitation, by: User, at: datetime) -> None:
    """Make the link useless. An accepted invitation stays as it is: remove the membership instead."""
    still_open = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    with transaction.atomic():
        withdrawn = still_open.update(withdrawn_at=at)
        if withdrawn:
            _record(invitation, "invitation_withdrawn", by, at)
    if withdrawn:
        logger.info("invitation %s withdrawn by user %s", invitation.pk, by.pk)


def _invited_user(invitation: Invitation, name: str, password: str | None, by: User | None) -> User:
    known = User.objects.filter(email=invitation.email).first()
    if known is None and by is None and password:
        return User.objects.create_user(invitation.email, password, name=name)
    if known is None or known != by:
        raise SignInFirstError(invitation.email)
    return known


def _record(invitation: Invitation, what: str, by: User, at: datetime, **more: int) -> None:
    """Record a step; the address stays out of the chain, which is never erased."""
    payload = {"invitation": invitation.pk, "role": invitation.role, **more}
    subject = f"organisation:{invitation.organisation_id}"
    record(action=f"organisation.{what}", subject=subject, by=by, at=at, payload=payload)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()

"""Organisations, and who belongs to them. This room is below the ledger, so it hands up what is recorded."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from accounts.models import Membership, Organisation, Role
from accounts.recording import record
from accounts.services.errors import AlreadyMemberError, LastAdministratorError, NameTakenError

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)


def organisation_create(*, name: str, country: str, address: str = "", by: User, is_demo: bool = False) -> Organisation:
    """Create an organisation with its creator as first administrator. Raises NameTakenError."""
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(name=name, country=country, address=address, is_demo=is_demo)
            Membership.objects.create(user=by, organisation=organisation, role=Role.ADMINISTRATOR)
            _record(organisation, "created", by, {"name": name, "country": country})
    except IntegrityError as error:
        raise NameTakenError(name) from error
    by.forget_roles()
    logger.info("organisation %s created by user %s", organisation.pk, by.pk)
    return organisation


def membership_add(*, organisation: Organisation, user: User, role: str, by: User | None) -> Membership:
    """Give a person a role, effective with their next request. Raises AlreadyMemberError, ValueError (no such role)."""
    try:
        with transaction.atomic():
            membership = Membership.objects.create(organisation=organisation, user=user, role=Role(role))
            _record(organisation, "member_added", by, {"user": user.pk, "role": membership.role})
    except IntegrityError as error:
        raise AlreadyMemberError(f"{user} · {role}") from error
    user.forget_roles()
    logger.info("membership %s of user %s added by %s", membership.pk, user.pk, by.pk if by else "the system")
    return membership


def membership_remove(*, membership: Membership, by: User) -> None:
    """Take a role away, effective with the person's next request. Raises LastAdministratorError.

    The organisation's row is locked, so that two administrators cannot remove each other at the same moment.
    """
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
        administrators = organisation.memberships.filter(role=Role.ADMINISTRATOR, user__is_active=True)
        if membership.role == Role.ADMINISTRATOR and not administrators.exclude(pk=membership.pk).exists():
            raise LastAdministratorError(str(membership))
        Membership.objects.filter(pk=membership.pk).delete()
        _record(organisation, "member_removed", by, {"user": membership.user_id, "role": membership.role})
    logger.info("membership %s of user %s removed by %s", membership.pk, membership.user_id, by.pk)
    membership.user.forget_roles()


def audit_body_add(*, organisation: Organisation, body: Organisation, by: User) -> None:
    """Let another organisation plan audits of our centres and read their measurements."""
    if body.pk == organisation.pk:
        raise AlreadyMemberError("An organisation audits its own centres without a mandate.")
    with transaction.atomic():
        organisation.audit_bodies.add(body)
        _record(organisation, "body_mandated", by, {"body": body.pk})
    logger.info("organisation %s mandated %s, by user %s", organisation.pk, body.pk, by.pk)


def audit_body_remove(*, organisation: Organisation, body: Organisation, by: User) -> None:
    """End the mandate; audits under way keep their own rights."""
    with transaction.atomic():
        organisation.audit_bodies.remove(body)
        _record(organisation, "mandate_ended", by, {"body": body.pk})
    logger.info("organisation %s ended the mandate of %s, by user %s", organisation.pk, body.pk, by.pk)


def _record(organisation: Organisation, what: str, by: User | None, payload: dict[str, Any]) -> None:
    record(action=f"organisation.{what}", subject=f"organisation:{organisation.pk}", by=by, payload=payload)

"""Who reads the ledger as a page, looks after an organisation's documents, its listing and its webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import Role, User
from reports.production import OUTPUT_KEEPERS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Organisation

CONSENTING = (Role.ADMINISTRATOR, Role.CENTRE_MANAGER)


@rules.predicate
def keeps_output(user: User | AnonymousUser, organisation: Organisation | None) -> bool:
    """Looks after what the organisation sends out, or what at least one does when none is given."""
    if not isinstance(user, User):
        return False
    places = user.organisations_as(*OUTPUT_KEEPERS)
    return organisation.pk in places if organisation else bool(places)


@rules.predicate
def reads_ledger(user: User | AnonymousUser) -> bool:
    """Administers an organisation, or operates the installation; which entries, is the work of the selector."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_staff or bool(user.organisations_as(Role.ADMINISTRATOR))


@rules.predicate
def speaks_for(user: User | AnonymousUser, organisation: Organisation) -> bool:
    """Administers the organisation or manages its centres: never the body that certified it."""
    return isinstance(user, User) and user.has_role(organisation.pk, *CONSENTING)


@rules.predicate
def administers(user: User | AnonymousUser, organisation: Organisation) -> bool:
    """Administers the organisation."""
    return isinstance(user, User) and user.has_role(organisation.pk, Role.ADMINISTRATOR)


rules.add_perm("reports.keep_webhooks", administers)
rules.add_perm("reports.read_ledger", reads_ledger)
rules.add_perm("reports.keep_output", keeps_output)
rules.add_perm("reports.list_certificates", speaks_for)

"""Who may have the certificates of an organisation listed, as a django-rules predicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import Organisation, Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

CONSENTING = (Role.ADMINISTRATOR, Role.CENTRE_MANAGER)


@rules.predicate
def speaks_for(user: User | AnonymousUser, organisation: Organisation) -> bool:
    """Administers the organisation or manages its centres: never the body that certified it."""
    return isinstance(user, User) and user.has_role(organisation.pk, *CONSENTING)


rules.add_perm("reports.list_certificates", speaks_for)

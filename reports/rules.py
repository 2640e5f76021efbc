"""Who may do what with an organisation's documents, as django-rules predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import User
from reports.production import OUTPUT_KEEPERS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Organisation


@rules.predicate
def keeps_output(user: User | AnonymousUser, organisation: Organisation | None) -> bool:
    """Looks after what the organisation sends out, or what at least one does when none is given."""
    if not isinstance(user, User):
        return False
    places = user.organisations_as(*OUTPUT_KEEPERS)
    return organisation.pk in places if organisation else bool(places)


rules.add_perm("reports.keep_output", keeps_output)

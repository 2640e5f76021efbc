"""Who may write and publish a standard, as django-rules predicates. Operators get no exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import Role, User
from standards.models import Edition, Standard

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Anyone = User | AnonymousUser


def owner_of(edition: Edition) -> int | None:
    """Return the id of the organisation whose standard it is; one query the first time, then known on this object."""
    if not hasattr(edition, "known_owner"):
        owner = Standard.objects.filter(code=edition.code).values_list("owner", flat=True).first()
        edition.known_owner = owner  # type: ignore[attr-defined] # a note on this object
    return edition.known_owner  # type: ignore[attr-defined,no-any-return]


@rules.predicate
def writes_standard(user: Anyone, edition: Edition) -> bool:
    """Is a scheme owner in the organisation whose standard it is."""
    owner = owner_of(edition)
    return isinstance(user, User) and owner is not None and user.has_role(owner, Role.SCHEME_OWNER)


rules.add_perm("standards.edit_edition", writes_standard)
# The same people; that it is a second one of them is a guard of the step (``life.py``), with words of its own.
rules.add_perm("standards.approve_edition", writes_standard)

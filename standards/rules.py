"""Who may write and publish a standard, as django-rules predicates. Operators get no exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import Organisation, Role, User
from standards.models import Edition, Standard

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from standards.practices import Practice

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


@rules.predicate
def owns_a_standard(user: Anyone) -> bool:
    """Is a scheme owner in an organisation that owns a standard: one query for who has such a role at all."""
    places = user.organisations_as(Role.SCHEME_OWNER) if isinstance(user, User) else set()
    return bool(places) and Standard.objects.filter(owner__in=places).exists()


rules.add_perm("standards.edit_edition", writes_standard)
# The same people; that it is a second one of them is a guard of the step (``life.py``), with words of its own.
rules.add_perm("standards.approve_edition", writes_standard)

# Who answers for an organisation whether a practice of its own may be published.
CONSENTING = (Role.ADMINISTRATOR, Role.CENTRE_MANAGER)


@rules.predicate
def proposed(user: Anyone, practice: Practice) -> bool:
    """Proposed this practice."""
    return isinstance(user, User) and practice.proposed_by_id == user.pk


@rules.predicate
def owns_scheme(user: Anyone, practice: Practice) -> bool:
    """Is a scheme owner of the standard that the practice was proposed for."""
    owner = practice.standard.owner_id
    return isinstance(user, User) and owner is not None and user.has_role(owner, Role.SCHEME_OWNER)


@rules.predicate
def manages_origin(user: Anyone, practice: Practice) -> bool:
    """Manages the organisation that the practice comes from."""
    origin = practice.organisation_id
    return isinstance(user, User) and origin is not None and user.has_role(origin, *CONSENTING)


@rules.predicate
def keeps_consent(user: Anyone, practice: Practice) -> bool:
    """Answers for the origin; where that has no place in this installation, scheme owners keep what it answered."""
    return manages_origin(user, practice) or (practice.organisation_id is None and owns_scheme(user, practice))


@rules.predicate
def belongs_to_origin(user: Anyone, practice: Practice) -> bool:
    """Belongs to the organisation that the practice comes from; one that is only named is known by its name."""
    if not isinstance(user, User):
        return False
    if practice.organisation_id is not None and practice.organisation_id in user.organisations_as():
        return True
    named = practice.organisation_name.casefold()
    return bool(named) and any(
        name.casefold() == named
        for name in Organisation.objects.filter(pk__in=user.organisations_as()).values_list("name", flat=True)
    )


rules.add_perm("standards.propose_practice", rules.is_authenticated)
rules.add_perm("standards.edit_practice", proposed)
rules.add_perm("standards.withdraw_practice", proposed | manages_origin)
rules.add_perm("standards.consent_practice", keeps_consent)
# That the judge is neither the proposer nor of the origin is a guard (``judging.py``), with words of its own.
rules.add_perm("standards.judge_practice", owns_scheme)
rules.add_perm("standards.adopt_practice", owns_scheme)

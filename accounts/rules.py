"""Who may do what with organisations and centres, as django-rules predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import AUDIT_STAFF, Centre, Organisation, Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Anyone = User | AnonymousUser

CENTRE_EDITORS = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER)


@rules.predicate
def is_member(user: Anyone, organisation: Organisation) -> bool:
    """Has any role in the organisation."""
    return isinstance(user, User) and user.has_role(organisation.pk, *Role)


@rules.predicate
def is_administrator(user: Anyone, organisation: Organisation) -> bool:
    """Administers the organisation."""
    return isinstance(user, User) and user.has_role(organisation.pk, Role.ADMINISTRATOR)


@rules.predicate
def is_operator(user: Anyone) -> bool:
    """Is an operator of this installation."""
    return isinstance(user, User) and user.is_active and user.is_staff


@rules.predicate
def adds_centres(user: Anyone, organisation: Organisation | None) -> bool:
    """May add centres to the organisation, or to at least one when none is given."""
    if not isinstance(user, User):
        return False
    places = user.organisations_as(*CENTRE_EDITORS)
    return organisation.pk in places if organisation else bool(places)


@rules.predicate
def sees_centre(user: Anyone, centre: Centre) -> bool:
    """Belongs to its organisation, or is audit staff of a body that the organisation mandated (one SQL query)."""
    if not isinstance(user, User):
        return False
    if centre.organisation_id in user.organisations_as():
        return True
    staff = user.organisations_as(*AUDIT_STAFF)
    return bool(staff) and centre.organisation.audit_bodies.filter(pk__in=staff).exists()


@rules.predicate
def edits_centre(user: Anyone, centre: Centre) -> bool:
    """May change the centre's master data."""
    return isinstance(user, User) and user.has_role(centre.organisation_id, *CENTRE_EDITORS)


@rules.predicate
def keeps_account(user: Anyone, person: User) -> bool:
    """Operates the installation, or administers every organisation that the other person belongs to."""
    if not isinstance(user, User) or user.pk == person.pk:
        return False
    if is_operator(user):
        return True
    theirs = {organisation for organisation, _role in person.roles()}
    return bool(theirs) and not person.is_staff and theirs <= user.organisations_as(Role.ADMINISTRATOR)


@rules.predicate
def administers(user: Anyone) -> bool:
    """Administers an organisation, or operates the installation."""
    return is_operator(user) or (isinstance(user, User) and bool(user.organisations_as(Role.ADMINISTRATOR)))


rules.add_perm("accounts.read_rights", administers)
rules.add_perm("accounts.find_person", is_operator)
rules.add_perm("accounts.manage_person", keeps_account)
rules.add_perm("accounts.erase_person", is_operator)
rules.add_perm("accounts.add_organisation", is_operator)
rules.add_perm("accounts.view_organisation", is_member)
rules.add_perm("accounts.manage_organisation", is_administrator)
rules.add_perm("accounts.view_centre", sees_centre)
rules.add_perm("accounts.add_centre", adds_centres)
rules.add_perm("accounts.change_centre", edits_centre)

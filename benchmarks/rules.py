"""Who may see and make measurements, publish market releases and take part in the pool, as django-rules predicates.

What is published is for every signed-in person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import AUDIT_STAFF, Centre, Role, User
from accounts.rules import sees_centre
from standards.rules import owns_a_standard

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from benchmarks.models import MeasurementRun

    Anyone = User | AnonymousUser

MEASURERS = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.AUDITOR, Role.CENTRE_MANAGER, Role.CONTRIBUTOR)


@rules.predicate
def sees_run(user: Anyone, run: MeasurementRun) -> bool:
    """May see the centre that was measured."""
    return sees_centre.test(user, run.centre)  # type: ignore[no-any-return] # rules has no types


@rules.predicate
def measures_centre(user: Anyone, centre: Centre) -> bool:
    """Works for the centre, or audits it."""
    if not isinstance(user, User):
        return False
    if user.has_role(centre.organisation_id, *MEASURERS):
        return True
    staff = user.organisations_as(*AUDIT_STAFF)
    return bool(staff) and centre.organisation.audit_bodies.filter(pk__in=staff).exists()


@rules.predicate
def belongs_to_centre(user: Anyone, centre: Centre) -> bool:
    """Belongs to the organisation that runs the centre: an audit body does not see its place among others."""
    return isinstance(user, User) and centre.organisation_id in user.organisations_as()


@rules.predicate
def answers_for_centre(user: Anyone, centre: Centre) -> bool:
    """Administers the organisation that runs the centre."""
    return isinstance(user, User) and user.has_role(centre.organisation_id, Role.ADMINISTRATOR)


rules.add_perm("benchmarks.publish_release", owns_a_standard)
rules.add_perm("benchmarks.view_place", belongs_to_centre)
rules.add_perm("benchmarks.join_pool", answers_for_centre)
rules.add_perm("benchmarks.view_measurementrun", sees_run)
rules.add_perm("benchmarks.add_measurementrun", measures_centre)

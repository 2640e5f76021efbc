"""Who may do what in award programmes. Objects are fetched through ``visible_to`` before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import Role

if TYPE_CHECKING:
    from accounts.models import User
    from awards.models import Entry, Programme

WRITERS = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER, Role.CONTRIBUTOR)
SENDERS = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER)


@rules.predicate
def chairs_somewhere(user: User) -> bool:
    """Chairs awards of at least one organisation."""
    return bool(user.organisations_as(Role.AWARD_CHAIR))


@rules.predicate
def chairs(user: User, programme: Programme) -> bool:
    """Chairs the awards of the organisation whose programme it is."""
    return user.has_role(programme.organiser_id, Role.AWARD_CHAIR)


@rules.predicate
def chairs_entry(user: User, entry: Entry) -> bool:
    """Chairs the programme of the entry."""
    return user.has_role(entry.programme.organiser_id, Role.AWARD_CHAIR)


@rules.predicate
def enters_somewhere(user: User) -> bool:
    """Writes for at least one organisation."""
    return bool(user.organisations_as(*WRITERS))


@rules.predicate
def writes_entry(user: User, entry: Entry) -> bool:
    """Drafts for the entrant."""
    return user.has_role(entry.organisation_id, *WRITERS)


@rules.predicate
def sends_entry(user: User, entry: Entry) -> bool:
    """Answers for the entrant: hands in and withdraws."""
    return user.has_role(entry.organisation_id, *SENDERS)


def sits_on_a_panel(user: User) -> bool:
    """Say whether the person judges in any programme; one SQL query. Who judges signs in with a second factor."""
    return user.award_seats.exists()


rules.add_perm("awards.add_programme", chairs_somewhere)
rules.add_perm("awards.chair_programme", chairs)
rules.add_perm("awards.chair_entry", chairs_entry)
rules.add_perm("awards.add_entry", enters_somewhere)
rules.add_perm("awards.write_entry", writes_entry)
rules.add_perm("awards.send_entry", sends_entry)

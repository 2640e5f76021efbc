"""Who may read the ledger as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@rules.predicate
def reads_ledger(user: User | AnonymousUser) -> bool:
    """Administers an organisation, or operates the installation; which entries, is the work of the selector."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_staff or bool(user.organisations_as(Role.ADMINISTRATOR))


rules.add_perm("reports.read_ledger", reads_ledger)

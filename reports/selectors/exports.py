"""The lists and rows that pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.models import Export

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from accounts.models import User


def exports_for(user: User | AnonymousUser) -> QuerySet[Export]:
    """Return the visible exports with everything that a row shows; one query."""
    related = Export.objects.visible_to(user).select_related("audit__centre", "audit__auditee", "requested_by")
    return related.defer("audit__result", "audit__market", "audit__facts")

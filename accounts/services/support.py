"""Letting operators look, for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.recording import record
from accounts.support import SupportGrant

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation, User

LONGEST_HOURS = 72


@transaction.atomic
def support_grant(*, organisation: Organisation, hours: int, reason: str, by: User, at: datetime) -> SupportGrant:
    """Let the operators read what a viewer of the organisation reads. Raises ValueError beyond LONGEST_HOURS."""
    if not 1 <= hours <= LONGEST_HOURS:
        raise ValueError(f"A grant lasts 1 to {LONGEST_HOURS} hours.")
    until = at + timedelta(hours=hours)
    grant = SupportGrant.objects.create(
        organisation=organisation, reason=reason, given_by=by, given_at=at, expires_at=until
    )
    facts = {"grant": grant.pk, "hours": hours, "reason": reason}
    record(action="organisation.support_granted", subject=_subject(grant), by=by, at=at, payload=facts)
    return grant


@transaction.atomic
def support_end(*, grant: SupportGrant, by: User, at: datetime) -> None:
    """End a grant now, effective with the operators' next request. One that has ended stays as it is."""
    if SupportGrant.objects.filter(pk=grant.pk, ended_at=None, expires_at__gt=at).update(ended_at=at):
        facts = {"grant": grant.pk}
        record(action="organisation.support_ended", subject=_subject(grant), by=by, at=at, payload=facts)


def _subject(grant: SupportGrant) -> str:
    return f"organisation:{grant.organisation_id}"

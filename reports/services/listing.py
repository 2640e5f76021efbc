"""Whether the certificates of an organisation stand in the public register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from ledger.services import ledger_append
from reports.models import Listing

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation, User


@transaction.atomic
def listing_set(*, organisation: Organisation, listed: bool, by: User, at: datetime) -> None:
    """Put the certificates of an organisation into the public register, or take them out; twice is once."""
    if listed:
        changed = Listing.objects.get_or_create(organisation=organisation, defaults={"by": by, "at": at})[1]
    else:
        changed = bool(Listing.objects.filter(organisation=organisation).delete()[0])
    if changed:
        action = "register.listed" if listed else "register.unlisted"
        ledger_append(action=action, subject=f"organisation:{organisation.pk}", by=by, at=at, payload={})

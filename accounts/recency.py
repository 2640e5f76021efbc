"""How long ago somebody proved who they are, from the records that django-allauth keeps in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

MINUTE = 60  # seconds


def proved_within(request: HttpRequest, *, minutes: int, at: datetime) -> bool:
    """Say whether the person signed in or confirmed themselves in the last so many minutes; no query.

    A session that no sign-in of ours began has no record, and is not recent.
    """
    records = get_authentication_records(request, request.user)
    return any(at.timestamp() - float(each["at"]) < minutes * MINUTE for each in records)

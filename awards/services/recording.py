"""Locking a programme and writing to the ledger: what every service here does first and last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from awards.models import Entry, Programme
from awards.services.errors import AwardError
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from accounts.models import User


def programme_lock(programme_id: int, *, within: Collection[str] | None = None) -> Programme:
    """Lock a programme for the rest of the transaction. Raises ``AwardError`` wrong_status."""
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=programme_id)
    if within is not None and programme.status not in within:
        raise AwardError("wrong_status", status=programme.get_status_display())
    return programme


def entry_lock(entry_id: int) -> Entry:
    """Lock an entry for the rest of the transaction, with its programme and centre."""
    found = Entry.objects.select_for_update(of=("self",)).select_related("programme", "centre", "organisation")
    return found.get(pk=entry_id)


def record(programme: Programme, action: str, payload: Mapping[str, Any], *, by: User | None, at: datetime) -> None:
    """Write to the ledger what happened in a programme."""
    ledger_append(action=f"award.{action}", subject=f"award:{programme.pk}", by=by, at=at, payload=payload)


def require_printable(*texts: str) -> None:
    """Raise ``AwardError`` bad_text for control characters, which no page shows and not every database keeps."""
    if any(ord(letter) < ord(" ") and letter not in "\n\t" for text in texts for letter in text):
        raise AwardError("bad_text")


def require_stranger(by: User, *organisations: int) -> None:
    """Raise ``AwardError`` own_entry for a chair who belongs to an entrant that the step is about."""
    if by.organisations_as() & set(organisations):
        raise AwardError("own_entry")

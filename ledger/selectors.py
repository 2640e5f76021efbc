"""Reading the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.chain import Link
from ledger.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User

CHUNK = 2000


def acts_of(user: User) -> list[dict[str, Any]]:
    """Return what a person did, oldest first, as it stands in the ledger; one SQL query."""
    rows = Entry.objects.filter(actor=user).order_by("sequence").values("sequence", "at", "action", "subject")
    return [dict(row) for row in rows]


def links(chunk: int = CHUNK, *, after: int = 0, most: int | None = None) -> Iterator[Link]:
    """Yield entries in the order of their sequence, with the memory of one chunk of rows; one SQL query.

    Those after a number, where one is given, and at most so many.
    """
    columns = ("sequence", "at", "actor_id", "action", "subject", "content", "previous_hash", "hash")
    found = Entry.objects.filter(sequence__gt=after) if after else Entry.objects.all()
    for row in found.order_by("sequence").values_list(*columns)[:most].iterator(chunk_size=chunk):
        yield Link(*row)

"""Reading the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.chain import Link
from ledger.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 2000


def links(chunk: int = CHUNK) -> Iterator[Link]:
    """Yield every entry in the order of its sequence, with the memory of one chunk of rows; one SQL query."""
    columns = ("sequence", "at", "actor_id", "action", "subject", "content", "previous_hash", "hash")
    for row in Entry.objects.order_by("sequence").values_list(*columns).iterator(chunk_size=chunk):
        yield Link(*row)

"""The only way to write to the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from ledger.chain import GENESIS, UnfitContentError, entry_content, entry_hash
from ledger.models import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User

# Any fixed number: the name of the lock under which PostgreSQL lets one writer at a time append.
APPEND_LOCK = 0x70756368
LONGEST_NAME = 80


class OutsideTransactionError(RuntimeError):
    """The ledger was called outside a transaction: the change and its entry must succeed or fail together."""


def ledger_append(*, action: str, subject: str, by: User | None, at: datetime, payload: Mapping[str, Any]) -> Entry:
    """Append one entry, in the caller's transaction, and return it: 2 queries on SQLite, 3 on PostgreSQL.

    ``action`` is like ``answer.save``, ``subject`` like ``audit:12``, ``by`` None for the system. The lock is held
    until the transaction ends: append last. Raises OutsideTransactionError, or UnfitContentError when the facts are
    no JSON (decimals go as text). Let any error through to the transaction, so that the change does not happen.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError("ledger_append needs the transaction of the change that it records.")
    _require_names(action, subject)
    _lock()
    last = Entry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, previous_hash = (last[0] + 1, last[1]) if last else (1, GENESIS)
    actor = by.pk if by else None
    content = entry_content(sequence=sequence, at=at, actor=actor, action=action, subject=subject, payload=payload)
    return Entry.objects.create(
        sequence=sequence,
        at=at,
        actor=by,
        action=action,
        subject=subject,
        content=content,
        previous_hash=previous_hash,
        hash=entry_hash(previous_hash, content),
    )


def _lock() -> None:
    """Let one writer in at a time. On SQLite the IMMEDIATE transaction has done that already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPEND_LOCK])


def _require_names(action: str, subject: str) -> None:
    """Refuse what the look-up columns would cut or refuse themselves."""
    for name in (action, subject):
        if not name or len(name) > LONGEST_NAME or "\0" in name:
            raise UnfitContentError(f"An action or subject has 1 to {LONGEST_NAME} characters: {name[:LONGEST_NAME]!r}")

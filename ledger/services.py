"""The only way to write to the ledger; and what tells the world outside how far it has come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from accounts.recording import record_once
from ledger import witness
from ledger.chain import GENESIS, Checkpoint, UnfitContentError, entry_content, entry_hash
from ledger.models import Entry, Shipment
from ledger.selectors import links
from ledger.shipping import line_of, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from accounts.models import User

# Any fixed number: the name of the lock under which PostgreSQL lets one writer at a time append.
APPEND_LOCK = 0x70756368
LONGEST_NAME = 80
KEY_FILE = "ledger-key.pem"
SHIPPED_TOGETHER = 500
READ_AGAIN = 600  # seconds
_listeners: list[Callable[[Entry], None]] = []


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
    entry = Entry.objects.create(
        sequence=sequence,
        at=at,
        actor=by,
        action=action,
        subject=subject,
        content=content,
        previous_hash=previous_hash,
        hash=entry_hash(previous_hash, content),
    )
    for listen in _listeners:
        listen(entry)
    return entry


def ledger_listen(listener: Callable[[Entry], None]) -> None:
    """Have a room above told of every entry, in its transaction; what it raises undoes the change, so let it be little.

    Told twice by the same listener is told once.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def sealed_read(*, action: str, subject: str, by: User, at: datetime, payload: Mapping[str, Any]) -> bool:
    """Record that somebody read what is sealed, before it is shown; the same within ten minutes once.

    Says whether it was written. What cannot be written is not shown: let the error through.
    """
    return record_once(action=action, subject=subject, by=by, at=at, payload=payload, seconds=READ_AGAIN)


def checkpoint_write(*, at: datetime) -> Checkpoint:
    """Sign what the ledger has come to and add it to ``checkpoints.jsonl`` in the folder of the setting.

    The public key lies beside it. Nothing new since the last line: nothing is added. Raises OSError, WitnessError.
    """
    last = Entry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    head = Checkpoint(*last) if last else Checkpoint(0, GENESIS)
    folder = Path(settings.LEDGER_CHECKPOINTS)
    path = folder / "checkpoints.jsonl"
    if path.exists() and witness.read(path)[-1].checkpoint == head:
        return head
    key = witness.private_key(settings.SIGNING.folder / KEY_FILE)
    witness.append_line(path, witness.signed_line(head, at=at, key=key))
    (folder / "checkpoints-key.pem").write_text(witness.public_pem(key))
    return head


def ledger_ship() -> int:
    """Hand what is new to the place of the setting ``LEDGER_SHIP``; return how many entries went out.

    At least once: how far it has come is written after the place has taken the lines, so that a crash in between
    sends some of them again, and none is left out. Two at once wait for each other. Raises OSError.
    """
    if not settings.LEDGER_SHIP:
        return 0
    place, sent = place_of(settings.LEDGER_SHIP), 0
    Shipment.objects.get_or_create(place=settings.LEDGER_SHIP)
    while True:
        with transaction.atomic():
            row = Shipment.objects.select_for_update().get(place=settings.LEDGER_SHIP)
            batch = list(links(after=row.sequence, most=SHIPPED_TOGETHER))
            if not batch:
                return sent
            place([line_of(link) for link in batch])
            row.sequence = batch[-1].sequence
            row.save(update_fields=["sequence"])
        sent += len(batch)


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

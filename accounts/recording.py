"""What this room hands up to be recorded. It lies below the ledger, which registers itself here when Django starts.

So people, memberships, centres, tokens and refusals stand in the same chain as everything else, in the transaction of
the change. Without a recorder nothing is written and nothing is changed: ``record`` raises.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Protocol

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Recorder(Protocol):
    """What writes one entry in the caller's transaction, as ``ledger.services.ledger_append`` does."""

    def __call__(self, *, action: str, subject: str, by: Any, at: datetime, payload: Mapping[str, Any]) -> object:
        """Write it."""


_recorders: list[Recorder] = []


def recorder_set(recorder: Recorder) -> None:
    """Name what writes; the last one counts."""
    _recorders[:] = [recorder]


def record(*, action: str, subject: str, by: Any, payload: Mapping[str, Any], at: datetime | None = None) -> None:
    """Record something in the caller's transaction; ``by`` None for the system, ``at`` None for now.

    Raises RuntimeError where nobody records, and whatever the recorder raises: let it through to the transaction.
    """
    if not _recorders:
        raise RuntimeError("Nothing records what happens: the app 'ledger' is not installed.")
    _recorders[0](action=action, subject=subject, by=by, at=at or timezone.now(), payload=payload)


def record_once(
    *, action: str, subject: str, by: Any, payload: Mapping[str, Any], seconds: int, at: datetime | None = None
) -> bool:
    """Record, in a transaction of its own, what somebody may do again and again; the same within ``seconds`` once.

    So reloading a page writes no second entry, and nobody fills the ledger by asking for what they may not. Says
    whether it was written.
    """
    facts = ":".join(f"{name}={value}" for name, value in sorted(payload.items()))
    name = _short(f"{action}:{subject}:{by.pk if by else '-'}:{facts}")
    if not cache.add(name, 1, seconds):
        return False
    try:
        with transaction.atomic():
            record(action=action, subject=subject, by=by, payload=payload, at=at)
    except BaseException:
        cache.delete(name)  # or the next attempt would pass for one that is written
        raise
    return True


def _short(name: str) -> str:
    return f"recorded:{hashlib.sha256(name.encode()).hexdigest()}"

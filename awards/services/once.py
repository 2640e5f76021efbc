"""A change of a card that a program sends under a key of its own: however often it is sent, it is done once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from audits.models import SaveReceipt
from audits.operations import fingerprint
from awards.services.errors import AwardError

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable
    from datetime import datetime

    from accounts.models import User
    from awards.models import Assignment


@dataclass(frozen=True, slots=True)
class CardSaved:
    """What is kept of a change: how the card stood after it, and nothing of what was given."""

    revision: int
    state: str


def card_once(act: Callable[[], Assignment], *, said: Any, key: uuid.UUID | None, by: User, at: datetime) -> CardSaved:
    """Do ``act`` and return how the card stands; under a key that was used for the same, return how it stood then.

    ``said``: what was asked for, as JSON. Raises as ``act``, and ``AwardError`` key_reused. What is refused is not
    remembered, so that it can be sent again.
    """
    if key is None:
        return _saved(act())
    sha256 = fingerprint(["card", said])
    try:
        with transaction.atomic():
            receipt = SaveReceipt(key=key, user=by, sha256=sha256, at=at)
            receipt.save(force_insert=True)  # whoever comes second with the key waits here for the first
            saved = _saved(act())
            receipt.response = asdict(saved)
            receipt.save(update_fields=["response"])
            return saved
    except IntegrityError:
        stored = SaveReceipt.objects.filter(pk=key).first()
        if stored is None:  # not the key was there already
            raise
    if (stored.user_id, stored.sha256) != (by.pk, sha256):
        raise AwardError("key_reused")
    return CardSaved(**stored.response)


def _saved(card: Assignment) -> CardSaved:
    return CardSaved(card.revision, card.state)

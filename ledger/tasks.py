"""What workers run. Each calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from ledger import services


@shared_task(name="ledger.checkpoint")  # type: ignore[untyped-decorator] # celery ships no types
def checkpoint() -> None:
    """Sign how far the ledger has come, outside of the database."""
    services.checkpoint_write(at=timezone.now())


@shared_task(name="ledger.ship")  # type: ignore[untyped-decorator] # celery ships no types
def ship() -> None:
    """Hand what is new to the place outside."""
    services.ledger_ship()

"""The rows of the outbox: written in a transaction, handed over after it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from kombu.exceptions import KombuError

from ledger.models import OutboxMessage
from ledger.outbox.process import worker_ensure

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)
# A message whose task raises again and again is put aside; tasks keep their own failures in their own rows.
MOST_ATTEMPTS = 5


def outbox_add(*, task: str, argument: str, at: datetime) -> OutboxMessage:
    """Write down a task to run, in the caller's transaction; it is handed over when that commits."""
    message = OutboxMessage.objects.create(task=task, argument=argument, created_at=at)
    transaction.on_commit(partial(outbox_dispatch, message, at=at))
    return message


def outbox_pending() -> QuerySet[OutboxMessage]:
    """Return what was not handed over yet, oldest first."""
    return OutboxMessage.objects.filter(dispatched_at=None, attempts__lt=MOST_ATTEMPTS).order_by("pk")


def outbox_dispatch(message: OutboxMessage, *, at: datetime) -> bool:
    """Hand a message to the broker, or see to it that a local process is there for it.

    Never raises and never waits long: when the broker is down the row stays for the sweeper.
    """
    if not settings.CELERY_BROKER_URL:
        worker_ensure()
        return False
    try:
        current_app.send_task(message.task, args=[message.argument], retry=False, ignore_result=True)
    except (KombuError, OSError) as error:
        logger.warning("Broker not reached, %s stays in the outbox: %s", message, error)
        return False
    OutboxMessage.objects.filter(pk=message.pk).update(dispatched_at=at)
    return True


def outbox_run_next(*, at: datetime) -> bool:
    """Run the oldest message in this process; False when there is none. For the local process only.

    The row is marked after the task, so that a crash in the middle runs it again: tasks may run twice.
    """
    message = outbox_pending().first()
    if message is None:
        return False
    row = OutboxMessage.objects.filter(pk=message.pk)
    row.update(attempts=F("attempts") + 1)
    try:
        current_app.tasks[message.task].apply(args=[message.argument], throw=True)
    except Exception:
        logger.exception("%s failed in attempt %s", message, message.attempts + 1)
    else:
        row.update(dispatched_at=at)
    return True

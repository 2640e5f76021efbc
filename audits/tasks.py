"""What workers run. Each calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from audits.services.registers.reminders import credentials_remind


@shared_task(name="audits.remind_credentials")  # type: ignore[untyped-decorator] # celery ships no types
def remind_credentials() -> None:
    """Tell people which credentials lapse."""
    credentials_remind(at=timezone.now())

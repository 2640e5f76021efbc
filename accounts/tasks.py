"""What workers run. It calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.services import notices_mail


@shared_task(name="accounts.mail_notices")  # type: ignore[untyped-decorator] # celery ships no types
def mail_notices() -> None:
    """Mail the notices that were not mailed yet."""
    notices_mail(at=timezone.now())

"""What workers run. Each calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from audits.services.receipts import receipts_prune
from audits.services.registers.reminders import credentials_remind
from audits.services.warnings import findings_warn


@shared_task(name="audits.remind_credentials")  # type: ignore[untyped-decorator] # celery ships no types
def remind_credentials() -> None:
    """Tell people which credentials lapse."""
    credentials_remind(at=timezone.now())


@shared_task(name="audits.warn_findings")  # type: ignore[untyped-decorator] # celery ships no types
def warn_findings() -> None:
    """Raise early warnings about findings and mail them."""
    findings_warn(at=timezone.now())


@shared_task(name="audits.prune_receipts")  # type: ignore[untyped-decorator] # celery ships no types
def prune_receipts() -> None:
    """Let go of receipts of saves that no browser asks for any more."""
    receipts_prune(at=timezone.now())

"""What workers run. Each takes an id, calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reports import services


@shared_task(name="reports.export_render")  # type: ignore[untyped-decorator] # celery ships no types
def export_render(export_id: str) -> None:
    """Render one export."""
    services.export_render(export_id=export_id, at=timezone.now())


@shared_task(name="reports.results_sign")  # type: ignore[untyped-decorator] # celery ships no types
def results_sign(result_id: str) -> None:
    """Sign frozen results of an award."""
    services.results_sign(result_id=int(result_id), at=timezone.now())


@shared_task(name="reports.outbox_sweep")  # type: ignore[untyped-decorator] # celery ships no types
def outbox_sweep() -> None:
    """Hand over what stayed in the outbox."""
    services.outbox_sweep(at=timezone.now())

"""What workers run. Each takes an id, calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reports import services
from reports.models import Export


@shared_task(name="reports.export_render")  # type: ignore[untyped-decorator] # celery ships no types
def export_render(export_id: str) -> None:
    """Render one export."""
    services.export_render(export_id=export_id, at=timezone.now())
    batch = Export.objects.filter(pk=export_id).values_list("batch", flat=True).first()
    if batch:
        services.batch_settle(batch_id=str(batch), at=timezone.now())


@shared_task(name="reports.batch_lane")  # type: ignore[untyped-decorator] # celery ships no types
def batch_lane(batch_id: str) -> None:
    """Make exports of a batch for a while."""
    services.batch_lane(batch_id=batch_id, clock=timezone.now)


@shared_task(name="reports.monthly_documents")  # type: ignore[untyped-decorator] # celery ships no types
def monthly_documents() -> None:
    """Ask for what is due this month."""
    services.schedules_run(at=timezone.now())


@shared_task(name="reports.expire_exports")  # type: ignore[untyped-decorator] # celery ships no types
def expire_exports() -> None:
    """Remove files that have expired, and what was sent long ago."""
    services.exports_expire(at=timezone.now())
    services.webhooks_prune(at=timezone.now())


@shared_task(name="reports.results_sign")  # type: ignore[untyped-decorator] # celery ships no types
def results_sign(result_id: str) -> None:
    """Sign frozen results of an award."""
    services.results_sign(result_id=int(result_id), at=timezone.now())


@shared_task(name="reports.outbox_sweep")  # type: ignore[untyped-decorator] # celery ships no types
def outbox_sweep() -> None:
    """Hand over what stayed in the outbox."""
    services.outbox_sweep(at=timezone.now())


@shared_task(name="reports.webhooks_run")  # type: ignore[untyped-decorator] # celery ships no types
def webhooks_run(_argument: str = "") -> None:
    """Send what webhooks are due; the outbox gives every task an argument."""
    services.webhooks_run(clock=timezone.now)

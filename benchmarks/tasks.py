"""What workers run. Each takes an id, calls one service and may run twice."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from benchmarks import services

LONGEST = 3600  # seconds: a year of records of a large centre takes minutes


@shared_task(name="benchmarks.records_job_run", time_limit=LONGEST)  # type: ignore[untyped-decorator] # no types
def records_job_run(job_id: str) -> None:
    """Look at records, or measure them."""
    services.job_run(job_id=job_id, clock=timezone.now)

"""Figures for Prometheus: requests as they are answered, and the state of the installation when somebody asks.

With several processes of gunicorn set ``PROMETHEUS_MULTIPROC_DIR`` to an empty folder; then they are added up.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from ledger.models import Entry, Shipment
from ledger.outbox import outbox_pending
from reports.models import Export

if TYPE_CHECKING:
    from datetime import datetime

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
REQUESTS = CollectorRegistry()
answered = Counter("touchstone_requests_total", "Requests answered", ["method", "route", "status"], registry=REQUESTS)
took = Histogram(
    "touchstone_request_seconds", "Time to answer a request", ["route"], buckets=SECONDS, registry=REQUESTS
)


def request_count(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer. The route is a name from ``urls.py``, so there are only so many."""
    answered.labels(method, route, str(status)).inc()
    took.labels(route).observe(seconds)


def exposition(*, at: datetime) -> bytes:
    """Return all figures in Prometheus' text format; four queries."""
    return _requests() + generate_latest(_state(at))


def _requests() -> bytes:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REQUESTS)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call] # its author left it so
    return generate_latest(together)


def _state(at: datetime) -> CollectorRegistry:
    """Ask the database; the figures are of this moment and of nobody's process."""
    registry = CollectorRegistry()

    def gauge(name: str, words: str, value: float) -> None:
        Gauge(f"touchstone_{name}", words, registry=registry).set(value)

    waiting = outbox_pending().order_by().aggregate(number=Count("pk"), oldest=Min("created_at"))
    gauge("outbox_waiting", "Tasks that were not handed over yet", waiting["number"])
    age = (at - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0.0
    gauge("outbox_oldest_seconds", "How long the oldest of them waits", age)
    last = Entry.objects.aggregate(last=Max("sequence"))["last"] or 0
    gauge("ledger_entries", "Entries of the ledger", last)
    shipped = Shipment.objects.aggregate(last=Max("sequence"))["last"] or 0
    gauge("ledger_shipped", "Entries handed to the place outside", shipped)
    exports = Gauge("touchstone_exports", "Exports by status", ["status"], registry=registry)
    for status, number in Export.objects.order_by().values_list("status").annotate(number=Count("pk")):
        exports.labels(status).set(number)
    return registry

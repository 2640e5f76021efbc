"""What several benchmarks need: a database of their own, times, numbers of queries, memory."""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REPEATS = 15


def start(folder: Path) -> Path:
    """Set Django up on a new database in the folder, whatever the surroundings say; return the database's path."""
    for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "TOUCHSTONE_ENV"):
        os.environ.pop(name, None)
    (folder / "static").mkdir()
    os.environ |= {
        "TOUCHSTONE_DATA": str(folder),
        "TOUCHSTONE_WORKER": "none",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return folder / "touchstone.sqlite3"


def queries(work: Callable[[], object]) -> int:
    """Return the number of queries of the second run."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work()
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def median(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time in seconds, after one run to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak() -> float:
    """Return the most memory that this process has used so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)

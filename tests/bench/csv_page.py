"""A CSV of two million contacts through the page, after its upload: report and measurement, as the worker does them.

The other side is plain DuckDB: ``read_csv``, then the SQL of ``kpis`` by hand, by month and channel. Ours reports the
quality, keeps the clean records, and measures the whole, each channel, each month, and each channel by month.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.common import peak, start
from tests.bench.kpis import CONTACTS, FEW, LIMITS, MAPPING, Cost, by_hand, cost, make
from tests.bench.row import Row

if TYPE_CHECKING:
    from accounts.models import Centre, User

READ = "(SELECT *, row_number() OVER () - 1 AS file_row_number FROM read_csv('{path}', header = true))"


def rows() -> list[Row]:
    """Measure both sides once, after a few contacts to warm up."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start(folder)
        centre, person = _people()
        for number in (FEW, CONTACTS):
            path = folder / f"{number}.csv"
            make(path, number)
            ours = _through_the_page(path, centre, person)
            memory = peak()
            hand = cost(lambda: by_hand(path, READ))  # noqa: B023 - called at once
    what, baseline = f"CSV of {CONTACTS:,} contacts through the page", "read_csv and the same SQL on DuckDB"
    return [
        Row(what, ours.clock, baseline, hand.clock, memory),
        Row(f"{what}: processor time", ours.processors, baseline, hand.processors, memory),
    ]


def _people() -> tuple[Centre, User]:
    from accounts.models import Role
    from tests.factories import make_centre, make_user

    person = make_user(Role.CENTRE_MANAGER)
    return make_centre(person.memberships.get().organisation), person


def _through_the_page(path: Path, centre: Centre, person: User) -> Cost:
    """Upload a file, then do both jobs; only they count."""
    from django.conf import settings
    from django.utils import timezone

    from benchmarks.models import JobKind, JobStatus
    from benchmarks.services import job_request, job_run, upload_store, uploads_seen

    settings.RECORDS_LIMITS = LIMITS
    now = timezone.now
    mapping = MAPPING.replace("type: parquet", "type: csv")
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(1 << 20), b"")
        facts = {"size": path.stat().st_size, "name": path.name, "by": person, "at": now(), "mapping_text": mapping}
        upload_store(centre=centre, chunks=chunks, **facts)
    uploads = list(centre.records_uploads.all())
    seen = uploads_seen(uploads)

    def both() -> None:
        for kind in (JobKind.LOOK, JobKind.MEASURE):
            job = job_request(centre=centre, kind=kind, uploads=uploads, seen=seen, by=person, at=now())
            job_run(job_id=str(job.pk), clock=now)
            job.refresh_from_db()
            assert job.status == JobStatus.DONE, job.error

    return cost(both)

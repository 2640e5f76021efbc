"""A hundred certificates in one batch, signed, stored and in the ledger: two workers against one on the same batch.

Each worker is a process with a setter of its own, warm before the clock starts, as workers are that have been up for a
while. On a machine with two free cores two should take little more than half of the time.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.common import start
from tests.bench.row import Row

if TYPE_CHECKING:
    from audits.models import Audit

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CERTIFICATES = 100
SPAWN = multiprocessing.get_context("spawn")


def rows() -> list[Row]:
    """Return the two workers beside the one."""
    with tempfile.TemporaryDirectory() as folder:
        start(Path(folder))
        audits = _audits()
        one, two = _timed(audits, 1), _timed(audits, 2)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [Row(f"{CERTIFICATES} certificates, two workers", two, "one worker", one, peak)]


def _audits() -> list[Audit]:
    """Certify a hundred audits of one body by a small edition."""
    from django.db import transaction

    from audits.models import Certificate
    from tests.factories import make_edition, make_organisation
    from tests.reports.signed import make_audit_with_result

    edition, conductor = make_edition(), make_organisation()
    with transaction.atomic():
        audits = [make_audit_with_result(edition=edition, conductor=conductor) for _number in range(CERTIFICATES)]
        Certificate.objects.update(valid_from=date(2000, 1, 1), valid_until=date(2999, 1, 1))
    return audits


def _timed(audits: list[Audit], workers: int) -> float:
    """Return the seconds that so many workers take for a certificate of every audit."""
    from reports.models import Batch, Export, ExportKind, ExportStatus
    from tests.factories import make_user

    facts: dict[str, Any] = {
        "kind": ExportKind.CERTIFICATE,
        "language": "en",
        "requested_by": make_user("audit_manager", audits[0].conductor),
        "requested_at": AT,
    }
    batch = Batch.objects.create(**facts)
    Export.objects.bulk_create([Export(batch=batch, audit=audit, **facts) for audit in audits])
    ready, going = SPAWN.Barrier(workers + 1), SPAWN.Event()
    processes = [SPAWN.Process(target=work, args=(str(batch.pk), audits[0].pk, ready, going)) for _ in range(workers)]
    for process in processes:
        process.start()
    ready.wait()
    begun = time.perf_counter()
    going.set()
    for process in processes:
        process.join()
    taken = time.perf_counter() - begun
    done = batch.exports.filter(status=ExportStatus.DONE).count()
    if done != CERTIFICATES:
        message = f"{done} of {CERTIFICATES} certificates were made: {batch.exports.exclude(error='').first()}"
        raise RuntimeError(message)
    return taken


def work(batch_id: str, audit_id: int, ready: Any, going: Any) -> None:
    """Be one worker, until nothing of the batch is waiting."""
    import django

    django.setup()
    from django.utils import timezone

    from audits.models import Audit
    from reports.models import Export, ExportStatus
    from reports.renderers import render_certificate
    from reports.selectors import certificate_document
    from reports.services import batch_lane

    render_certificate(certificate_document(Audit.objects.get(pk=audit_id), language="en", at=AT))
    ready.wait()
    going.wait()
    while Export.objects.filter(batch=batch_id, status=ExportStatus.QUEUED).exists():
        batch_lane(batch_id=batch_id, clock=timezone.now)

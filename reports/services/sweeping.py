"""What has to go on although a worker, a broker or the power has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.services import jobs_recover
from ledger.outbox import outbox_dispatch, outbox_pending
from reports.services.batches import batches_recover
from reports.services.exports import STALE, exports_recover

if TYPE_CHECKING:
    from datetime import datetime


def outbox_sweep(*, at: datetime) -> int:
    """Hand over what stayed in the outbox, and recover work whose worker has been silent for ten minutes."""
    exports_recover(started_before=at - STALE, at=at)
    batches_recover(at=at)
    jobs_recover(heard_before=at - STALE, at=at)
    return sum(outbox_dispatch(message, at=at) for message in outbox_pending()[:100])

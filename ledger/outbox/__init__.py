"""Work that must happen after a transaction has committed, whatever crashes in between.

``outbox_add`` writes a row in the caller's transaction. After the commit the row is handed to a broker, or a local
process is started that works through the rows. A row stays until that has succeeded; ``outbox_sweep`` tries again.
"""

from ledger.outbox.messages import outbox_add, outbox_dispatch, outbox_pending, outbox_run_next
from ledger.outbox.process import WorkerLock, worker_ensure

__all__ = ["WorkerLock", "outbox_add", "outbox_dispatch", "outbox_pending", "outbox_run_next", "worker_ensure"]

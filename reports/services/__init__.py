"""Everything that writes in this room, one module per subject."""

from reports.services.awards import results_sign
from reports.services.batches import batch_cancel, batch_lane, batch_request, batch_retry, batch_settle, batches_recover
from reports.services.exports import (
    MOST_WAITING,
    WAITING,
    ExportRefusedError,
    export_cancel,
    export_render,
    export_request,
    export_retry,
    exports_recover,
)
from reports.services.house import house_save
from reports.services.listing import listing_set
from reports.services.schedules import exports_expire, schedule_create, schedule_pause, schedule_remove, schedules_run
from reports.services.sweeping import outbox_sweep
from reports.services.webhooks import webhooks_prune, webhooks_run

__all__ = [
    "MOST_WAITING",
    "WAITING",
    "ExportRefusedError",
    "batch_cancel",
    "batch_lane",
    "batch_request",
    "batch_retry",
    "batch_settle",
    "batches_recover",
    "export_cancel",
    "export_render",
    "export_request",
    "export_retry",
    "exports_expire",
    "exports_recover",
    "house_save",
    "listing_set",
    "outbox_sweep",
    "results_sign",
    "schedule_create",
    "schedule_pause",
    "schedule_remove",
    "schedules_run",
    "webhooks_prune",
    "webhooks_run",
]

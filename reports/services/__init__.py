"""Everything that writes in this room, one module per subject."""

from reports.services.exports import (
    MOST_WAITING,
    WAITING,
    ExportRefusedError,
    export_cancel,
    export_render,
    export_request,
    export_retry,
    exports_recover,
    outbox_sweep,
)
from reports.services.listing import listing_set

__all__ = [
    "MOST_WAITING",
    "WAITING",
    "ExportRefusedError",
    "export_cancel",
    "export_render",
    "export_request",
    "export_retry",
    "exports_recover",
    "listing_set",
    "outbox_sweep",
]

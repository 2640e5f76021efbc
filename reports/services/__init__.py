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

__all__ = [
    "MOST_WAITING",
    "WAITING",
    "ExportRefusedError",
    "export_cancel",
    "export_render",
    "export_request",
    "export_retry",
    "exports_recover",
    "outbox_sweep",
]

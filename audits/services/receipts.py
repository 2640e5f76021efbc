"""Receipts of saves are kept as long as a browser may still ask for one, and not for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.models import SaveReceipt

if TYPE_CHECKING:
    from datetime import datetime

# Far longer than any audit stays on a device (``PACKAGE_DAYS``). Whoever sends a change again after that is told that
# it stands so already, or is asked to choose where somebody wrote since: nothing is lost, only the question is new. A
# finding keeps its key in its own row.
RECEIPT_DAYS = 90
PORTION = 2_000  # rows; others save between two portions


def receipts_prune(*, at: datetime) -> int:
    """Delete receipts older than ``RECEIPT_DAYS`` and return how many; may run twice, also at the same time."""
    old = SaveReceipt.objects.filter(at__lt=at - timedelta(days=RECEIPT_DAYS)).order_by("at")
    pruned = 0
    while keys := list(old.values_list("pk", flat=True)[:PORTION]):
        pruned += SaveReceipt.objects.filter(pk__in=keys).delete()[0]
    return pruned

"""One place that locks an audit for writing and says whether it may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.models import Audit
from audits.services.errors import NotEditableError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


def audit_lock(audit_id: int, *, within: AbstractSet[str] | None = None) -> Audit:
    """Fetch the audit for update inside the running transaction.

    Raises ``NotEditableError`` when ``within`` names states and the audit is in another one.
    """
    audit = (
        Audit.objects.select_for_update(of=("self",))
        .select_related("edition", "centre")
        .defer("edition__document")
        .get(pk=audit_id)
    )
    if within is not None and audit.status not in within:
        raise NotEditableError(audit.status)
    return audit


def subject_of(audit: Audit) -> str:
    """Return the ledger's name for the audit."""
    return f"audit:{audit.pk}"

"""One place that locks an audit for writing and says whether it may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Model

from audits.models import Audit
from audits.services.errors import LeftEditionError, NotEditableError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from django.db.models import QuerySet

    from audits.models import Answer

Row = TypeVar("Row", bound=Model)

# Any fixed number: the name of the lock on PostgreSQL.
REFERENCE_LOCK = 0x61756474


def audit_lock(audit_id: int, *, within: AbstractSet[str] | None = None) -> Audit:
    """Fetch the audit for update inside the running transaction.

    Raises ``NotEditableError`` when ``within`` names states and the audit is in another one.
    """
    audit = locked(
        Audit.objects.select_for_update(of=("self",))
        .select_related("edition", "centre")
        .defer("edition__document")
        .filter(pk=audit_id)
    )
    if within is not None and audit.status not in within:
        raise NotEditableError(audit.status)
    return audit


def locked(one: QuerySet[Row]) -> Row:
    """Return the one row of a locking query; raises its DoesNotExist.

    On PostgreSQL a query that waited for a move, and joins the edition or criterion that the move replaced, finds
    nothing: the joined row is of the time before. Asked again in the same transaction it sees the row as it is now.
    """
    try:
        return one.get()
    except ObjectDoesNotExist:
        return one.get()


def require_current(audit: Audit, answer: Answer) -> None:
    """Raise ``LeftEditionError`` unless the answer is on the locked audit's present edition, as the database has it."""
    if not audit.current_answers.filter(pk=answer.pk).exists():
        raise LeftEditionError


def reference_lock() -> None:
    """Let one transaction at a time give out the next reference. On SQLite the IMMEDIATE transaction does that already.

    A row lock cannot: the first reference of a year has no row yet, and who waited would count on from an old one.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REFERENCE_LOCK])


def subject_of(audit: Audit) -> str:
    """Return the ledger's name for the audit."""
    return f"audit:{audit.pk}"

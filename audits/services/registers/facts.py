"""Taking a figure of the registers over as a fact of an audit, with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.services.locking import audit_lock, subject_of
from audits.services.registers.errors import RegisterError
from audits.workflow import EDITABLE
from ledger.services import ledger_append
from standards.selectors import edition_document

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User
    from audits.models import Audit


@transaction.atomic
def audit_fact_take(*, audit_id: int, code: str, value: str, note: str, as_of: date, by: User, at: datetime) -> Audit:
    """Store a computed figure as the fact of that name; ``value`` is a decimal string.

    Raises ``NotEditableError``, and ``RegisterError`` when the edition asks for no such number.
    """
    audit = audit_lock(audit_id, within=EDITABLE)
    facts = edition_document(audit.edition).get("facts", [])
    if not any(fact["code"] == code and fact["type"] == "number" for fact in facts):
        raise RegisterError("no_such_fact")
    taken = {"value": value, "note": note, "source": {"register": code, "value": value, "as_of": as_of.isoformat()}}
    audit.facts = {**audit.facts, code: taken}
    audit.save(update_fields=["facts"])
    ledger_append(action="audit.fact_taken", subject=subject_of(audit), by=by, at=at, payload={"fact": code, **taken})
    return audit

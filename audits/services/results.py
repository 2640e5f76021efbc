"""Freezing the result: what was scored, on which edition, against which market."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import rfc8785

from audits.selectors.case import audit_case
from audits.services.locking import subject_of
from ledger.services import ledger_append
from standards.scoring import next_tier_plan, parse_case, result_to_json, score
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit


def result_of(audit: Audit, *, at: datetime) -> dict[str, Any]:
    """Score the audit and return the frozen form: case, result and the hashes of edition and market release."""
    spec = edition_spec(audit.edition)
    answers = audit.current_answers.select_related("criterion").only(
        "audit_id", "level", "na_reason", "criterion__code", "criterion__position"
    )
    case = audit_case(audit, answers, today=at.date())
    parsed = parse_case(spec, case)
    result = score(spec, parsed)
    return {
        "case": case,
        "result": result_to_json(spec, result, next_tier_plan(spec, parsed, result)),
        "edition_sha256": audit.edition_sha256,
        "market_sha256": audit.market_release.sha256 if audit.market_release else None,
        "market": audit.market,
    }


def result_refresh(*, audit: Audit, by: User, at: datetime) -> None:
    """Freeze the result of a locked audit and write its hash to the ledger; must run in a transaction."""
    audit.result = result_of(audit, at=at)
    audit.result_sha256 = hashlib.sha256(rfc8785.dumps(audit.result)).hexdigest()
    audit.save(update_fields=["result", "result_sha256"])
    ledger_append(
        action="audit.result_frozen",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"result_sha256": audit.result_sha256, "tier": audit.result["result"]["tier"]},
    )

"""Rows that the tests of this room need on top of ``tests.factories``."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

from audits.models import Answer, AuditStatus, Certificate, Decision, Evidence
from reports.models import Export
from reports.services import export_request
from tests.factories import AT, leader_of, make_user

if TYPE_CHECKING:
    from accounts.models import User
    from audits.models import Audit


def answer_all(audit: Audit, level: int) -> None:
    """Answer every criterion with the same level."""
    Answer.objects.filter(audit=audit).update(level=level, note="Seen.", answered_by=leader_of(audit), answered_at=AT)


def make_evidence(audit: Audit, title: str, *codes: str) -> Evidence:
    """Note a stored file for these criteria; no file is written."""
    evidence = Evidence.objects.create(
        audit=audit,
        title=title,
        filename=f"{title}.pdf",
        media_type="application/pdf",
        size=1000,
        sha256=hashlib.sha256(title.encode()).hexdigest(),
        uploaded_by=leader_of(audit),
        uploaded_at=AT,
    )
    evidence.answers.set(audit.answers.filter(criterion__code__in=codes))
    return evidence


def make_certificate(audit: Audit, **fields: Any) -> Certificate:
    """Close an audit with a decision and a certificate, past all guards."""
    audit.status = AuditStatus.CLOSED
    audit.save()
    Decision.objects.create(
        audit=audit, granted=True, tier="base", route="panel", reason="Met.", decided_by=make_user(), decided_at=AT
    )
    values: dict[str, Any] = {
        "number": f"TS-2026-{audit.pk:05d}",
        "code": hashlib.sha256(str(audit.pk).encode()).hexdigest()[:32],
        "tier": "base",
        "status_since": AT,
        "valid_from": date(2026, 9, 20),
        "valid_until": date(2029, 9, 19),
        "issued_at": AT,
    }
    return Certificate.objects.create(audit=audit, **{**values, **fields})


def make_export(audit: Audit, by: User | None = None, **fields: Any) -> Export:
    """Ask for a report, and set the row to whatever state a test needs."""
    export = export_request(audit=audit, language="en", by=by or leader_of(audit), at=AT)
    if fields:
        Export.objects.filter(pk=export.pk).update(**fields)
        export.refresh_from_db()
    return export

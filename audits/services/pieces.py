"""Keeping a piece of evidence: newer versions, what is said about it, withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction

from audits.models import Audit, Evidence, EvidenceVersion
from audits.services.errors import AuditError
from audits.services.evidence import LONGEST_TITLE, content_store, record
from audits.services.locking import audit_lock
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User

CONTENT = (
    *("filename", "media_type", "size", "sha256", "view_sha256", "thumb_sha256"),
    *("valid_until", "uploaded_by_id", "uploaded_at"),
)


class EvidenceError(AuditError):
    """The piece cannot change in this way; ``code`` is same_content, known_elsewhere, still_used, no_reason."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep the code, and what it is about."""
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def evidence_revise(
    *,
    evidence: Evidence,
    source: BinaryIO,
    filename: str,
    by: User,
    at: datetime,
    valid_until: date | None = None,
) -> Evidence:
    """Put a newer content in the place of the present one, which stays readable.

    Answers go on resting on the version that their author saw until somebody says otherwise (``evidence_rest``).
    Raises ``EvidenceRefusedError``, ``NotEditableError``, and ``EvidenceError`` when a piece of the audit has this
    content already.
    """
    stored = content_store(audit_id=evidence.audit_id, source=source, filename=filename, by=by, at=at)
    with transaction.atomic():
        audit, piece = _locked(evidence)
        other = audit.evidence.filter(sha256=stored.sha256).first()
        if other:
            raise EvidenceError("same_content" if other == piece else "known_elsewhere", other.title)
        former = {name: getattr(piece, name) for name in CONTENT}
        EvidenceVersion.objects.create(evidence=piece, number=piece.version, **former)
        piece.filename, piece.media_type, piece.size = filename, stored.media_type, stored.size
        piece.sha256, piece.view_sha256 = stored.sha256, stored.view_sha256
        piece.thumb_sha256, piece.valid_until = stored.thumb_sha256, valid_until
        piece.uploaded_by, piece.uploaded_at = by, at
        piece.version += 1
        piece.save()
        record(audit, "revised", piece, by, at, version=piece.version, before=former["sha256"])
    return piece


@transaction.atomic
def evidence_describe(
    *,
    evidence: Evidence,
    title: str,
    kind: str,
    confidential: bool,
    valid_until: date | None,
    by: User,
    at: datetime,
) -> Evidence:
    """Say anew what a piece is, until when it holds, and whether it is confidential. Raises ``NotEditableError``."""
    audit, piece = _locked(evidence)
    wanted = {
        "title": title[:LONGEST_TITLE],
        "kind": kind,
        "confidential": confidential,
        "valid_until": valid_until,
    }
    changed = {name: value for name, value in wanted.items() if getattr(piece, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(piece, name, value)
        piece.save(update_fields=list(changed))
        facts = {
            name: valid_until.isoformat() if name == "valid_until" and valid_until else value
            for name, value in changed.items()
        }
        record(audit, "described", piece, by, at, changed=facts)
    return piece


@transaction.atomic
def evidence_withdraw(*, evidence: Evidence, reason: str, by: User, at: datetime) -> Evidence:
    """Set a piece aside that no answer rests on, also none on an edition that the audit has left; nothing is deleted.

    Raises ``NotEditableError``, and ``EvidenceError`` with still_used or no_reason.
    """
    audit, piece = _locked(evidence)
    if not reason.strip():
        raise EvidenceError("no_reason")
    if piece.uses.exists():
        raise EvidenceError("still_used")
    if piece.withdrawn_at is None:
        piece.withdrawn_at, piece.withdrawn_by, piece.withdrawn_reason = at, by, reason.strip()
        piece.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        record(audit, "withdrawn", piece, by, at, reason=piece.withdrawn_reason)
    return piece


@transaction.atomic
def evidence_restore(*, evidence: Evidence, by: User, at: datetime) -> Evidence:
    """Take a withdrawal back. Raises ``NotEditableError``."""
    audit, piece = _locked(evidence)
    if piece.withdrawn_at is not None:
        piece.withdrawn_at, piece.withdrawn_by, piece.withdrawn_reason = None, None, ""
        piece.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        record(audit, "restored", piece, by, at)
    return piece


def _locked(evidence: Evidence) -> tuple[Audit, Evidence]:
    """Lock the audit and read the piece anew."""
    audit = audit_lock(evidence.audit_id, within=EDITABLE)
    return audit, audit.evidence.get(pk=evidence.pk)

"""Files that come with a step in the life of a finding: stored before the step, rows made within it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from audits.models import Evidence
from audits.selectors.evidence import room_left
from audits.storage import EvidenceRefusedError, StoredFile, store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit

LONGEST_TITLE = 200


@dataclass(frozen=True)
class Proof:
    """A file that lies in the store already, with the name that it came under."""

    stored: StoredFile
    filename: str


def proof_store(source: BinaryIO, *, filename: str) -> Proof:
    """Store a file. Raises ``audits.storage.EvidenceRefusedError``. Without a row it is harmless, and found again."""
    return Proof(store(source, filename=filename), filename)


def proofs_keep(audit: Audit, proofs: Sequence[Proof], *, by: User, at: datetime) -> list[Evidence]:
    """Make the rows in the running transaction; a file that the audit has, or once had, already is the same piece.

    Raises ``EvidenceRefusedError`` with quota where the organisation has no room left.
    """
    if proofs and room_left(audit) <= 0:
        raise EvidenceRefusedError("quota")
    return [_keep(audit, proof, by=by, at=at) for proof in proofs]


def _keep(audit: Audit, proof: Proof, *, by: User, at: datetime) -> Evidence:
    former = audit.evidence.filter(former_versions__sha256=proof.stored.sha256).first()
    return (
        former
        or Evidence.objects.get_or_create(
            audit=audit,
            sha256=proof.stored.sha256,
            defaults={
                "title": proof.filename[:LONGEST_TITLE],
                "filename": proof.filename,
                "media_type": proof.stored.media_type,
                "size": proof.stored.size,
                "view_sha256": proof.stored.view_sha256,
                "thumb_sha256": proof.stored.thumb_sha256,
                "uploaded_by": by,
                "uploaded_at": at,
            },
        )[0]
    )

"""Taking in evidence, and saying which criteria it serves."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction

from audits.models import Answer, Audit, Evidence, EvidenceUse, EvidenceVersion
from audits.selectors.evidence import room_left
from audits.services.errors import NotEditableError
from audits.services.locking import audit_lock, require_current, subject_of
from audits.storage import EvidenceRefusedError, StoredFile, store
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User


LONGEST_TITLE = 200
LONGEST_NOTE = 20_000  # characters
NOTE_NAME = "note.txt"


@dataclass(frozen=True)
class About:
    """What a person says about a piece when it comes in."""

    kind: str
    title: str = ""
    confidential: bool = False
    valid_until: date | None = None


def evidence_add(
    *,
    answer: Answer,
    source: BinaryIO,
    filename: str,
    kind: str,
    title: str,
    by: User,
    at: datetime,
    confidential: bool = False,
    valid_until: date | None = None,
) -> Evidence:
    """Store a file and attach it to the answer; a file that the audit already has is attached, not stored twice.

    Asked again with the same file for the same answer it changes nothing and returns the same piece.
    Raises ``audits.storage.EvidenceRefusedError`` or ``NotEditableError``. The file is complete on disk before the
    row exists; a file left without a row by a crash is harmless and is taken up by the next upload of it.
    """
    about = About(kind, (title or filename)[:LONGEST_TITLE], confidential, valid_until)
    stored = content_store(audit_id=answer.audit_id, source=source, filename=filename, by=by, at=at)
    with transaction.atomic():
        audit = audit_lock(answer.audit_id, within=EDITABLE)
        require_current(audit, answer)
        evidence, version = _known(audit, stored.sha256)
        created = evidence is None
        if evidence is None:
            evidence = _create(audit, stored, about, filename=filename, by=by, at=at)
        _, attached = EvidenceUse.objects.get_or_create(
            evidence=evidence, answer=answer, defaults={"version": version or evidence.version}
        )
        if attached:
            _take_back_withdrawal(evidence)
            record(audit, "added" if created else "attached", evidence, by, at, criterion=answer.criterion.code)
    return evidence


def note_add(
    *, answer: Answer, text: str, kind: str, title: str, by: User, at: datetime, confidential: bool = False
) -> Evidence:
    """Keep written text, what somebody said or what was seen, as a piece of evidence: stored and hashed like a file.

    Raises as ``evidence_add`` does, and ``EvidenceRefusedError`` with bad_text.
    """
    source = note_source(text)
    return evidence_add(
        answer=answer,
        source=source,
        filename=NOTE_NAME,
        kind=kind,
        title=title,
        by=by,
        at=at,
        confidential=confidential,
    )


def note_source(text: str) -> BytesIO:
    """Return written text as it is stored: UTF-8, one form of line ends. Raises ``EvidenceRefusedError``."""
    plain = text.replace("\r\n", "\n").strip()
    if not plain:
        raise EvidenceRefusedError("empty")
    if len(plain) > LONGEST_NOTE or any(ord(letter) < ord(" ") and letter not in "\n\t" for letter in plain):
        raise EvidenceRefusedError("bad_text")
    return BytesIO(f"{plain}\n".encode())


@transaction.atomic
def evidence_attach(*, answer: Answer, evidence_id: int, by: User, at: datetime, version: int | None = None) -> None:
    """Say that a piece the audit has already serves this criterion too; twice is the same as once.

    ``version``: which one the answer rests on; the newest when none is named, or when there is no such one.
    Raises ``Evidence.DoesNotExist`` and ``NotEditableError``.
    """
    audit = audit_lock(answer.audit_id, within=EDITABLE)
    require_current(audit, answer)
    evidence = audit.evidence.get(pk=evidence_id)
    rests_on = version if version and version < evidence.version else evidence.version
    _, attached = EvidenceUse.objects.get_or_create(evidence=evidence, answer=answer, defaults={"version": rests_on})
    if attached:
        _take_back_withdrawal(evidence)
        record(audit, "attached", evidence, by, at, criterion=answer.criterion.code, version=rests_on)


@transaction.atomic
def evidence_detach(*, answer: Answer, evidence_id: int, by: User, at: datetime) -> EvidenceUse:
    """Say that a piece of evidence does not serve this criterion; the file and its row stay with the audit.

    Returns what it was, so that it can be undone. Raises ``Evidence.DoesNotExist`` when it was not attached to this
    answer, and ``NotEditableError``.
    """
    audit = audit_lock(answer.audit_id, within=EDITABLE)
    require_current(audit, answer)
    use = answer.evidence_uses.select_related("evidence").filter(evidence=evidence_id).first()
    if use is None:
        raise Evidence.DoesNotExist
    use.delete()
    record(audit, "detached", use.evidence, by, at, criterion=answer.criterion.code)
    return use


@transaction.atomic
def evidence_rest(*, answer: Answer, evidence_id: int, by: User, at: datetime) -> None:
    """Let the answer rest on the newest version of a piece, once somebody has looked at it.

    Raises ``Evidence.DoesNotExist`` when it is not attached to this answer, and ``NotEditableError``.
    """
    audit = audit_lock(answer.audit_id, within=EDITABLE)
    require_current(audit, answer)
    evidence = answer.evidence.get(pk=evidence_id)
    changed = answer.evidence_uses.filter(evidence=evidence).exclude(version=evidence.version)
    if changed.update(version=evidence.version):
        record(audit, "rested", evidence, by, at, criterion=answer.criterion.code, version=evidence.version)


def content_store(*, audit_id: int, source: BinaryIO, filename: str, by: User, at: datetime) -> StoredFile:
    """Store a file for an audit that may still change and whose organisation has room for it.

    Raises ``EvidenceRefusedError`` or ``NotEditableError``; what the scanner refuses is noted in the ledger.
    """
    audit = Audit.objects.only("pk", "status", "conductor_id").get(pk=audit_id)
    if audit.status not in EDITABLE:  # asked again under the lock; here so that no file is stored in vain
        raise NotEditableError(audit.status)
    if room_left(audit) <= 0:
        raise EvidenceRefusedError("quota")
    try:
        stored = store(source, filename=filename)
    except EvidenceRefusedError as error:
        if error.code == "infected":
            payload = {"sha256": error.detail}
            ledger_append(action="evidence.quarantined", subject=subject_of(audit), by=by, at=at, payload=payload)
        raise
    return stored


def record(audit: Audit, action: str, evidence: Evidence, by: User, at: datetime, **facts: object) -> None:
    """Note in the ledger what was done to a piece; the file's name only where it is not confidential."""
    payload = {"evidence": evidence.pk, "sha256": evidence.sha256, "size": evidence.size, **facts}
    if not evidence.confidential:
        payload["filename"] = evidence.filename
    ledger_append(action=f"evidence.{action}", subject=subject_of(audit), by=by, at=at, payload=payload)


def _known(audit: Audit, sha256: str) -> tuple[Evidence | None, int | None]:
    """Return the piece that has, or once had, this content in the audit, and in which version."""
    evidence = audit.evidence.filter(sha256=sha256).first()
    if evidence:
        return evidence, evidence.version
    former = EvidenceVersion.objects.filter(evidence__audit=audit, sha256=sha256).select_related("evidence").first()
    return (former.evidence, former.number) if former else (None, None)


def _create(audit: Audit, stored: StoredFile, about: About, *, filename: str, by: User, at: datetime) -> Evidence:
    return Evidence.objects.create(
        audit=audit,
        kind=about.kind,
        title=about.title,
        confidential=about.confidential,
        valid_until=about.valid_until,
        filename=filename,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.sha256,
        view_sha256=stored.view_sha256,
        thumb_sha256=stored.thumb_sha256,
        uploaded_by=by,
        uploaded_at=at,
    )


def _take_back_withdrawal(evidence: Evidence) -> None:
    """What is used again is not withdrawn any more."""
    if evidence.withdrawn_at:
        evidence.withdrawn_at, evidence.withdrawn_by, evidence.withdrawn_reason = None, None, ""
        evidence.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])

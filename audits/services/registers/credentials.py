"""Credentials of internal auditors: entering, correcting, revoking, and the certificate as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audits.levels import levels
from audits.registers import Credential
from audits.services.registers.errors import RegisterError, StaleEntryError
from audits.storage import store
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Centre, Organisation, User

LONGEST_NAME = 255


@dataclass(frozen=True)
class CredentialFacts:
    """What a credential says. Exactly one of ``holder`` and ``holder_name`` is given."""

    holder: User | None
    holder_name: str
    centres: tuple[Centre, ...]
    course: str
    level: str
    body: str
    passed_on: date
    valid_until: date | None
    number: str = ""

    def columns(self) -> dict[str, Any]:
        """Return what the row itself keeps."""
        names = ("holder", "holder_name", "course", "level", "body", "passed_on", "valid_until", "number")
        return {name: getattr(self, name) for name in names}


@transaction.atomic
def credential_add(*, organisation: Organisation, facts: CredentialFacts, by: User, at: datetime) -> Credential:
    """Enter a credential. Raises ``RegisterError`` with the field it is about."""
    _require_sound(organisation.pk, facts, at)
    _require_new(organisation.pk, facts)
    credential = Credential.objects.create(organisation=organisation, **facts.columns(), created_at=at, created_by=by)
    credential.centres.set(facts.centres)
    _record("added", credential, facts, by, at)
    return credential


@transaction.atomic
def credential_update(
    *, credential_id: int, revision: int, facts: CredentialFacts, by: User, at: datetime
) -> Credential:
    """Correct a credential that the person saw at this revision. Raises ``RegisterError``, ``StaleEntryError``."""
    credential = _locked(credential_id, revision)
    _require_sound(credential.organisation_id, facts, at, keeps=credential.holder_id)
    _require_new(credential.organisation_id, facts, besides=credential.pk)
    for name, value in facts.columns().items():
        setattr(credential, name, value)
    credential.revision += 1
    credential.save()
    credential.centres.set(facts.centres)
    _record("updated", credential, facts, by, at)
    return credential


@transaction.atomic
def credential_revoke(*, credential_id: int, revision: int, reason: str, by: User, at: datetime) -> Credential:
    """Say that a credential holds no longer, from today on. It stays in the register."""
    credential = _locked(credential_id, revision)
    credential.revoked_on, credential.revoked_by, credential.revoked_reason = timezone.localdate(at), by, reason
    credential.revision += 1
    credential.save()
    ledger_append(action="credential.revoked", subject=_subject(credential), by=by, at=at, payload={"reason": reason})
    return credential


def credential_file_set(*, credential_id: int, source: BinaryIO, filename: str, by: User, at: datetime) -> Credential:
    """Keep the certificate as a file, in place of an earlier one, whose content stays in the store.

    Raises ``audits.storage.EvidenceRefusedError``. The file is complete on disk before the row speaks of it.
    """
    stored = store(source, filename=filename)
    with transaction.atomic():
        credential = Credential.objects.select_for_update().get(pk=credential_id)
        credential.file_sha256, credential.file_type = stored.sha256, stored.media_type
        credential.file_name = filename[:LONGEST_NAME]
        credential.save(update_fields=["file_sha256", "file_type", "file_name"])
        ledger_append(
            action="credential.file_set",
            subject=_subject(credential),
            by=by,
            at=at,
            payload={"sha256": stored.sha256, "size": stored.size},
        )
    return credential


def _locked(credential_id: int, revision: int) -> Credential:
    credential = Credential.objects.select_for_update().get(pk=credential_id)
    if credential.revision != revision:
        raise StaleEntryError(credential.revision)
    if credential.revoked_on:
        raise RegisterError("credential_revoked")
    return credential


def _require_sound(organisation_id: int, facts: CredentialFacts, at: datetime, keeps: int | None = None) -> None:
    """Refuse what contradicts itself. A holder who has left since (``keeps``) stays the holder of what they passed."""
    if (facts.holder is None) == (not facts.holder_name):
        raise RegisterError("one_holder", "holder_name")
    if facts.holder and facts.holder.pk != keeps and not facts.holder.has_role(organisation_id):
        raise RegisterError("holder_elsewhere", "holder")
    if facts.level not in levels(settings.CREDENTIAL_LEVELS):
        raise RegisterError("unknown_level", "level")
    if not facts.centres or any(centre.organisation_id != organisation_id for centre in facts.centres):
        raise RegisterError("centre_elsewhere", "centres")
    if facts.passed_on > timezone.localdate(at):
        raise RegisterError("in_future", "passed_on")
    if facts.valid_until and facts.valid_until < facts.passed_on:
        raise RegisterError("dates_reversed", "valid_until")


def _require_new(organisation_id: int, facts: CredentialFacts, besides: int = 0) -> None:
    """Refuse the same training of the same person on the same day a second time."""
    same = Credential.objects.filter(
        organisation=organisation_id, level=facts.level, passed_on=facts.passed_on, revoked_on=None
    ).exclude(pk=besides)
    key = Credential(holder=facts.holder, holder_name=facts.holder_name).person_key
    if any(each.person_key == key and each.course.casefold() == facts.course.casefold() for each in same):
        raise RegisterError("credential_twice", "passed_on")


def _record(what: str, credential: Credential, facts: CredentialFacts, by: User, at: datetime) -> None:
    payload = {
        "organisation": credential.organisation_id,
        "holder": credential.holder_id or credential.holder_name,
        "centres": sorted(centre.pk for centre in facts.centres),
        "course": facts.course,
        "level": facts.level,
        "body": facts.body,
        "passed_on": facts.passed_on.isoformat(),
        "valid_until": facts.valid_until.isoformat() if facts.valid_until else None,
        "number": facts.number,
    }
    ledger_append(action=f"credential.{what}", subject=_subject(credential), by=by, at=at, payload=payload)


def _subject(credential: Credential) -> str:
    return f"credential:{credential.pk}"

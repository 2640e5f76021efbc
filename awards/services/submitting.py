"""Handing an entry in, with a receipt; handing in late; withdrawing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction

from awards.models import EntryStatus, EntryVersion, ProgrammeStatus
from awards.selectors.entering import editable_stage, entry_page, market_of
from awards.services.errors import AwardError
from awards.services.recording import entry_lock, record, require_stranger
from ledger.chain import canonical, time_text

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Evidence
    from awards.models import Entry, EntryReference


@transaction.atomic
def entry_submit(*, entry_id: int, by: User, at: datetime) -> EntryVersion:
    """Hand the entry in as it is: a new version word for word, with the hash that the receipt shows.

    Handing in again until the deadline makes a newer version. Raises ``AwardError``: closed, incomplete (with what),
    nothing_new.
    """
    entry = entry_lock(entry_id)
    stage = editable_stage(entry, list(entry.programme.stages.all()), at)
    if stage is None:
        raise AwardError("closed")
    page = entry_page(entry, at=at)
    if page.missing:
        raise AwardError("incomplete", asks=[row.ask.title for row in page.missing])
    content = version_content(entry, entry.revision + 1, at)
    before = entry.versions.order_by("-number").first()
    if before and _substance(content) == _substance_of(before):
        raise AwardError("nothing_new", number=before.number)
    text = canonical(content)
    version = EntryVersion.objects.create(
        entry=entry,
        number=entry.revision + 1,
        content=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        late=at > stage.closes_at,
        submitted_by=by,
        submitted_at=at,
    )
    entry.revision, entry.status = version.number, EntryStatus.SUBMITTED
    entry.save(update_fields=["revision", "status"])
    facts = {"entry": entry.code, "version": version.number, "sha256": version.sha256, "late": version.late}
    record(entry.programme, "entry_submitted", facts, by=by, at=at)
    return version


def version_content(entry: Entry, number: int, at: datetime) -> dict[str, Any]:
    """Return all that an entry says, as plain values: what is hashed, and what judges read."""
    references = entry.references.select_related("audit__edition", "evidence")
    return {
        "programme": {"code": entry.programme.code, "sha256": entry.programme.sha256},
        "entry": entry.code,
        "number": number,
        "at": time_text(at),
        "category": entry.category,
        "division": entry.division,
        "organisation": entry.organisation.name,
        "centre": entry.centre.name if entry.centre else "",
        "nominee": entry.nominee,
        "title": entry.title,
        "names": entry.names.split("\n") if entry.names else [],
        "answers": {answer.ask: {"text": answer.text, "unit": answer.unit} for answer in entry.answers.order_by("ask")},
        "files": [
            {
                "code": file.code,
                "ask": file.ask,
                "name": file.filename,
                "size": file.size,
                "sha256": file.sha256,
                **({"figures": file.figures} if file.figures else {}),
            }
            for file in entry.files.filter(removed_at=None)
        ],
        "references": [_reference(each) for each in references],
        "market": [] if entry.calibration is not None else market_of(entry),
    }


def _reference(reference: EntryReference) -> dict[str, Any]:
    """Return what is referred to, with the hash that holds it."""
    audit, piece = reference.audit, reference.evidence
    return {
        "ask": reference.ask,
        "audit": audit.reference,
        "edition": str(audit.edition),
        "tier": (audit.result or {}).get("result", {}).get("tier") or "",
        "result_sha256": audit.result_sha256,
        "evidence": {"title": piece.title, "version": reference.version, "sha256": piece.sha256} if piece else None,
        "criteria": _criteria(piece),
    }


def _criteria(piece: Evidence | None) -> list[str]:
    """Return the criteria of the audit whose answers rest on a piece of evidence."""
    if piece is None:
        return []
    return sorted(piece.answers.order_by().values_list("criterion__code", flat=True).distinct())


def _substance(content: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in {"number", "at"}}


def _substance_of(version: EntryVersion) -> dict[str, Any]:
    import json

    return _substance(json.loads(version.content))


@transaction.atomic
def entry_withdraw(*, entry_id: int, reason: str, by: User, at: datetime) -> Entry:
    """Take an entry out of the programme; what was handed in and scored is kept and not counted.

    Raises ``AwardError`` withdrawn_already, wrong_status when the results are frozen.
    """
    entry = entry_lock(entry_id)
    if entry.status == EntryStatus.WITHDRAWN:
        raise AwardError("withdrawn_already")
    if entry.programme.status != ProgrammeStatus.OPEN:
        raise AwardError("wrong_status", status=entry.programme.get_status_display())
    entry.status, entry.withdrawn_at, entry.withdrawn_reason = EntryStatus.WITHDRAWN, at, reason
    entry.save(update_fields=["status", "withdrawn_at", "withdrawn_reason"])
    record(entry.programme, "entry_withdrawn", {"entry": entry.code, "reason": reason}, by=by, at=at)
    return entry


@transaction.atomic
def late_ask(*, entry_id: int, by: User, at: datetime) -> Entry:
    """Ask the chair to take an entry after the deadline. Raises ``AwardError`` still_open."""
    entry = entry_lock(entry_id)
    if editable_stage(entry, list(entry.programme.stages.all()), at) is not None:
        raise AwardError("still_open")
    entry.asked_late = True
    entry.save(update_fields=["asked_late"])
    record(entry.programme, "late_asked", {"entry": entry.code}, by=by, at=at)
    return entry


@transaction.atomic
def late_allow(*, entry_id: int, until: datetime, reason: str, by: User, at: datetime) -> Entry:
    """Let an entry be handed in until a moment, as the chair, with a reason. Raises ``AwardError``."""
    entry = entry_lock(entry_id)
    if entry.programme.status != ProgrammeStatus.OPEN:
        raise AwardError("wrong_status", status=entry.programme.get_status_display())
    if until <= at:
        raise AwardError("in_the_past")
    require_stranger(by, entry.organisation_id)
    entry.late_until, entry.late_reason, entry.asked_late = until, reason, True
    entry.save(update_fields=["late_until", "late_reason", "asked_late"])
    facts = {"entry": entry.code, "until": until.isoformat(), "reason": reason}
    record(entry.programme, "late_allowed", facts, by=by, at=at)
    return entry

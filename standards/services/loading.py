"""Loading editions from files, and whose standard it is: the operator's commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from ledger.services import ledger_append
from standards.drafts import circle_faults
from standards.editions import EditionError, parse_edition
from standards.editions.lineage import lineage_faults
from standards.models import Edition, EditionStatus, EditionStep, Standard
from standards.selectors import edition_document, known_kpi_codes
from standards.services.errors import EditionLockedError, OwnedStandardError
from standards.services.index import edition_lock, edition_write, record
from standards.shelf import known_clauses

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import Organisation, User
    from standards.editions import Fault, ParsedEdition


@dataclass(frozen=True, slots=True)
class Loaded:
    """What ``edition_load`` did: ``outcome`` is created, replaced or unchanged."""

    edition: Edition
    outcome: str


@transaction.atomic
def edition_load(*, data: bytes | str, at: datetime, by: User | None = None) -> Loaded:
    """Load an edition from its YAML as a draft. Loading the same content again changes nothing.

    Where the edition that it goes on from is here, its lineage has to agree with that.
    Raises EditionError with every fault, or EditionLockedError when this code and version is in review or published
    with other content. A draft with other content is replaced.
    """
    file = data.encode() if isinstance(data, str) else data
    parsed = parse_edition(file, known_kpis=known_kpi_codes(), known_clauses=known_clauses())
    existing = (
        Edition.objects.select_for_update()
        .filter(code=parsed.document["code"], version=parsed.document["version"])
        .first()
    )
    if existing and existing.sha256 == parsed.sha256:
        return Loaded(existing, "unchanged")
    if existing:
        _require_draft(existing, parsed)
    if faults := _origin_faults(parsed.document):
        raise EditionError(faults)
    edition = edition_write(existing or Edition(), parsed, by=by, at=at)
    outcome = "replaced" if existing else "created"
    record(edition, "edition.load", by=by, at=at, more={"outcome": outcome})
    return Loaded(edition, outcome)


@transaction.atomic
def edition_publish(*, edition: Edition, at: datetime, by: User | None = None) -> Edition:
    """Publish a draft of a standard that has no owner, without review: from now on it cannot change.

    Publishing a published edition again changes nothing. Raises EditionLockedError for an edition that is in review,
    superseded or withdrawn, OwnedStandardError where ``edition_step`` is the way.
    """
    locked = edition_lock(edition)
    if locked.status == EditionStatus.PUBLISHED:
        return locked
    if Standard.objects.filter(code=locked.code, owner__isnull=False).exists():
        raise OwnedStandardError(f"{locked.code} has an owner: two of its people publish {locked} on its page.")
    if locked.status != EditionStatus.DRAFT:
        raise EditionLockedError(f"{locked} is {locked.get_status_display()}; only a draft can be published.", locked)
    # By way of review: the database knows no other way from a draft.
    Edition.objects.filter(pk=locked.pk).update(status=EditionStatus.REVIEW)
    locked.status, locked.published_at = EditionStatus.PUBLISHED, at
    locked.save(update_fields=["status", "published_at"])
    EditionStep.objects.create(edition=locked, name="publish", sha256=locked.sha256, by=by, at=at)
    record(locked, "edition.publish", by=by, at=at, more={})
    return locked


@transaction.atomic
def standard_own(*, code: str, owner: Organisation | None, at: datetime, by: User | None = None) -> Standard:
    """Say whose standard it is; from then on only its people write and publish it. The same owner changes nothing."""
    Standard.objects.get_or_create(code=code)
    standard = Standard.objects.select_for_update().get(code=code)
    if standard.owner_id != (owner.pk if owner else None):
        standard.owner = owner
        standard.save(update_fields=["owner"])
        facts = {"owner": owner.pk if owner else None}
        ledger_append(action="standard.own", subject=f"standard:{code}", by=by, at=at, payload=facts)
    return standard


def _origin_faults(document: Mapping[str, Any]) -> list[Fault]:
    """Return what only the editions before can tell; where those are not here, nothing."""
    if faults := circle_faults(document):
        return faults
    version = document.get("based_on", {}).get("version")
    before = Edition.objects.filter(code=document["code"], version=version).first() if version else None
    return lineage_faults(document, edition_document(before)) if before else []


def _require_draft(existing: Edition, parsed: ParsedEdition) -> None:
    if existing.status != EditionStatus.DRAFT:
        raise EditionLockedError(
            f"{existing} is {existing.get_status_display().lower()} with other content "
            f"(SHA-256 {existing.sha256[:12]}…, the file has {parsed.sha256[:12]}…). "
            "An edition that is no draft cannot change: give the file a new version.",
            existing,
        )

"""Loading and publishing editions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from ledger.services import ledger_append
from standards.editions import parse_edition
from standards.models import Block, Clause, Criterion, Edition, EditionStatus
from standards.selectors import known_kpi_codes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from accounts.models import User
    from standards.editions import ParsedEdition


class EditionLockedError(Exception):
    """The edition is no draft, so its content cannot be replaced; a change needs a new version."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What ``edition_load`` did: ``outcome`` is created, replaced or unchanged."""

    edition: Edition
    outcome: str


@transaction.atomic
def edition_load(*, data: bytes | str, at: datetime, by: User | None = None) -> Loaded:
    """Load an edition from its YAML as a draft. Loading the same content again changes nothing.

    Raises EditionError with every fault, or EditionLockedError when this code and version is published with other
    content. A draft with other content is replaced.
    """
    parsed = parse_edition(data.encode() if isinstance(data, str) else data, known_kpis=known_kpi_codes())
    existing = (
        Edition.objects.select_for_update()
        .filter(code=parsed.document["code"], version=parsed.document["version"])
        .first()
    )
    if existing and existing.sha256 == parsed.sha256:
        return Loaded(existing, "unchanged")
    if existing:
        _require_draft(existing, parsed)
        _remove_parts(existing)
    edition = _write(existing or Edition(), parsed)
    outcome = "replaced" if existing else "created"
    _record(edition, "edition.load", by, at, {"outcome": outcome})
    return Loaded(edition, outcome)


@transaction.atomic
def edition_publish(*, edition: Edition, at: datetime, by: User | None = None) -> Edition:
    """Publish a draft: from now on it cannot change. Publishing a published edition again changes nothing.

    Raises EditionLockedError for an edition that was superseded or withdrawn.
    """
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    if locked.status == EditionStatus.PUBLISHED:
        return locked
    if locked.status != EditionStatus.DRAFT:
        raise EditionLockedError(f"{locked} is {locked.get_status_display()}; only a draft can be published.")
    locked.status, locked.published_at = EditionStatus.PUBLISHED, at
    locked.save(update_fields=["status", "published_at"])
    _record(locked, "edition.publish", by, at, {})
    return locked


def _require_draft(existing: Edition, parsed: ParsedEdition) -> None:
    if existing.status != EditionStatus.DRAFT:
        raise EditionLockedError(
            f"{existing} is {existing.get_status_display().lower()} with other content "
            f"(SHA-256 {existing.sha256[:12]}…, the file has {parsed.sha256[:12]}…). "
            "A published edition cannot change: give the file a new version."
        )


def _remove_parts(edition: Edition) -> None:
    Criterion.objects.filter(edition=edition).delete()
    Clause.objects.filter(block__edition=edition).delete()
    Block.objects.filter(edition=edition).delete()


def _write(edition: Edition, parsed: ParsedEdition) -> Edition:
    """Write the edition and its index: one query per table."""
    document = parsed.document
    edition.code, edition.version, edition.title = document["code"], document["version"], document["title"]
    edition.document, edition.sha256 = parsed.canonical, parsed.sha256
    edition.save()
    blocks = Block.objects.bulk_create(_block(edition, *each) for each in enumerate(document["blocks"], 1))
    pairs = [(block, part) for block, spec in zip(blocks, document["blocks"], strict=True) for part in spec["clauses"]]
    clauses = Clause.objects.bulk_create(_clause(*pair, position) for position, pair in enumerate(pairs, 1))
    asked = [(clause, part) for clause, pair in zip(clauses, pairs, strict=True) for part in pair[1]["criteria"]]
    Criterion.objects.bulk_create(_criteria(edition, asked))
    return edition


def _block(edition: Edition, position: int, part: dict[str, Any]) -> Block:
    points = Decimal(str(part["points"]))
    return Block(
        edition=edition, position=position, points=points, code=part["code"], title=part["title"], intro=part["intro"]
    )


def _clause(block: Block, part: dict[str, Any], position: int) -> Clause:
    return Clause(block=block, position=position, code=part["code"], title=part["title"], intro=part["intro"])


def _criteria(edition: Edition, asked: Iterable[tuple[Clause, dict[str, Any]]]) -> Iterable[Criterion]:
    for position, (clause, part) in enumerate(asked, 1):
        fields = {key: value for key, value in part.items() if key not in {"weight", "when", "scale"}}
        weight = Decimal(str(part["weight"]))
        yield Criterion(
            edition=edition, clause=clause, position=position, weight=weight, condition=part["when"], **fields
        )


def _record(edition: Edition, action: str, by: User | None, at: datetime, more: dict[str, str]) -> None:
    payload = {"sha256": edition.sha256, "status": str(edition.status), **more}
    ledger_append(action=action, subject=f"edition:{edition.code}@{edition.version}", by=by, at=at, payload=payload)

"""Writing an edition and its index: blocks, clauses and criteria as rows. Only for the services of this room."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.services import ledger_append
from standards.models import Block, Clause, Criterion, Edition, EditionStatus
from standards.services.errors import EditionLockedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User
    from standards.editions import ParsedEdition

LONGEST_SUBJECT = 80


def edition_lock(edition: Edition) -> Edition:
    """Return the edition as it is now, locked until the transaction ends."""
    return Edition.objects.select_for_update().get(pk=edition.pk)


def draft_lock(edition: Edition) -> Edition:
    """Return the draft as it is now, locked. Raises EditionLockedError when it is no draft any more."""
    locked = edition_lock(edition)
    if locked.status != EditionStatus.DRAFT:
        raise EditionLockedError(f"{locked} is {locked.get_status_display().lower()}; only a draft can change.", locked)
    return locked


def edition_write(edition: Edition, parsed: ParsedEdition, *, by: User | None, at: datetime) -> Edition:
    """Write a draft and its index anew: one query per table."""
    if edition.pk:
        _remove_parts(edition)
    document = parsed.document
    edition.code, edition.version, edition.title = document["code"], document["version"], document["title"]
    edition.document, edition.sha256 = parsed.canonical, parsed.sha256
    edition.edited_by, edition.edited_at = by, at
    edition.save()
    blocks = Block.objects.bulk_create(_block(edition, *each) for each in enumerate(document["blocks"], 1))
    pairs = [(block, part) for block, spec in zip(blocks, document["blocks"], strict=True) for part in spec["clauses"]]
    clauses = Clause.objects.bulk_create(_clause(*pair, position) for position, pair in enumerate(pairs, 1))
    asked = [(clause, part) for clause, pair in zip(clauses, pairs, strict=True) for part in pair[1]["criteria"]]
    Criterion.objects.bulk_create(
        criterion_row(edition, clause, part, position) for position, (clause, part) in enumerate(asked, 1)
    )
    return edition


def criterion_row(edition: Edition, clause: Clause | None, part: dict[str, Any], position: int) -> Criterion:
    """Return the row of a criterion, not saved: for the index, and to look at what was typed before it is saved."""
    names = {field.name for field in Criterion._meta.concrete_fields} - {"weight"}  # noqa: SLF001 - Django's own API
    fields = {key: value for key, value in part.items() if key in names}
    weight = Decimal(str(part["weight"]))
    return Criterion(edition=edition, clause=clause, position=position, weight=weight, condition=part["when"], **fields)


def record(edition: Edition, action: str, *, by: User | None, at: datetime, more: Mapping[str, Any]) -> None:
    """Append to the ledger what happened to the edition. Last in the transaction."""
    payload = {"sha256": edition.sha256, "status": str(edition.status), **more}
    subject = f"edition:{edition.code}@{edition.version}"
    if len(subject) > LONGEST_SUBJECT:
        subject = f"edition:{edition.pk}"
        payload["edition"] = str(edition)
    ledger_append(action=action, subject=subject, by=by, at=at, payload=payload)


def _remove_parts(edition: Edition) -> None:
    Criterion.objects.filter(edition=edition).delete()
    Clause.objects.filter(block__edition=edition).delete()
    Block.objects.filter(edition=edition).delete()


def _block(edition: Edition, position: int, part: dict[str, Any]) -> Block:
    points = Decimal(str(part["points"]))
    return Block(
        edition=edition, position=position, points=points, code=part["code"], title=part["title"], intro=part["intro"]
    )


def _clause(block: Block, part: dict[str, Any], position: int) -> Clause:
    return Clause(block=block, position=position, code=part["code"], title=part["title"], intro=part["intro"])

"""Writing a draft, one part at a time: whoever saves says which part they saw, and nothing is overwritten unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from standards.drafts import checked, circle_faults, code_used_before, criterion_before, draft_document, edition_before
from standards.editions import EditionError, Fault, parse_edition
from standards.editions.parts import (
    Address,
    NoSuchPartError,
    part_at,
    part_hash,
    with_criterion,
    with_part,
    without_criterion,
)
from standards.models import Criterion, Edition, EditionStatus
from standards.selectors import edition_document, known_kpi_codes
from standards.services.errors import CodeTakenError, EditionLockedError, StalePartError
from standards.services.index import criterion_row, draft_lock, edition_lock, edition_write, record
from standards.shelf import known_clauses

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User
    from standards.editions import ParsedEdition


def edition_copy(*, edition: Edition, version: str, by: User, at: datetime) -> Edition:
    """Begin the next edition as a draft with the same content. Raises CodeTakenError, EditionError, EditionLockedError.

    Its lineage begins anew: it says how the new edition goes on from this one.
    """
    try:
        with transaction.atomic():
            source = edition_lock(edition)
            if source.status not in {EditionStatus.PUBLISHED, EditionStatus.SUPERSEDED}:
                raise EditionLockedError(f"{source} was not published; its content may still change.", source)
            if Edition.objects.filter(code=source.code, version=version).exists():
                raise CodeTakenError(version)
            document = {**edition_document(source), "version": version, "lineage": {}}
            document["based_on"] = {"version": source.version}
            draft = edition_write(Edition(), checked(document), by=by, at=at)
            record(draft, "edition.copy", by=by, at=at, more={"based_on": source.sha256})
    except IntegrityError as error:
        raise CodeTakenError(version) from error
    return draft


@transaction.atomic
def part_save(
    *, edition: Edition, address: Address, part: Mapping[str, Any], seen: str, by: User, at: datetime
) -> Edition:
    """Save one part of a draft that the person saw with the hash ``seen``. The same content changes nothing.

    Raises EditionLockedError (no draft any more), StalePartError (somebody saved this part meanwhile; other parts do
    not matter), EditionError with every fault of the edition as it would be. Texts may be missing.
    """
    locked = draft_lock(edition)
    document = draft_document(locked)
    _require_seen(document, address, seen)
    return _save(locked, with_part(document, address, part), f"{address}", by, at)


@transaction.atomic
def criterion_add(*, edition: Edition, clause: str, criterion: dict[str, Any], by: User, at: datetime) -> Edition:
    """Add a criterion to a clause of a draft; raises what ``part_save`` raises, and CodeTakenError.

    A code that an earlier edition used is taken, except where this puts the criterion of the edition before back.
    """
    locked = draft_lock(edition)
    document = draft_document(locked)
    code = criterion["code"]
    version = code_used_before(locked, code)
    if version and criterion_before(edition_before(locked, document), code) is None:
        raise CodeTakenError(version)
    try:
        changed = with_criterion(document, clause, criterion)
    except NoSuchPartError:
        raise StalePartError(None) from None
    return _save(locked, changed, f"add criterion {code}", by, at)


@transaction.atomic
def criterion_remove(*, edition: Edition, code: str, seen: str, by: User, at: datetime) -> Edition:
    """Remove a criterion from a draft; raises what ``part_save`` raises."""
    locked = draft_lock(edition)
    document = draft_document(locked)
    _require_seen(document, Address("criterion", code), seen)
    return _save(locked, without_criterion(document, code), f"remove criterion {code}", by, at)


@transaction.atomic
def edition_import(*, edition: Edition, data: bytes, seen: str, by: User, at: datetime) -> Edition:
    """Replace the whole draft, which the person saw with the SHA-256 ``seen``, by a file of the same code and version.

    Raises EditionError with the lines of the file, EditionLockedError, StalePartError.
    """
    parsed = parse_edition(data, known_kpis=known_kpi_codes(), known_clauses=known_clauses(), gaps=True)
    for key, wanted in (("code", edition.code), ("version", edition.version)):
        if parsed.document[key] != wanted:
            what = f"the file has {parsed.document[key]!r}, this draft is {wanted!r}"
            raise EditionError([Fault(0, key, what)])
    if faults := circle_faults(parsed.document):
        raise EditionError(faults)
    locked = draft_lock(edition)
    if locked.sha256 != seen:
        raise StalePartError({})
    return _write(locked, parsed, "import", by, at)


def criterion_preview(edition: Edition, document: Mapping[str, Any], code: str) -> Criterion:
    """Return the row that a criterion of a checked document would have; nothing is written. Raises NoSuchPartError."""
    part = part_at(document, Address("criterion", code))
    return criterion_row(edition, None, part, 1)


def _require_seen(document: Mapping[str, Any], address: Address, seen: str) -> None:
    try:
        current = part_at(document, address)
    except NoSuchPartError:
        raise StalePartError(None) from None
    if part_hash(current) != seen:
        raise StalePartError(current)


def _save(locked: Edition, document: Mapping[str, Any], what: str, by: User, at: datetime) -> Edition:
    return _write(locked, checked(document), what, by, at)


def _write(locked: Edition, parsed: ParsedEdition, what: str, by: User, at: datetime) -> Edition:
    if parsed.sha256 == locked.sha256:
        return locked
    before = locked.sha256
    edition_write(locked, parsed, by=by, at=at)
    record(locked, "edition.edit", by=by, at=at, more={"part": what, "before": before})
    return locked

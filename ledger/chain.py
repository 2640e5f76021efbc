"""The chain itself, without a database: canonical JSON, hashes, and finding the first broken link.

An entry's hash is ``SHA-256(previous hash in hex + newline + content)``, where the content is JSON in the canonical
form of RFC 8785. Whoever has the entries can check them with the standard library and that sentence.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GENESIS = "0" * 64
# What stands in columns beside the content, for look-ups.
COLUMNS = ("sequence", "at", "actor", "action", "subject")
DECODE = json.JSONDecoder().decode


class UnfitContentError(ValueError):
    """The facts cannot be written as canonical JSON: a naive time, NaN, a huge integer, a type JSON does not have."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as stored; ``actor`` is the id of the person, None for the system."""

    sequence: int
    at: datetime
    actor: int | None
    action: str
    subject: str
    content: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the chain was at a moment, kept outside the database: its last sequence (0 for empty) and hash."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold, and why, in words."""

    sequence: int
    reason: str


def time_text(at: datetime) -> str:
    """Return a moment as UTC in ISO 8601 with microseconds. Raises UnfitContentError for a time without a zone."""
    if at.utcoffset() is None:
        raise UnfitContentError("The time of an entry needs a time zone.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(value: Any) -> str:
    """Return canonical JSON (RFC 8785). Raises UnfitContentError for what it cannot carry exactly (Decimal, NaN)."""
    try:
        return rfc8785.dumps(value).decode()
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise UnfitContentError(f"Not fit for canonical JSON: {error}") from error


def entry_content(
    *, sequence: int, at: datetime, actor: int | None, action: str, subject: str, payload: Mapping[str, Any]
) -> str:
    """Return the text that is hashed for one entry."""
    facts = {"sequence": sequence, "at": time_text(at), "actor": actor, "action": action, "subject": subject}
    return canonical({**facts, "payload": dict(payload)})


def entry_hash(previous_hash: str, content: str) -> str:
    """Return the SHA-256 in hex that ties the content to the entry before."""
    return hashlib.sha256(f"{previous_hash}\n{content}".encode()).hexdigest()


def verify(entries: Iterable[Link], *checkpoints: Checkpoint) -> Broken | None:
    """Return the first broken link, or None; the entries come in the order of their sequence, one at a time in memory.

    Without a checkpoint an edit, a reorder and a gap show. A cut tail and a chain recomputed as a whole show only
    against checkpoints that were written before and kept elsewhere.
    """
    seen: dict[int, set[str]] = {}
    for each in checkpoints:
        seen.setdefault(each.sequence, set()).add(each.hash)
    before = Checkpoint(0, GENESIS)
    for link in entries:
        reason = _link_fault(before, link) or _checkpoint_fault(link, seen)
        if reason:
            return Broken(before.sequence + 1, reason)
        before = Checkpoint(link.sequence, link.hash)
    last = max(seen, default=0)
    if last > before.sequence:
        reason = f"the ledger ends at {before.sequence}, but the checkpoint saw {last}: the tail is cut"
        return Broken(before.sequence + 1, reason)
    return None


def _link_fault(before: Checkpoint, link: Link) -> str | None:
    """Say what is wrong with a link that should follow ``before``."""
    if link.sequence != before.sequence + 1:
        return f"entry {before.sequence + 1} is missing: entry {link.sequence} stands in its place"
    if link.previous_hash != before.hash:
        return "it does not continue the entry before it: its previous hash differs"
    if entry_hash(link.previous_hash, link.content) != link.hash:
        return "its content does not give its hash: it was changed after it was written"
    return _column_fault(link)


def _column_fault(link: Link) -> str | None:
    """Say which look-up column contradicts the hashed content."""
    try:
        facts = DECODE(link.content)
        told = tuple(map(facts.get, COLUMNS))
        stored = (link.sequence, time_text(link.at), link.actor, link.action, link.subject)
    except (ValueError, AttributeError, RecursionError):
        return "its content cannot be read"
    if told == stored:
        return None
    wrong = next(name for name, one, other in zip(COLUMNS, told, stored, strict=True) if one != other)
    return f"the column {wrong} contradicts the content: it was changed after it was written"


def _checkpoint_fault(link: Link, seen: Mapping[int, set[str]]) -> str | None:
    """Say whether the chain was written anew since a checkpoint."""
    if link.sequence in seen and seen[link.sequence] != {link.hash}:
        return "its hash is not the one in the checkpoint: the chain was computed anew"
    return None

"""Who is at work in an audit now, and on which clause: kept in a cache, and forgotten by itself.

Each person has an entry of their own, so that two who say it at once do not overwrite each other; the list of people
only grows, and goes with the last of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import caches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

CACHE = "presence"
GONE_AFTER = 90  # seconds without a word
LISTED = 12 * 3600  # seconds


@dataclass(frozen=True)
class Present:
    """Somebody who is at work: ``clause`` is the code of the clause, ``at`` when they last said so (Unix time)."""

    person: int
    name: str
    clause: str
    at: float


def here(*, audit_id: int, person: int, name: str, clause: str, at: datetime) -> list[Present]:
    """Keep that somebody is on a clause now, and return the others who are at work, by name."""
    cache, listed = caches[CACHE], f"presence:{audit_id}"
    now = at.timestamp()
    cache.set(_key(audit_id, person), (name, clause, now), GONE_AFTER)
    people: set[int] = cache.get(listed) or set()
    if person not in people:
        people = people | {person}
    cache.set(listed, people, LISTED)
    found = cache.get_many([_key(audit_id, each) for each in people - {person}])
    others = [Present(int(key.rsplit(":", 1)[1]), *value) for key, value in found.items()]
    return sorted((each for each in others if now - each.at < GONE_AFTER), key=lambda each: (each.name, each.person))


def _key(audit_id: int, person: int) -> str:
    return f"presence:{audit_id}:{person}"


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return what fits into a badge: the first word of each name, the whole name where two share that word."""
    whole = list(dict.fromkeys(names))
    first = {name: name.split()[0] if name.split() else name for name in whole}
    shared = Counter(first.values())
    return {name: name if shared[word] > 1 else word for name, word in first.items()}

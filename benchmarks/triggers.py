"""The database itself refuses to change a market release once it is no draft, and what the peer pool has published.

A draft may change in every way. Ever after, a release's code, title, hash, kind and loading stay, and neither it nor
its figures can be removed, changed or added to. Its status goes only where ``life.py`` lets it, and when it was
published stays. Who stands behind a figure of the peer pool is written once, while the release is a draft; who joined
and left stays as it was written. How that is said to the database, and what migrations must heed: ``ledger/locks.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.life import MOVES
from ledger.locks import Lock, any_changed, life_broken

if TYPE_CHECKING:
    from ledger.locks import Rules

RELEASE = "benchmarks_marketrelease"
FIXED = ("id", "code", "title", "sha256", "kind", "period", "loaded_at", "loaded_by_id")
JOINED = ("id", "centre_id", "consent", "joined_at", "joined_by_id")
_LOCKED = "EXISTS (SELECT 1 FROM benchmarks_marketrelease r WHERE r.id = {row}.release_id AND r.status <> 'draft')"
# The parts of a release, and where a new row would take the place of a locked one.
_PARTS = {
    "benchmarks_marketfigure": (
        "EXISTS (SELECT 1 FROM benchmarks_marketfigure f JOIN benchmarks_marketrelease r ON r.id = f.release_id "
        "WHERE f.id = NEW.id AND r.status <> 'draft')"
    ),
    "benchmarks_poolcell": (
        "EXISTS (SELECT 1 FROM benchmarks_poolcell f JOIN benchmarks_marketrelease r ON r.id = f.release_id "
        "WHERE f.id = NEW.id AND r.status <> 'draft')"
    ),
}
_MEMBERSHIP = "benchmarks_poolmembership"


def _rules(distinct: str) -> Rules:
    rules = {
        (RELEASE, "UPDATE"): life_broken(FIXED, MOVES, distinct),
        (RELEASE, "DELETE"): "OLD.status <> 'draft'",
        (RELEASE, "INSERT"): (
            "EXISTS (SELECT 1 FROM benchmarks_marketrelease r WHERE r.status <> 'draft' AND "
            "(r.id = NEW.id OR r.sha256 = NEW.sha256 OR r.code = NEW.code))"
        ),
    }
    for table, taken in _PARTS.items():
        old, new = _LOCKED.format(row="OLD"), _LOCKED.format(row="NEW")
        rules[table, "UPDATE"] = f"{old} OR {new}"
        rules[table, "DELETE"] = old
        rules[table, "INSERT"] = f"{new} OR {taken}"
    rules[_MEMBERSHIP, "UPDATE"] = f"OLD.left_at IS NOT NULL OR {any_changed(JOINED, distinct)}"
    rules[_MEMBERSHIP, "DELETE"] = "OLD.id IS NOT NULL"
    rules[_MEMBERSHIP, "INSERT"] = "EXISTS (SELECT 1 FROM benchmarks_poolmembership m WHERE m.id = NEW.id)"
    return rules


_LOCK = Lock("A published market release cannot be changed", _rules)
REFUSAL, create, drop = _LOCK.refusal, _LOCK.create, _LOCK.drop

"""The database itself refuses to change an edition once it is no draft.

A draft may change in every way. In review and ever after, an edition's document, hash, code, version and title stay,
and neither it nor its blocks, clauses and criteria can be removed, changed or added to. Its status goes only where
``life.py`` lets it: from review back to draft or on to published, from there to superseded and withdrawn. When it was
published stays, and so do the recorded steps of its life. How that is said to the database, and what migrations must
heed: ``ledger/locks.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.locks import Lock, life_broken
from standards.life import MOVES

if TYPE_CHECKING:
    from ledger.locks import Rules

FIXED = ("id", "code", "version", "title", "document", "sha256")

# Where a row of each index table belongs to an edition that is no draft; {row} is OLD or NEW.
_PARTS = {
    "standards_block": (
        "EXISTS (SELECT 1 FROM standards_edition e WHERE e.id = {row}.edition_id AND e.status <> 'draft')"
    ),
    "standards_clause": (
        "EXISTS (SELECT 1 FROM standards_edition e JOIN standards_block b ON b.edition_id = e.id "
        "WHERE b.id = {row}.block_id AND e.status <> 'draft')"
    ),
    "standards_criterion": (
        "EXISTS (SELECT 1 FROM standards_edition e WHERE e.id = {row}.edition_id AND e.status <> 'draft')"
    ),
}
_TAKES_PLACE = (
    "EXISTS (SELECT 1 FROM standards_edition e WHERE e.status <> 'draft' AND "
    "(e.id = NEW.id OR e.sha256 = NEW.sha256 OR (e.code = NEW.code AND e.version = NEW.version)))"
)


def _rules(distinct: str) -> Rules:
    rules = {
        ("standards_edition", "UPDATE"): life_broken(FIXED, MOVES, distinct),
        ("standards_edition", "DELETE"): "OLD.status <> 'draft'",
        ("standards_edition", "INSERT"): _TAKES_PLACE,
    }
    for table, locked in _PARTS.items():
        old, new = locked.format(row="OLD"), locked.format(row="NEW")
        rules[table, "UPDATE"] = f"{old} OR {new}"
        rules[table, "DELETE"] = old
        rules[table, "INSERT"] = new
    # What was done stays done: a step is written once.
    rules["standards_editionstep", "UPDATE"] = "OLD.id IS NOT NULL"
    rules["standards_editionstep", "DELETE"] = "OLD.id IS NOT NULL"
    rules["standards_editionstep", "INSERT"] = "EXISTS (SELECT 1 FROM standards_editionstep s WHERE s.id = NEW.id)"
    return rules


_LOCK = Lock("An edition in review or published cannot be changed", _rules)
REFUSAL, create, drop = _LOCK.refusal, _LOCK.create, _LOCK.drop

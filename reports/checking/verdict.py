"""What a check comes to: one row per question, each good, bad or open, in words of any language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from benchmarks.message import Translate

GOOD, BAD, OPEN = "good", "bad", "open"

TITLES = {
    "seal": _("Signature"),
    "revision": _("Changes after signing"),
    "signer": _("Signer"),
    "content": _("Embedded content"),
    "edition": _("Standard"),
    "result": _("Frozen result"),
    "score": _("Score"),
    "shown": _("What the document shows"),
    "decision": _("Decision"),
    "ledger": _("Ledger"),
    "replay": _("Computed again"),
    "code": _("Code"),
    "winners": _("Winners"),
    "corrections": _("Corrections"),
}


@dataclass(frozen=True)
class Row:
    """One question and its answer. ``open``: it cannot be said from the file alone."""

    check: str
    state: str
    message: Message

    def title(self, translate: Translate = str) -> str:
        """Name the question."""
        return translate(TITLES[self.check])

    def words(self, translate: Translate = str) -> str:
        """Answer it in a sentence."""
        return self.message.words(translate)


def row(check: str, state: str, template: str, **params: Any) -> Row:
    """Return a row; the template is marked with ``_`` where it is written."""
    return Row(check, state, Message(template, params))


@dataclass(frozen=True)
class Verdict:
    """All rows, and what the file says of itself as plain data for scripts. It holds when no row is bad."""

    kind: str
    rows: tuple[Row, ...]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Say whether nothing contradicts the file."""
        return all(each.state != BAD for each in self.rows)

    def as_json(self, translate: Translate = str) -> dict[str, Any]:
        """Return the verdict as plain data."""
        rows = [
            {"check": each.check, "state": each.state, "title": each.title(translate), "words": each.words(translate)}
            for each in self.rows
        ]
        return {"holds": self.holds, "kind": self.kind, "checks": rows, **self.facts}

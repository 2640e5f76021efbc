"""Word-by-word differences between two texts, in any of our languages.

Latin words and numbers are compared whole, Chinese letter by letter, since it has no spaces. Short equal runs between
two changes are taken into the change: a reader sees phrases, not crumbs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

TOKEN = re.compile(r"[A-Za-z0-9À-ɏ]+(?:['’.-][A-Za-z0-9À-ɏ]+)*|\s+|.", re.DOTALL)
SAME, REMOVED, ADDED = "same", "removed", "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is ``same`` in both, ``removed`` from the old or ``added`` in the new."""

    kind: str
    text: str


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces in reading order: same and removed ones join to ``old``, same and added ones to ``new``.

    >>> [(piece.kind, piece.text) for piece in differences("closed in five days", "closed in three days")]
    [('same', 'closed in '), ('removed', 'five'), ('added', 'three'), ('same', ' days')]
    """
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    pieces: list[Piece] = []
    gone: list[str] = []
    come: list[str] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal" and not ((gone or come) and _crumb(before[i:j]) and (j < len(before) or m < len(after))):
            pieces += _change(gone, come)
            gone, come = [], []
            pieces.append(Piece(SAME, "".join(before[i:j])))
        else:
            gone += before[i:j]
            come += after[k:m]
    return (*pieces, *_change(gone, come))


def _crumb(tokens: list[str]) -> bool:
    """Say whether an equal run is too small to stand alone between two changes: spaces, or one letter or sign."""
    return len("".join(tokens).strip()) <= 1


def _change(gone: list[str], come: list[str]) -> list[Piece]:
    found = [Piece(REMOVED, "".join(gone)), Piece(ADDED, "".join(come))]
    return [piece for piece in found if piece.text]

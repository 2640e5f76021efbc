"""Finding ``@Full Name`` in a text, against the names that are known. Pure: no Django.

There is no mark at the end of a name, and Chinese puts no space after one: the list of names says where it ends, the
longest name first. A Latin name ends where no further letter or digit follows, so ``@Ann`` is not found in ``@Anna``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNS = "@＠"
# Scripts that are written without spaces between words.
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; ``name`` says whom it mentions, empty where nobody."""

    text: str
    name: str = ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _is_letter(character: str) -> bool:
    return character.isalnum() and not _UNSPACED.match(character)


def pieces(text: str, names: Iterable[str]) -> list[Piece]:
    """Cut a text into what mentions somebody and what does not; joined, the pieces are the text in NFC."""
    text = _plain(text)
    known = sorted({_plain(name).strip() for name in names} - {""}, key=lambda name: (-len(name), name))
    found: list[Piece] = []
    start = place = 0
    while place < len(text):
        name = _name_at(text, place, known)
        if not name:
            place += 1
            continue
        if start < place:
            found.append(Piece(text[start:place]))
        start = place = place + 1 + len(name)
        found.append(Piece(text[start - 1 - len(name) : start], name))
    return [*found, Piece(text[start:])] if start < len(text) else found


def _name_at(text: str, place: int, known: Iterable[str]) -> str:
    """Return the longest known name that is mentioned here; an address such as ``a@b.org`` mentions nobody."""
    if text[place] not in SIGNS or (place and _is_letter(text[place - 1])):
        return ""
    for name in known:
        end = place + 1 + len(name)
        if text.startswith(name, place + 1) and not (
            _is_letter(name[-1]) and end < len(text) and _is_letter(text[end])
        ):
            return name
    return ""


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """Return the known names that the text mentions, in its order, each once and as they are known."""
    as_known = {_plain(name).strip(): name for name in names}
    return list(dict.fromkeys(as_known[piece.name] for piece in pieces(text, as_known) if piece.name))

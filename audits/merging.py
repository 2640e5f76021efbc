"""Two people wrote on the same answer: what can be joined, and how. Pure: no Django, no clock, no database."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from audits.operations import Fields

Part = TypeVar("Part")


def merged_level(base: Fields, theirs: Fields, mine: Fields) -> tuple[str, str] | None:
    """Return level and N/A reason where only one side changed them, None where somebody has to choose."""
    return _one_changed(*((each.level, each.na_reason) for each in (base, theirs, mine)))


def merged_note(base: Fields, theirs: Fields, mine: Fields) -> str | None:
    """Return the note where only one side changed it, None where both did."""
    return _one_changed(base.note, theirs.note, mine.note)


def _one_changed(base: Part, theirs: Part, mine: Part) -> Part | None:
    if theirs in (base, mine):
        return mine
    return theirs if mine == base else None


def combined_note(base: str, theirs: str, mine: str) -> str:
    """Propose one note that holds all that both wrote: both additions, or both texts with an empty line between.

    >>> combined_note("Seen.", "Seen. Twice.", "Seen. In May.")
    'Seen. Twice. In May.'
    """
    one = _one_changed(base, theirs, mine)
    if one is not None:
        return one
    if mine in theirs or theirs in mine:
        return max(theirs, mine, key=len)
    if base and theirs.startswith(base) and mine.startswith(base):
        return theirs + mine[len(base) :]
    return "\n\n".join(part for part in (theirs, mine) if part)

"""What notices say. A room above registers words for its kinds; they are put together when the notice is read.

So the same row speaks English to one reader and Chinese to the next, and a better wording reaches old notices too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Say = Callable[[Mapping[str, Any]], str]

_KINDS: dict[str, Say] = {}
_TITLES: dict[str, object] = {}


def notice_kind(kind: str, say: Say, title: object = None) -> None:
    """Register how a kind of notice is said; ``say`` turns its parameters into one sentence in the active language.

    Kinds are named like permissions, ``room.what``; a room registers its own when the application starts. ``title``
    names the kind where people choose how they are told; a kind without one is always told.
    """
    _KINDS[kind] = say
    if title is not None:
        _TITLES[kind] = title


def notice_titles() -> dict[str, str]:
    """Return the kinds that people choose about, with their titles in the active language."""
    return {kind: str(title) for kind, title in _TITLES.items()}


def notice_known(kind: str) -> bool:
    """Say whether anybody registered the kind."""
    return kind in _KINDS


def notice_words(kind: str, params: Mapping[str, Any]) -> str:
    """Return the sentence in the active language; the bare kind where its room no longer knows it."""
    return _KINDS[kind](params) if kind in _KINDS else kind

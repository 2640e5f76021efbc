"""How much the name of a column speaks for a field."""

from __future__ import annotations

import re

from benchmarks.records.header_words import HEADERS

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})  # as the words of the headers are written
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def plain_header(header: str) -> str:
    """Write a header small, with one blank between words: ``LocalQTime`` is local q time."""
    spaced = _HUMPS.sub(" ", header)
    return re.sub(r"[\W_]+", " ", spaced).strip().lower().translate(_UMLAUTS)


def closeness(field: str, header: str) -> float:
    """Say how much a header speaks for a field: 0 not at all, 3 as much as can be."""
    plain = plain_header(header)
    best = 3.0 if plain.replace(" ", "_") == field else 0.0
    return max(best, nearest(HEADERS.get(field, ()), header))


def nearest(words: tuple[str, ...], header: str) -> float:
    """Say how much a header speaks for some words, of which the first are the most telling."""
    plain = plain_header(header)
    whole, best = plain.replace(" ", ""), 0.0
    for place, word in enumerate(words):
        less = place * 0.005
        if plain == word:
            best = max(best, 3.0 - less)
        elif whole == word.replace(" ", ""):  # QUEUETIME
            best = max(best, 2.9 - less)
        elif word.isascii() and re.search(rf"\b{re.escape(word)}\b", plain):
            best = max(best, 1.5 + 0.5 * len(word) / len(plain) - less)
        elif not word.isascii() and word in plain:
            best = max(best, 1.6 + len(word) / len(plain) - less)
    return best


__all__ = ["closeness", "nearest", "plain_header"]

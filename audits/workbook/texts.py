"""What a text becomes in a cell, and back."""

from __future__ import annotations

import re

MOST_UNITS = 32_767  # UTF-16 units that a cell holds; beyond them spreadsheets cut without a word
# What XML 1.0 cannot carry at all.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Spreadsheets read _x0041_ as a letter by its number; an escaped underscore keeps it what it is.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")


def tidy(text: str) -> str:
    """Return a text with one form of line ends and no blanks around: what is compared."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def carried(text: str) -> str:
    """Return what of a text a cell can carry: without control characters, cut at the length of a cell."""
    clean = _ILLEGAL.sub("", tidy(text))
    if len(clean) * 2 <= MOST_UNITS or len(clean.encode("utf-16-le")) <= 2 * MOST_UNITS:
        return clean
    return clean.encode("utf-16-le")[: 2 * MOST_UNITS].decode("utf-16-le", errors="ignore").strip()


def is_exact(text: str) -> bool:
    """Say whether a cell carries the whole text; else it must not be taken back from there."""
    # openpyxl drops this one from shared strings, wherever it stands.
    return carried(text) == tidy(text) and "x005F_" not in text


def escaped(text: str) -> str:
    """Return a text as it is written into the file.

    >>> escaped("_x0041_ and _y")
    '_x005F_x0041_ and _y'
    """
    return _LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


def unescaped(text: str) -> str:
    """Return a text of the file as it is meant."""
    return _ESCAPED.sub("_", text.replace("_x000D_\n", "\n")) if "_x0" in text else text

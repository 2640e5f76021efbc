"""Finding people's names in the text of a finding, which is about a requirement and never about a person. Pure.

A warning, not a bar: "Grace" may be a person or a grace period, and only a reader knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_LATIN = 3
SHORTEST_HAN = 2
_HAN = re.compile(r"[㐀-鿿]+")
_LATIN = re.compile(r"[^\W\d_]+")


def named_in(text: str, names: Iterable[str]) -> list[str]:
    """Return the people whose name, or a part of it written with a capital, stands in the text; each once, in order."""
    words = set(_LATIN.findall(_HAN.sub(" ", text)))
    return [name for name in dict.fromkeys(names) if name and _stands_in(name, text, words)]


def _stands_in(name: str, text: str, words: set[str]) -> bool:
    han = [part for part in _HAN.findall(name) if len(part) >= SHORTEST_HAN]
    latin = [part for part in _LATIN.findall(_HAN.sub(" ", name)) if len(part) >= SHORTEST_LATIN and part[0].isupper()]
    return any(part in text for part in han) or any(part in words for part in latin)

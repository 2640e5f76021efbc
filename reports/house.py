"""How an organisation's documents look: its own colours, mark, words, order of sections. Pure; nothing is executed."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLATE, ACCENT = "#10302f", "#0f5e5b"
# Sections that may change places among themselves; none can be left out, and what frames them stays where it is.
MOVABLE = ("market", "findings", "samples", "criteria", "evidence", "measurements")
TEXTS = ("title", "foreword", "legal", "distribution")
READABLE = 4.5  # WCAG 2.2, 1.4.3
_LINEAR = 0.04045  # up to here sRGB is linear
# What stands on the plate, and what the accent stands on: a chosen colour has to leave both readable.
_ON_PLATE, _UNDER_ACCENT = ("#ffffff", "#d9eeea", "#b9d8d3"), ("#ffffff", "#eef4f2")


@dataclass(frozen=True, slots=True)
class House:
    """One version of it. Colours are ``#rrggbb``; ``texts`` are by language, then by the names of ``TEXTS``."""

    plate: str = PLATE
    accent: str = ACCENT
    order: tuple[str, ...] = MOVABLE
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    logo_sha256: str = ""

    def content(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {**asdict(self), "order": list(self.order)}

    def sha256(self) -> str:
        """Return the SHA-256 over its canonical JSON as 64 hexadecimal digits."""
        return hashlib.sha256(rfc8785.dumps(self.content())).hexdigest()

    @classmethod
    def restored(cls, content: Mapping[str, Any]) -> House:
        """Return what ``content`` was made of."""
        return cls(**{**content, "order": tuple(content["order"])})


@dataclass(frozen=True, slots=True)
class Dress:
    """A house as one document wears it, in the document's language; ``code`` says whose, ``sha256`` which version."""

    code: str
    version: int
    sha256: str
    plate: str
    accent: str
    order: tuple[str, ...]
    logo_sha256: str
    title: str
    foreword: str
    legal: str
    distribution: str


def dress(house: House, *, code: str, version: int, language: str) -> Dress:
    """Return the house in one language; a text that this language has not is taken in English."""
    own, english = house.texts.get(language, {}), house.texts.get("en", {})
    said = [own.get(name) or english.get(name, "") for name in TEXTS]
    shape = (house.plate, house.accent, house.order, house.logo_sha256)
    return Dress(code, version, house.sha256(), *shape, *said)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours after WCAG, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(*, plate: str = PLATE, accent: str = ACCENT) -> bool:
    """Say whether what stands on the plate can be read, and the accent on paper."""
    pairs = [*((plate, each) for each in _ON_PLATE), *((accent, each) for each in _UNDER_ACCENT)]
    return all(contrast(*pair) >= READABLE for pair in pairs)


def ordered(sections: Sequence[str], order: Sequence[str]) -> list[str]:
    """Return the sections with those that may move in the order asked for; one that the order forgets keeps its own."""
    wanted = [name for name in (*order, *MOVABLE) if name in sections and name in MOVABLE]
    movable = iter(dict.fromkeys(wanted))
    return [next(movable) if name in MOVABLE else name for name in sections]


def dyed(css: str, worn: Dress | None) -> str:
    """Return a style sheet in the colours of a dress; they are checked to be colours when they are saved."""
    if worn is None:
        return css
    return css.replace(PLATE, worn.plate).replace(ACCENT, worn.accent)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

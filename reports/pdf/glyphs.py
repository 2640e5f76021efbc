"""No character is ever printed as a box: those without a glyph are found before and named with their place."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reports.pdf.typefaces import TYPEFACES, coverage

if TYPE_CHECKING:
    from collections.abc import Iterable

# Signs that people type and that none of the typefaces has; the stand-ins are understood everywhere.
_STAND_INS = {
    "≥": ">=", "≤": "<=", "≠": "!=", "→": "->", "←": "<-", "⇒": "=>", "≈": "~", "√": "sqrt", "∞": "inf",
    "✓": "[x]", "✔": "[x]", "✗": "[ ]", "✘": "[ ]", "●": "•", "○": "o", "■": "•", "□": "[ ]",
    "\u2010": "-", "\u2011": "-", "\u2212": "−",
}  # fmt: skip
_SILENT = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFE0E, 0xFE0F, 0xAD])
_CONTROLS = dict.fromkeys(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r")
_SPACES = {ord(space): " " for space in "\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u2028\u2029\x0b\x0c"}
_TABLE = {
    **_CONTROLS,
    **_SILENT,
    **_SPACES,
    **{ord(sign): words.replace("<", "&lt;").replace(">", "&gt;") for sign, words in _STAND_INS.items()},
}
_AROUND = 24


class MissingGlyphError(ValueError):
    """A character that no bundled typeface can print."""


def printable(html: str) -> str:
    """Return the HTML with composed accents, without control characters, and with stand-ins for a few signs."""
    return unicodedata.normalize("NFC", html).translate(_TABLE)


def unprintable(text: str) -> list[str]:
    """Return the characters of a text that no typeface has, in the order of their code points."""
    missing = {ord(character) for character in text} - {0x09, 0x0A, 0x0D}
    for face in TYPEFACES:
        if not missing:
            break
        missing -= coverage(face) if face.weight == 400 else set()  # noqa: PLR2004 - all weights cover the same
    return [chr(code) for code in sorted(missing)]


def require_glyphs(html: str, texts: Iterable[tuple[str, str]]) -> None:
    """Raise MissingGlyphError, naming the first character without a glyph and the place where it stands.

    ``texts`` are (place, text) of the document, searched only when something is missing.
    """
    missing = unprintable(html)
    if not missing:
        return
    character = missing[0]
    place, text = next(((place, text) for place, text in texts if character in printable(text)), ("", html))
    at = text.index(character) if character in text else 0
    raise MissingGlyphError(
        _(
            "The character “%(character)s” (%(name)s) cannot be printed: none of the typefaces has it. "
            "It stands in %(place)s: “%(around)s”. Replace it there and export again."
        )
        % {
            "character": character,
            "name": f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip(),
            "place": place or _("the report's own words"),
            "around": text[max(0, at - _AROUND) : at + _AROUND].strip(),
        }
    )

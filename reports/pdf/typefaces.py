"""The typefaces that reports are printed with: files that the set-up installed, one family name per file.

WeasyPrint does not honour ``unicode-range``: subset files under one family name print wrong characters. So every
subset is a family of its own, and the style sheet names them all, in an order that follows the report's language.
The files are WOFF and not WOFF2, which takes ten seconds to unpack for one Chinese report (WOFF: a tenth).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from pathlib import Path

SCHEME = "bundled-font"


@dataclass(frozen=True, slots=True)
class Typeface:
    """One file: family name in the style sheet, npm package, subset, weight."""

    family: str
    package: str
    subset: str
    weight: int

    @property
    def file(self) -> str:
        """Return the file's name, which is also its address for the fetcher."""
        return f"{self.package}-{self.subset}-{self.weight}-normal.woff"

    @property
    def url(self) -> str:
        """Return the address under which the style sheet asks for it."""
        return f"{SCHEME}:/{self.file}"

    @property
    def path(self) -> Path:
        """Return where it lies."""
        path: Path = settings.NODE_MODULES / "@fontsource" / self.package / "files" / self.file
        return path


_LATIN = {
    "Latin": "latin",
    "LatinExt": "latin-ext",
    "Greek": "greek",
    "GreekExt": "greek-ext",
    "Cyrillic": "cyrillic",
    "CyrillicExt": "cyrillic-ext",
    "Vietnamese": "vietnamese",
}
TYPEFACES: tuple[Typeface, ...] = (
    *(
        Typeface(family, "source-sans-3", subset, weight)
        for family, subset in _LATIN.items()
        for weight in (400, 600, 700)
    ),
    *(Typeface("SC", "noto-sans-sc", "chinese-simplified", weight) for weight in (400, 700)),
    *(Typeface("TC", "noto-sans-tc", "chinese-traditional", weight) for weight in (400, 700)),
)


def stack(language: str) -> str:
    """Return the CSS ``font-family`` for a report in that language."""
    chinese = ("TC", "SC") if language == "zh-hant" else ("SC", "TC")
    return ", ".join((*_LATIN, *chinese))


def font_face_css(family: str) -> str:
    """Return one ``@font-face`` per file of a family."""
    rule = '@font-face {{ font-family: {0.family}; font-weight: {0.weight}; src: url("{0.url}") format("woff"); }}'
    return "\n".join(rule.format(face) for face in TYPEFACES if face.family == family)


def families_for(text: str) -> list[str]:
    """Return the families that a text needs, in the order of their stack, which is the order of the search.

    A Chinese typeface takes a second to load: a report without Chinese does without.
    """
    missing, needed = {ord(character) for character in text}, []
    for face in TYPEFACES:
        found = missing & coverage(face) if face.weight == 400 else set()  # noqa: PLR2004 - all weights cover the same
        if found:
            needed.append(face.family)
            missing -= found
    return needed


def ems(text: str) -> float:
    """Return the width of a text in the regular weight, in its own size: a Chinese character is 1 wide."""
    widths = _latin_widths()
    return sum(widths.get(ord(character), 1.0) for character in text)


@lru_cache(maxsize=1)
def _latin_widths() -> dict[int, float]:
    """Return the advance of every character that the first file has, in ems."""
    with TTFont(TYPEFACES[0].path, lazy=True) as font:
        metrics, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}


@lru_cache(maxsize=len(TYPEFACES))
def coverage(face: Typeface) -> frozenset[int]:
    """Return the code points that a file has glyphs for; reads the file once per process (0.1 s for a Chinese one)."""
    with TTFont(face.path, lazy=True) as font:
        return frozenset(font.getBestCmap())

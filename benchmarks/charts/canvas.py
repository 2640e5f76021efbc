"""The pieces that every chart is drawn with: escaped elements, a linear scale, state marks, numbers as shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Callable

# XML 1.0 has no place for these, not even escaped.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and type. On the screen ink and type come from the page, so that light and dark both work."""

    ink: str = "currentColor"
    accent: str = "#128a8a"
    font: str = "inherit"


SCREEN = Look()
PAPER = Look(ink="#1d2524", accent="#0f5e5b", font="Latin")


def text_of(value: object) -> str:
    """Return the value as escaped character data, without what XML cannot carry."""
    return escape(_NOT_XML.sub("", str(value)))


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """Return one element; underscores in attribute names stand for hyphens, None leaves an attribute out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_NOT_XML.sub('', _number(value)))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _number(value: object) -> str:
    """Write lengths with at most two decimals: a hundredth of a pixel is nothing on any paper."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def words(x: float, y: float, content: object, *, size: int = 13, **attributes: object) -> str:
    """Return a text element at the baseline ``y``."""
    return element("text", text_of(content), x=x, y=y, font_size=size, **attributes)


def linked(content: str, address: str, label: str) -> str:
    """Put a part of a picture behind a link that keys reach too; without an address it stays as it is."""
    if not address:
        return content
    return element("a", f"<title>{text_of(label)}</title>{content}", href=address)


def picture(
    parts: list[str], *, width: int, height: int, title: str, description: str, look: Look, links: bool = False
) -> str:
    """Return the whole SVG. It has a size in its own pixels and shrinks with its container.

    With ``links`` it is a group of links and not an image, whose parts nobody could reach.
    """
    head = f"<title>{text_of(title)}</title><desc>{text_of(description)}</desc>"
    return element(
        "svg",
        head + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        role="group" if links else "img",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        fill=look.ink,
        font_family=look.font,
        font_size=13,
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values onto pixels, clamped to the ends of the track."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Decimal | float) -> float:
        """Return the pixel of a value."""
        share = (float(value) - self.low) / ((self.high - self.low) or 1.0)
        return self.start + (self.end - self.start) * min(1.0, max(0.0, share))


def shown(value: Decimal | float, places: int = 1) -> str:
    """Return a number as a reader sees it: rounded half up, a real minus sign, no needless zeros behind the point."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:f}".replace("-", "\N{MINUS SIGN}")


def in_full(value: Decimal | float) -> str:
    """Return a number that an edition states, such as a bar of 230.5 points, with all its decimals."""
    return f"{Decimal(str(value)).normalize():f}".replace("-", "\N{MINUS SIGN}")


def shown_against(value: Decimal, limit: Decimal | None) -> str:
    """Return a number with one decimal, or with as many as it takes not to look like a limit that it misses.

    549.97 against 550 is never shown as 550.0.
    """
    for places in range(1, 9):
        text = shown(value, places)
        if limit is None or value >= limit or Decimal(text.replace("\N{MINUS SIGN}", "-")) < limit:
            return text
    return shown(value, 9)


def span(low: Decimal, high: Decimal, places: int = 1) -> str:
    """Return ``61.2``, or ``40.0 to 61.2`` as an en-dash range while it is open."""
    return shown(low, places) if low == high else f"{shown(low, places)}–{shown(high, places)}"


def mark(x: float, y: float, state: str, look: Look) -> str:
    """Draw a state as a shape of 14 px: a filled disc with a tick, a ring with a cross, an open ring."""
    line = {"fill": "none", "stroke_width": 1.75, "stroke_linecap": "round"}
    if state == "met":
        tick = f"M{x - 3.2:.2f} {y:.2f}l2.2 2.6 4.2 -4.9"
        return element("circle", cx=x, cy=y, r=7, fill=look.accent) + element("path", d=tick, stroke="#ffffff", **line)
    ring = element("circle", cx=x, cy=y, r=6.25, fill="none", stroke=look.ink, stroke_width=1.5)
    if state != "not_met":
        return ring
    cross = f"M{x - 2.5:.2f} {y - 2.5:.2f}l5 5m-5 0l5 -5"
    return ring + element("path", d=cross, stroke=look.ink, **line)


def units(text: str) -> int:
    """Return the width of a text in half characters; a Chinese character is as wide as two Latin ones."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)  # noqa: PLR2004 - where CJK begins


def shortened(text: str, limit: float, width: Callable[[str], float] = units) -> str:
    """Cut a label to ``limit``, at a word where it has some, with an ellipsis for what was left out.

    ``width`` measures a text in the unit of the limit: half characters unless told otherwise.
    """
    if width(text) <= limit:
        return text
    kept = ""
    for character in text:
        if width(kept + character) >= limit:
            break
        kept += character
    following, space = text[len(kept)], kept.rfind(" ")
    inside_word = following.isascii() and following.isalnum() and kept[-1:].isascii() and kept[-1:].isalnum()
    if inside_word and 2 * space > len(kept):
        kept = kept[:space]
    return f"{kept.rstrip(' ,;:([（·–-')}…"


def wrapped(text: str, limit: int) -> list[str]:
    """Break a list in words into lines of at most ``limit`` half characters, after a comma and never inside a name."""
    lines: list[str] = []
    for piece in text.split(", "):
        longer = f"{lines[-1]}, {piece}" if lines else piece
        if lines and units(longer) > limit:
            lines[-1] += ","
            lines.append(piece)
        else:
            lines[-1:] = [longer]
    return lines

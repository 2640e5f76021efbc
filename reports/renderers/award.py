"""The certificate of an award (A4, landscape) and its plaque (20 × 25 cm, for the engraver), one page each.

Both are in the reader's language and carry the hash of the frozen results.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe

from ledger.chain import canonical
from reports.charts.rosette import rosette
from reports.pdf import printable, require_glyphs, write
from reports.pdf.typefaces import stack
from reports.renderers.certification import qr_code
from reports.renderers.labels import day_format

if TYPE_CHECKING:
    from datetime import datetime

LONG = 44  # characters of a name from which the type gets smaller
LONG_AWARD = 40  # the same for the award, in half characters: two lines of it


@dataclass(frozen=True, kw_only=True)
class AwardCertificate:
    """What the page says; ``joint``: the place is shared. ``sha256`` is that of the frozen results."""

    language: str
    organiser: str
    programme: str
    year: int
    award: str
    category: str
    organisation: str
    centre: str
    nominee: str
    title: str
    joint: bool
    announced_at: datetime
    sha256: str
    url: str

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return what comes from people, by where it stands: characters without a glyph are named by it."""
        names = ("organiser", "programme", "award", "category", "organisation", "centre", "nominee", "title")
        return tuple((name, getattr(self, name)) for name in names)


def render_award(document: AwardCertificate, *, plaque: bool = False) -> bytes:
    """Return the certificate, or the plaque, as PDF; equal documents give equal bytes.

    Raises MissingGlyphError when a character has no glyph in any of the bundled typefaces.
    """
    form = "plaque" if plaque else "award"
    with translation.override(document.language):
        context = {
            "d": document,
            "day": day_format(),
            "long": len(document.organisation) > LONG,
            "long_award": sum(1 + (east_asian_width(each) in "FW") for each in document.award) > LONG_AWARD,
            "qr": qr_code(document.url),
            "rosette": mark_safe(rosette(size=400, colour="#2b5753")),  # noqa: S308 - drawn by us from numbers
        }
        html = printable(get_template(f"reports/{form}.html").render(context))
    require_glyphs(html, document.texts())
    facts = {**dict(document.texts()), "year": document.year, "sha256": document.sha256}
    facts |= {"form": form, "language": document.language}
    data, _pages = write(
        html,
        css=get_template(f"reports/{form}.css").render({"fonts": stack(document.language)}),
        identifier=hashlib.sha256(canonical(facts).encode()).digest(),
        at=document.announced_at,
    )
    return data

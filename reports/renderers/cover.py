"""The cover alone, as a picture: what a form shows of a report before it is saved or made."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2

from reports.pdf import printable, require_glyphs, write
from reports.pdf.logo import LOGO_URL
from reports.renderers.certification import render_html, style_of

if TYPE_CHECKING:
    from reports.document import CertificationReport
    from reports.house import Dress

PIXELS_A_POINT = 1.1


def cover_picture(report: CertificationReport, worn: Dress, logo: bytes) -> bytes:
    """Return cover and foreword's beginning of a report in a dress as PNG. Raises what setting pages raises."""
    dressed = replace(report, dress=worn, logo=logo)
    html = printable(render_html(dressed, cover_only=True))
    require_glyphs(html, dressed.texts())
    data, _pages = write(
        html,
        css=style_of(dressed),
        identifier=bytes(32),
        at=report.imprint.printed_at,
        pictures={LOGO_URL: logo} if logo else {},
    )
    with pypdfium2.PdfDocument(data) as document:
        page = document[0]
        picture = page.render(scale=PIXELS_A_POINT).to_pil()
        page.close()
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()

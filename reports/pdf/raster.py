"""A picture as PNG: typeset by WeasyPrint with the bundled typefaces, as in the reports, and drawn by PDFium."""

from __future__ import annotations

import io
import re
from threading import Lock

import pypdfium2
from weasyprint import HTML

from reports.pdf.fetcher import BundledFontsOnly
from reports.pdf.typefaces import families_for
from reports.pdf.writer import BASE_URL, face_sheet, font_configuration

SCALE = 3  # a picture of 640 px is 1,920 px wide: sharp on slides and paper
MOST_PIXELS = 6000  # in one direction
_POINTS = 0.75  # of a pixel of CSS
_SIZE = re.compile(r'<svg[^>]*? width="(\d+)" height="(\d+)"')
_one_at_a_time = Lock()  # PDFium may be used by one thread at a time


def picture_png(svg: str) -> bytes:
    """Return the PNG of an SVG of ours, which states its width and height in pixels. Raises ValueError without them."""
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("The picture does not say how large it is.")
    width, height = (int(each) for each in size.groups())
    page = f"@page {{ size: {width}px {height}px; margin: 0 }} body {{ margin: 0 }} svg {{ display: block }}"
    html = f"<html><head><style>{page}</style></head><body>{svg}</body></html>"
    sheets = [face_sheet(family) for family in families_for(svg)]
    printed = HTML(string=html, url_fetcher=BundledFontsOnly(), base_url=BASE_URL).write_pdf(
        font_config=font_configuration(), stylesheets=sheets
    )
    scale = min(SCALE, MOST_PIXELS / max(width, height)) / _POINTS
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(printed)
        try:
            image = document[0].render(scale=scale).to_pil()
            target = io.BytesIO()
            image.convert("P", palette=1, colors=128).save(target, "PNG", optimize=True)
        finally:
            document.close()
    return target.getvalue()

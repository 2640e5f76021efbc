"""A picture as PNG: typeset as the reports are, with the bundled typefaces, and drawn by PDFium."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from threading import Lock

import pypdfium2

from reports.pdf.apart import write

SCALE = 3  # a picture of 640 px is 1,920 px wide: sharp on slides and paper
MOST_PIXELS = 6000  # in one direction
_POINTS = 0.75  # of a pixel of CSS
_SIZE = re.compile(r'<svg[^>]*? width="(\d+)" height="(\d+)"')
_MADE = datetime(2026, 1, 1, tzinfo=UTC)  # stands in the PDF, which nobody keeps
_one_at_a_time = Lock()  # PDFium may be used by one thread at a time


def picture_png(svg: str, *, language: str) -> bytes:
    """Return the PNG of an SVG of ours, which states its width and height in pixels.

    Raises ValueError without them, and ``SettingFailedError``.
    """
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("The picture does not say how large it is.")
    width, height = (int(each) for each in size.groups())
    css = f"@page {{ size: {width}px {height}px; margin: 0 }} body {{ margin: 0 }} svg {{ display: block }}"
    html = f'<!DOCTYPE html><html lang="{language}"><head><title>-</title></head><body>{svg}</body></html>'
    printed, _pages = write(html, css=css, identifier=b"chart", at=_MADE)
    scale = min(SCALE, MOST_PIXELS / max(width, height)) / _POINTS
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(printed)
        try:
            image = document[0].render(scale=scale).to_pil()
            target = io.BytesIO()
            image.quantize(128).save(target, "PNG", optimize=True)
        finally:
            document.close()
    return target.getvalue()

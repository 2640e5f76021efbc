"""From finished HTML to PDF: bundled typefaces, a fetcher that serves nothing else, the check for missing glyphs.

``write`` sets the pages in a process of their own (``apart.py``); ``writer.py`` is what runs there.
"""

from reports.pdf.apart import RefusedAddressError, SettingFailedError, SettingTooLargeError, SettingTooLongError, write
from reports.pdf.glyphs import MissingGlyphError, printable, require_glyphs
from reports.pdf.parcel import Attached
from reports.pdf.raster import picture_png
from reports.pdf.typefaces import stack

__all__ = [
    "Attached",
    "MissingGlyphError",
    "RefusedAddressError",
    "SettingFailedError",
    "SettingTooLargeError",
    "SettingTooLongError",
    "picture_png",
    "printable",
    "require_glyphs",
    "stack",
    "write",
]

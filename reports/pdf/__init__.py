"""From finished HTML to PDF: bundled typefaces, a fetcher that serves nothing else, the check for missing glyphs."""

from reports.pdf.fetcher import BundledFontsOnly
from reports.pdf.glyphs import MissingGlyphError, printable, require_glyphs
from reports.pdf.raster import picture_png
from reports.pdf.typefaces import stack
from reports.pdf.writer import Attached, write

__all__ = [
    "Attached",
    "BundledFontsOnly",
    "MissingGlyphError",
    "picture_png",
    "printable",
    "require_glyphs",
    "stack",
    "write",
]

"""Copies of pictures for the screen: turned upright, made smaller, and without anything but the picture.

A camera writes the place, the time and its own number into a photo. The copies are encoded anew from the pixels, so
nothing of that is in them; the original stays as it was uploaded.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image, ImageOps

from audits.content_types import EvidenceRefusedError

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
PIXELS = 40_000_000
VIEW_EDGE, THUMB_EDGE = 1600, 320  # pixels
QUALITY = 84

# A picture of more pixels than this is refused before any of them is unpacked, in every use of the library.
Image.MAX_IMAGE_PIXELS = PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def copies_of(source: Path | BinaryIO, media_type: str) -> tuple[bytes, bytes]:
    """Return the picture for the screen and a small one for lists, in the format of the original.

    Raises ``EvidenceRefusedError`` with too_many_pixels or bad_image.
    """
    form = FORMATS[media_type]
    try:
        with Image.open(source, formats=[form]) as opened:
            if opened.width * opened.height > PIXELS:
                raise EvidenceRefusedError("too_many_pixels")
            if form == "JPEG":
                opened.draft("RGB", (2 * VIEW_EDGE, 2 * VIEW_EDGE))
            upright = _plain(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise EvidenceRefusedError("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error, zlib.error) as error:
        raise EvidenceRefusedError("bad_image") from error  # what Pillow raises for damaged and cut-off files
    return _encoded(upright, form, VIEW_EDGE), _encoded(upright, form, THUMB_EDGE)


def _plain(image: Image.Image) -> Image.Image:
    """Return the pixels alone, in a mode that every browser shows."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    clear = "A" in image.mode or "transparency" in image.info
    plain = image.convert("RGBA" if clear and image.format != "JPEG" else "RGB")
    plain.info = {}
    return plain


def _encoded(image: Image.Image, form: str, edge: int) -> bytes:
    """Return the picture with no side longer than ``edge``."""
    small = image.copy()
    small.thumbnail((edge, edge))
    target = io.BytesIO()
    if form == "JPEG":
        small.convert("RGB").save(target, form, quality=QUALITY)
    elif form == "WEBP":
        small.save(target, form, quality=QUALITY)
    else:
        small.save(target, form)
    return target.getvalue()

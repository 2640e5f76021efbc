"""An organisation's mark, encoded anew from its pixels, so that nothing of the uploaded file gets into a document."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageOps

from audits.pictures import PIXELS

FORMATS = ("PNG", "JPEG", "WEBP")
EDGES = (1200, 400)  # pixels
LOGO_URL = "picture:/logo.png"


class LogoRefusedError(ValueError):
    """The picture cannot be used: ``code`` is too_many_pixels or bad_image."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def logo_of(data: bytes) -> bytes:
    """Return the picture as PNG of at most ``EDGES``. Raises LogoRefusedError; a bomb is refused before it unpacks."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            too_large = opened.width * opened.height > PIXELS
            image = None if too_large else ImageOps.exif_transpose(opened).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LogoRefusedError("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, struct.error, zlib.error) as error:
        raise LogoRefusedError("bad_image") from error
    if image is None:
        raise LogoRefusedError("too_many_pixels")
    image.info = {}
    image.thumbnail(EDGES)
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()

"""Opening a PDF: its revisions, its signature, the files that it carries. Nothing in it is trusted."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.errors import SignatureValidationError

from benchmarks.message import MessageError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from pyhanko.sign.validation import EmbeddedPdfSignature

MOST_BYTES = 64 * 1024 * 1024
MOST_EMBEDDED = 32 * 1024 * 1024
# What a hostile file makes the library raise, besides its own errors.
BROKEN = (
    PdfError,
    SignatureValidationError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    zlib.error,
)


class UnusableError(MessageError):
    """The file cannot be checked at all: no PDF, encrypted, too large, or none of ours."""


class DamagedError(Exception):
    """The file was one of ours and can no longer be read."""


@dataclass(frozen=True)
class Container:
    """An open PDF. ``files`` are those of the signed revision, ``latest`` those of the last one (the same, unsigned).

    ``revisions`` counts what was appended after the signed revision; ``identifier`` is the first half of the PDF's ID.
    """

    data: bytes
    signature: EmbeddedPdfSignature | None
    files: dict[str, bytes]
    latest: dict[str, bytes]
    revisions: int
    identifier: str


def open_container(data: bytes) -> Container:
    """Open a PDF. Raises UnusableError, or DamagedError when it carries our marks and cannot be read any more."""
    if len(data) > MOST_BYTES:
        raise UnusableError(_("the file is larger than {size} MB"), size=MOST_BYTES // 1024**2)
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        if reader.encrypted:
            raise UnusableError(_("the PDF is encrypted; ours are not"))
        return _opened(data, reader)
    except BROKEN as error:
        if b"/ETSI.CAdES.detached" in data:
            raise DamagedError(str(error)) from error
        raise UnusableError(_("it is not a PDF that can be read")) from error


def _opened(data: bytes, reader: PdfFileReader) -> Container:
    signature = next(iter(reader.embedded_regular_signatures), None)
    last = reader.xrefs.total_revisions - 1
    signed = signature.signed_revision if signature else last
    latest = _files(reader, last)
    identifier = reader.trailer["/ID"][0].original_bytes.hex() if "/ID" in reader.trailer else ""
    files = _files(reader, signed) if signed != last else latest
    return Container(data, signature, files, latest, last - signed, identifier)


def _files(reader: PdfFileReader, revision: int) -> dict[str, bytes]:
    """Return the embedded files of one revision by name."""
    held: Any = reader.get_historical_root(revision)
    for name in ("/Names", "/EmbeddedFiles", "/Names"):
        if name not in held:
            return {}
        held = held[name]
    found = {}
    for specification in list(held)[1::2]:
        named = specification.get_object()
        found[str(named["/UF"])] = _inflated(named["/EF"]["/F"])
    return found


def _inflated(stream: Any) -> bytes:
    """Return a stream's content, at most so much of it that no bomb goes off."""
    packed: bytes = stream.encoded_data
    if "/Filter" not in stream:
        return packed
    if stream["/Filter"] not in ("/FlateDecode", ["/FlateDecode"]):
        raise PdfError("an embedded file is packed in a way that ours are not")
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, MOST_EMBEDDED)
    if unpacking.unconsumed_tail:
        raise PdfError("an embedded file is too large")
    return content

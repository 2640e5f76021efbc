"""Signing a finished PDF: PAdES baseline B-B, as an incremental update that allows no further change."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter

if TYPE_CHECKING:
    from reports.signing.keys import Key

FIELD = "Signature"
DIGEST = "sha256"
# Room for the signature with its certificates, in hexadecimal digits: fixed, so that no second pass has to measure it.
ROOM = 32768


class _Untouched(IncrementalPdfFileWriter):
    """A writer that adds the signature and nothing else.

    pyHanko would raise the version to 2.0, which is no PDF/A-3, and write the metadata anew in a form that PDF/A does
    not know.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Leave the version as it is: signatures of PDF 2.0 in PDF 1.7 are what PAdES describes."""

    def _update_meta(self) -> None:
        pass


def signed(data: bytes, key: Key) -> bytes:
    """Return the PDF with a signature over all of it. Its widget lies off the page: PDF/A and PDF/UA allow that."""
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        name=key.name,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    field = SigFieldSpec(FIELD, on_page=0, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))
    signer = PdfSigner(meta, signer=key.signer, new_field_spec=field)
    writer = _Untouched(io.BytesIO(data))
    with key.turn:
        return signer.sign_pdf(writer, bytes_reserved=ROOM).getvalue()  # type: ignore[no-any-return]

"""Archival and accessible at once: PDF/A-3a, which WeasyPrint writes, and PDF/UA-1 beside it in the same metadata.

PDF/A wants colours tied to a profile: the sRGB of WeasyPrint, under a name of ours, for it never closes the file that
it reads under its own.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import pydyf
from weasyprint.css import ColorProfile
from weasyprint.pdf.metadata import DocumentMetadata

if TYPE_CHECKING:
    from weasyprint import Document

VARIANT = "pdf/a-3a"
INTENT = "--srgb"
# PDF/A wants every schema explained that it does not know itself (ISO 19005-3, 6.6.2.3.3): that of PDF/UA is one.
_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description><rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the document conforms</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
_END = b"</rdf:RDF>"


class AccessibleMetadata(DocumentMetadata):  # type: ignore[misc] # WeasyPrint has no type information
    """The metadata of a document, which also says that it is made for everybody."""

    def generate_rdf_metadata(self, variant: str, version: int, conformance: str | None) -> bytes:
        """Return WeasyPrint's metadata with the mark of PDF/UA before its end."""
        written: bytes = super().generate_rdf_metadata(variant, version, conformance)
        return written.replace(_END, _UA + _END)


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


def colours() -> dict[str, ColorProfile]:
    """Return the profiles of one document; writing it changes them."""
    parts = ([name] for name in "rgb")
    return {INTENT: ColorProfile(BytesIO(_profile()), "sRGB2014.icc", "relative-colorimetric", tuple(parts))}


def name_files_once(_document: Document, pdf: pydyf.PDF) -> None:
    """Let the catalogue name each carried file once: WeasyPrint finds every one in two places."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def make_accessible(document: Document) -> None:
    """Let a laid-out document say so when it is written."""
    document.metadata = AccessibleMetadata(**vars(document.metadata))

"""What is read: the document of an audit, the rows that pages show, what the public may know."""

from reports.selectors.certificate import certificate_document, certificate_printable
from reports.selectors.certification import audit_document, verify_url
from reports.selectors.exports import exports_for
from reports.selectors.lenses import LensChoices, lens_document
from reports.selectors.verification import certificate_check

__all__ = [
    "LensChoices",
    "audit_document",
    "certificate_check",
    "certificate_document",
    "certificate_printable",
    "exports_for",
    "lens_document",
    "verify_url",
]

"""What is read: the document of an audit, and the rows that pages show."""

from reports.selectors.certification import audit_document, verify_url
from reports.selectors.exports import exports_for

__all__ = ["audit_document", "exports_for", "verify_url"]

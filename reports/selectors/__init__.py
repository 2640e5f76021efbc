"""What is read: the document of an audit, the rows that pages show, what the public may know."""

from reports.selectors.batches import (
    Filter,
    Progress,
    batch_allowed,
    batch_audits,
    batch_faults,
    batch_progress,
    batches_for,
    exportable_by,
    schedules_due,
    schedules_for,
)
from reports.selectors.certificate import certificate_document, certificate_printable
from reports.selectors.certification import audit_document, verify_url
from reports.selectors.exports import exports_for
from reports.selectors.house import dress_of, house_now
from reports.selectors.lenses import LensChoices, lens_document
from reports.selectors.verification import certificate_check

__all__ = [
    "Filter",
    "LensChoices",
    "Progress",
    "audit_document",
    "batch_allowed",
    "batch_audits",
    "batch_faults",
    "batch_progress",
    "batches_for",
    "certificate_check",
    "certificate_document",
    "certificate_printable",
    "dress_of",
    "exportable_by",
    "exports_for",
    "house_now",
    "lens_document",
    "schedules_due",
    "schedules_for",
    "verify_url",
]

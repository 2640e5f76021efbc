"""Documents beside report, certificate and lens: each kind is one module here, and one line in ``kinds.py``."""

from reports.papers.asking import Document, document_of, may_have, title_of, waits_for
from reports.papers.kind import Kind, Order
from reports.papers.kinds import KINDS
from reports.papers.subjects import SUBJECTS

__all__ = ["KINDS", "SUBJECTS", "Document", "Kind", "Order", "document_of", "may_have", "title_of", "waits_for"]

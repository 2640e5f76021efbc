"""Which document an export stands for, and whether a person may have it: at the request, in the worker, at the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.access import may
from reports.models import ExportKind
from reports.papers.kinds import KINDS
from reports.papers.subjects import AUDIT, SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit
    from reports.models import Export
    from reports.papers.kind import Kind


@dataclass(frozen=True)
class Document:
    """A kind of document about one subject, in one format."""

    kind: Kind
    subject: Any
    format: str

    @property
    def audit(self) -> Audit | None:
        """Return the audit that it is about; None for documents about anything else."""
        return self.subject if self.kind.about == AUDIT else None

    @property
    def options(self) -> dict[str, str]:
        """Return what an export keeps of it."""
        key = SUBJECTS[self.kind.about].key(self.subject)
        return {"document": self.kind.code, "format": self.format, "key": key}

    @property
    def reference(self) -> str:
        """Return how the names of its files begin."""
        return f"{SUBJECTS[self.kind.about].reference(self.subject)}-{self.kind.code.replace('_', '-')}"


def document_of(options: Mapping[str, Any], user: User) -> Document | None:
    """Return the document that options name, as the person may see it; None when there is no such thing for them."""
    kind = KINDS.get(str(options.get("document", "")))
    if kind is None or options.get("format") not in kind.formats:
        return None
    subject = SUBJECTS[kind.about].fetch(user, str(options.get("key", "")))
    return Document(kind, subject, str(options["format"])) if subject is not None else None


def waits_for(document: Document, at: datetime) -> str:
    """Say in words why a document cannot be made yet; nothing when it can."""
    return document.kind.waits(document.subject, at)


def may_have(user: User, export: Export) -> bool:
    """Say whether the person may have what an export holds. Rights may have gone since it was asked for."""
    if export.kind == ExportKind.DOCUMENT:
        document = document_of(export.options, user)
        return document is not None and document.kind.allowed(user, document.subject)
    return export.audit is not None and may(user, "audits.export_audit", export.audit)


def title_of(export: Export) -> str:
    """Return what an export holds, in the active language; nothing for the report, which needs no name."""
    if export.kind == ExportKind.REPORT:
        return ""
    kind = KINDS.get(str(export.options.get("document", "")))
    return str(kind.title) if kind else export.get_kind_display()

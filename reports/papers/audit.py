"""What documents about one audit have in common: who may have them, and how they begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.access import may
from reports.paper import Paper
from reports.renderers.labels import label
from reports.selectors import audit_document

if TYPE_CHECKING:
    from accounts.models import User
    from audits.models import Audit
    from reports.document import CertificationReport
    from reports.paper import Part, Value
    from reports.papers.kind import Order


def exports(user: User, audit: Audit) -> bool:
    """Say whether the person may take documents of the audit away, as with its report."""
    return may(user, "audits.export_audit", audit)


def report_of(order: Order) -> CertificationReport:
    """Return everything that the report says: the facts of most documents; at most 20 queries."""
    return audit_document(order.subject, language=order.language, at=order.at)


def paper_of(
    report: CertificationReport,
    kind: str,
    title: str,
    *,
    parts: tuple[Part, ...],
    facts: tuple[tuple[str, Value], ...] = (),
    notes: tuple[str, ...] = (),
    **more: Any,
) -> Paper:
    """Return a paper about an audit: identification first, then its own facts."""
    engagement = report.engagement
    return Paper(
        kind=kind,
        language=report.language,
        title=title,
        reference=engagement.reference,
        organisation=engagement.auditee.name,
        about=engagement.site.name,
        author=engagement.conductor.name,
        facts=(
            (_("Reference"), engagement.reference),
            (_("Audited by"), engagement.conductor.name),
            (_("Standard"), f"{report.edition.title} {report.edition.version}"),
            (_("On site until"), engagement.onsite_to),
            (_("Status"), label("audit_status", engagement.status)),
            *facts,
        ),
        parts=parts,
        notes=(*notes, *([_("The audit is not submitted: all of this may change.")] if report.draft else [])),
        zone=engagement.site.time_zone,
        imprint=report.imprint,
        draft=report.draft,
        is_demo=report.is_demo,
        **more,
    )

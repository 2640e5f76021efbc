"""The evidence index of an audit: what was looked at, under which hash, and what it supports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.pieces import SOON
from reports.paper import CODE, DAY, HASH, MOMENT, NUMBER, Column, Part, Table
from reports.papers.audit import exports, paper_of, report_of
from reports.papers.kind import CSV, PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import AUDIT
from reports.renderers.labels import label

if TYPE_CHECKING:
    from datetime import date

    from reports.document import CertificationReport, EvidenceItem
    from reports.paper import Paper, Value
    from reports.papers.kind import Order


def _build(order: Order) -> Paper:
    report = report_of(order)
    with timezone.override(report.engagement.site.time_zone):
        today = timezone.localdate(order.at)
    items = report.evidence
    return paper_of(
        report,
        EVIDENCE_INDEX.code,
        _("Evidence index"),
        facts=(
            (_("Pieces"), len(items)),
            (_("Confidential"), sum(each.confidential for each in items)),
            (_("No longer valid"), sum(_validity(each, today) == "expired" for each in items)),
            (_("As of"), today),
        ),
        parts=(
            Part(_("Register"), tables=(_register(items, today),)),
            Part(_("Answered without evidence"), tables=(_bare(report),)),
        ),
        notes=(
            _("Of what is confidential the title alone is told: no name of the file, no size, no hash."),
            _("E1v2 is an older version of E1 that an answer rests on."),
        ),
        wide=True,
    )


def _register(items: tuple[EvidenceItem, ...], today: date) -> Table:
    return Table(
        "evidence",
        _("Register"),
        (
            Column("label", _("No."), CODE, 5),
            Column("title", _("Title"), width=22),
            Column("kind", _("Kind"), width=11),
            Column("criteria", _("Criteria"), width=13),
            Column("file", _("File"), width=17),
            Column("size", _("Bytes"), NUMBER, 9),
            Column("uploaded", _("Stored"), MOMENT, 13),
            Column("valid_until", _("Valid until"), DAY, 10),
            Column("validity", _("Validity"), width=11),
            Column("confidential", _("Confidential"), width=11),
            Column("version", _("Version"), NUMBER, 6, printed=False),
            Column("sha256", _("SHA-256"), HASH, 31),
        ),
        tuple(_row(each, today) for each in items),
        empty=_("No piece of evidence is stored with this audit."),
    )


def _row(item: EvidenceItem, today: date) -> tuple[Value, ...]:
    return (
        item.label,
        item.title,
        label("evidence_kind", item.kind),
        ", ".join(item.criteria),
        item.filename,
        None if item.confidential else item.size,
        item.uploaded_at,
        item.valid_until,
        _validity_words(_validity(item, today)),
        _("yes") if item.confidential else _("no"),
        item.version,
        item.sha256,
    )


def _validity(item: EvidenceItem, today: date) -> str:
    """Say how a piece stands on a day, as the pages do."""
    if item.valid_until is None:
        return ""
    days = (item.valid_until - today).days
    return "expired" if days < 0 else "soon" if days <= SOON else "valid"


def _validity_words(state: str) -> str:
    return {"expired": _("expired"), "soon": _("ends soon"), "valid": _("valid")}.get(state, "")


def _bare(report: CertificationReport) -> Table:
    """List the criteria with a level and no piece of evidence: what a reviewer asks about first."""
    rows = tuple(
        (row.code, row.title, row.level, row.note)
        for section in report.sections
        for clause in section.clauses
        for row in clause.rows
        if row.asked and row.level is not None and row.level > row.scale.low and not row.evidence
    )
    return Table(
        "without_evidence",
        _("Answered without evidence"),
        (
            Column("criterion", _("Criterion"), CODE, 8),
            Column("title", _("Title"), width=40),
            Column("level", _("Level"), NUMBER, 6),
            Column("note", _("Note"), width=60),
        ),
        rows,
        empty=_("Every criterion above the lowest level has at least one piece of evidence."),
    )


EVIDENCE_INDEX = Kind(
    code="evidence_index",
    title=gettext_lazy("Evidence index"),
    purpose=gettext_lazy("Every piece with its SHA-256, validity and the criteria that rest on it."),
    about=AUDIT,
    formats=paper_formats(_build, PDF, XLSX, CSV),
    allowed=exports,
)

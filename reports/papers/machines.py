"""An audit for programs: its answers as table and as JSON, and the whole as OSCAL assessment results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.paper import CODE, NUMBER, Column, Part, Table
from reports.papers.audit import exports, paper_of, report_of
from reports.papers.kind import CSV, JSON, Kind, paper_formats
from reports.papers.subjects import AUDIT
from reports.renderers.oscal import render_oscal

if TYPE_CHECKING:
    from reports.paper import Paper
    from reports.papers.kind import Order
    from reports.renderers import Printed


def _build(order: Order) -> Paper:
    report = report_of(order)
    rows = tuple(
        (
            section.code,
            clause.code,
            row.code,
            row.title,
            row.tier,
            "yes" if row.mandatory else "no",
            row.weight,
            "yes" if row.asked else "no",
            row.level,
            row.scale.low,
            row.scale.high,
            row.na_reason,
            row.note,
            " ".join(row.evidence),
        )
        for section in report.sections
        for clause in section.clauses
        for row in clause.rows
    )
    columns = (
        Column("block", _("Block"), CODE),
        Column("clause", _("Clause"), CODE),
        Column("criterion", _("Criterion"), CODE),
        Column("title", _("Title")),
        Column("tier", _("Applies from"), CODE),
        Column("mandatory", _("Mandatory"), CODE),
        Column("weight", _("Weight"), NUMBER, places=2),
        Column("asked", _("Asked"), CODE),
        Column("level", _("Level"), NUMBER),
        Column("lowest", _("Lowest level"), NUMBER),
        Column("highest", _("Highest level"), NUMBER),
        Column("na_reason", _("Why not applicable")),
        Column("note", _("Note")),
        Column("evidence", _("Evidence"), CODE),
    )
    table = Table("answers", _("Answers"), columns, rows)
    return paper_of(report, ANSWERS.code, _("Answers"), parts=(Part(_("Answers"), tables=(table,)),))


def _oscal(order: Order) -> Printed:
    with translation.override(order.language):
        return render_oscal(report_of(order))


ANSWERS = Kind(
    code="answers",
    title=gettext_lazy("Answers for programs"),
    purpose=gettext_lazy("Every criterion with level, reason, note and evidence as a table; codes stay codes."),
    about=AUDIT,
    formats=paper_formats(_build, CSV, JSON),
    allowed=exports,
)

OSCAL_RESULTS = Kind(
    code="oscal_results",
    title=gettext_lazy("OSCAL assessment results"),
    purpose=gettext_lazy("For tools that collect assessments: findings, observations and evidence in OSCAL 1.1."),
    about=AUDIT,
    formats={JSON: _oscal},
    allowed=exports,
)

"""The statement of what does not apply: which criteria were left out, for which reasons, and how much that is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.paper import CODE, NUMBER, PERCENT, Chart, Column, Part, Table
from reports.papers.audit import exports, paper_of, report_of
from reports.papers.kind import PDF, Kind, paper_formats
from reports.papers.subjects import AUDIT
from reports.renderers.labels import state_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.document import BlockSection, CertificationReport, CriterionRow
    from reports.paper import Paper, Value
    from reports.papers.kind import Order


def _build(order: Order) -> Paper:
    report = report_of(order)
    rows = list(_rows(report))
    left_out = [row for row in rows if row.asked and row.na_reason]
    asked = [row for row in rows if row.asked]
    words = _(
        "Of %(asked)s criteria that the standard asks this centre, %(count)s were declared not applicable by the audit "
        "team. Each is listed with the reason that was given. They count neither for nor against the centre: the "
        "points of their block are spread over its other criteria."
    ) % {"asked": len(asked), "count": len(left_out)}
    return paper_of(
        report,
        NOT_APPLICABLE.code,
        _("Statement of what does not apply"),
        facts=((_("Criteria asked"), len(asked)), (_("Not applicable"), len(left_out))),
        parts=(
            Part(_("Statement"), words=(words,), facts=(*_gates(report), *_signed(report))),
            Part(_("Not applicable, with reasons"), tables=(_reasons(report, left_out),)),
            Part(_("Share of each block"), tables=(_blocks(report),)),
            Part(_("Not asked of this centre"), tables=(_not_asked([row for row in rows if not row.asked]),)),
        ),
    )


def _rows(report: CertificationReport) -> Iterator[CriterionRow]:
    for section in report.sections:
        yield from _rows_of(section)


def _rows_of(section: BlockSection) -> Iterator[CriterionRow]:
    for clause in section.clauses:
        yield from clause.rows


def _gates(report: CertificationReport) -> tuple[tuple[str, Value], ...]:
    """Return what the edition allows of it, where it says so."""
    found: dict[str, Value] = {}
    for tier in report.tiers:
        for gate in tier.gates:
            if gate.code.startswith("na"):
                said = f"{gate.seen}, {gate.wanted}: {state_words(gate.state)}"
                found[f"{gate.title} ({tier.title})"] = said
    return tuple(found.items())


def _signed(report: CertificationReport) -> tuple[tuple[str, Value], ...]:
    """Return who stands for the statement."""
    engagement = report.engagement
    leaders = ", ".join(person.name for person in engagement.team if person.role == "leader")
    return (
        (_("Audit team leader"), leaders),
        (_("Submitted by"), engagement.submitted_by),
        (_("Submitted"), engagement.submitted_at),
        (_("Reviewed by"), engagement.reviewed_by),
        (_("Reviewed"), engagement.reviewed_at),
    )


def _reasons(report: CertificationReport, rows: list[CriterionRow]) -> Table:
    tiers = {tier.code: tier.title for tier in report.tiers}
    return Table(
        "not_applicable",
        _("Not applicable, with reasons"),
        (
            Column("criterion", _("Criterion"), CODE, 9),
            Column("title", _("Title"), width=30),
            Column("tier", _("Applies from"), width=16),
            Column("mandatory", _("Mandatory"), width=10),
            Column("reason", _("Reason"), width=44),
        ),
        tuple(
            (row.code, row.title, tiers.get(row.tier, row.tier), _("yes") if row.mandatory else _("no"), row.na_reason)
            for row in rows
        ),
        empty=_("Nothing was declared not applicable: every criterion that was asked counts."),
    )


def _blocks(report: CertificationReport) -> Table:
    """Say for each block how much of its weight does not apply."""
    found: list[tuple[Value, ...]] = []
    for section in report.sections:
        rows = [row for row in _rows_of(section) if row.asked]
        weight = sum((row.weight for row in rows), Decimal(0))
        left = sum((row.weight for row in rows if row.na_reason), Decimal(0))
        share = 100 * left / weight if weight else Decimal(0)
        name = f"{section.code} {section.title}"
        found.append((name, len(rows), sum(bool(row.na_reason) for row in rows), share))
    return Table(
        "blocks",
        _("Share of each block"),
        (
            Column("block", _("Block"), width=50),
            Column("asked", _("Asked"), NUMBER, 12),
            Column("not_applicable", _("Not applicable"), NUMBER, 16),
            Column("share", _("Share of the weight"), PERCENT, 18, places=1),
        ),
        tuple(found),
        chart=Chart(_("Share of the weight that does not apply"), "block", ("share",), unit="%", scale=100),
    )


def _not_asked(rows: list[CriterionRow]) -> Table:
    return Table(
        "not_asked",
        _("Not asked of this centre"),
        (Column("criterion", _("Criterion"), CODE, 9), Column("title", _("Title"), width=90)),
        tuple((row.code, row.title) for row in rows),
        empty=_("The standard asks this centre everything; nothing fell away by its channels or scope."),
    )


NOT_APPLICABLE = Kind(
    code="not_applicable",
    title=gettext_lazy("Statement of what does not apply"),
    purpose=gettext_lazy("The criteria that were left out, each with its reason, and their share of each block."),
    about=AUDIT,
    formats=paper_formats(_build, PDF),
    allowed=exports,
)

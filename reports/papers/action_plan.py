"""The action plan of an audit: what was found, what is done about it, by whom and until when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import NONCONFORMITIES, FindingKind, FindingState
from reports.paper import CODE, DAY, NUMBER, Chart, Column, Part, Table
from reports.papers.audit import exports, paper_of, report_of
from reports.papers.kind import CSV, PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import AUDIT
from reports.renderers.labels import label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from audits.followup import FindingResponse
    from audits.models import Finding
    from reports.paper import Paper, Value
    from reports.papers.kind import Order


def _build(order: Order) -> Paper:
    report = report_of(order)
    zone = report.engagement.site.time_zone
    with timezone.override(zone):
        today = timezone.localdate(order.at)
    titles = {row.code: row.title for part in report.sections for clause in part.clauses for row in clause.rows}
    kinds = (*NONCONFORMITIES, FindingKind.OPPORTUNITY)
    found = order.subject.findings.filter(kind__in=kinds).select_related("criterion", "owner")
    findings = list(found.prefetch_related("responses__owner").order_by("number"))
    rows = [_row(each, titles, report.language, today) for each in findings]
    late = sum(_is_late(each, today) for each in findings)
    open_ = [each for each in findings if each.is_nonconformity and each.closed_at is None]
    return paper_of(
        report,
        ACTION_PLAN.code,
        _("Action plan"),
        facts=(
            (_("As of"), today),
            (_("Nonconformities open"), len(open_)),
            (_("Overdue"), late),
            (_("Next due"), min((each.due for each in open_ if each.due and each.due >= today), default=None)),
        ),
        parts=(
            Part(_("Findings and actions"), tables=(_plan(rows),)),
            Part(_("Where they stand"), tables=(_by_state(findings),)),
            Part(_("By owner"), tables=(_by_owner(open_, today),)),
        ),
        notes=(_("An opportunity for improvement asks for no response; it is listed so that nobody forgets it."),),
        wide=True,
    )


def _plan(rows: Sequence[tuple[Value, ...]]) -> Table:
    return Table(
        "actions",
        _("Findings and actions"),
        (
            Column("number", _("No."), NUMBER, 4),
            Column("grading", _("Grading"), width=11),
            Column("criterion", _("Criterion"), CODE, 8),
            Column("criterion_title", _("Title"), width=18, printed=False),
            Column("statement", _("Statement"), width=28),
            Column("correction", _("Correction"), width=20, printed=False),
            Column("root_cause", _("Root cause"), width=18),
            Column("action", _("Corrective action"), width=26),
            Column("owner", _("Owner"), width=13),
            Column("due", _("Due"), DAY, 10),
            Column("days_left", _("Days left"), NUMBER, 7),
            Column("state", _("State"), width=11),
            Column("closed", _("Closed"), DAY, 10, printed=False),
        ),
        tuple(rows),
        empty=_("The audit has no nonconformity and no opportunity for improvement: there is nothing to plan."),
    )


def _row(finding: Finding, titles: dict[str, str], language: str, today: date) -> tuple[Value, ...]:
    response: FindingResponse | None = next(reversed(finding.responses.all()), None)
    owner = response.owner if response else finding.owner
    words = finding.criterion.title
    title = titles.get(finding.criterion.code) or words.get(language) or words.get("en", "")
    follows = finding.is_nonconformity
    return (
        finding.number,
        label("finding_kind", finding.kind),
        finding.criterion.code,
        title,
        finding.statement,
        response.correction if response else "",
        response.root_cause if response else "",
        response.action if response else "",
        str(owner or ""),
        finding.due,
        (finding.due - today).days if finding.due and finding.closed_at is None else None,
        label("finding_state", finding.state) if follows else "",
        timezone.localdate(finding.closed_at) if finding.closed_at else None,
    )


def _is_late(finding: Finding, today: date) -> bool:
    return finding.is_nonconformity and finding.closed_at is None and bool(finding.due and finding.due < today)


def _by_state(findings: Sequence[Finding]) -> Table:
    """Count nonconformities by state, in the order of their life; states that nobody is in are left out."""
    counted = Counter((each.state, each.kind) for each in findings if each.is_nonconformity)
    states = [state for state in FindingState.values if any(key[0] == state for key in counted)]
    rows: list[tuple[Value, ...]] = [
        (label("finding_state", state), *(counted[state, kind] for kind in (FindingKind.MAJOR, FindingKind.MINOR)))
        for state in states
    ]
    return Table(
        "states",
        _("Where they stand"),
        (
            Column("state", _("State"), width=30),
            Column("major", label("finding_kind", FindingKind.MAJOR), NUMBER, 15),
            Column("minor", label("finding_kind", FindingKind.MINOR), NUMBER, 15),
        ),
        tuple(rows),
        empty=_("There is no nonconformity."),
        chart=Chart(_("Nonconformities by state"), "state", ("major", "minor")),
    )


def _by_owner(findings: Sequence[Finding], today: date) -> Table:
    """Say who has how much to do; who has most comes first."""
    owners: dict[str, list[Finding]] = {}
    for each in findings:
        owners.setdefault(str(each.owner or _("nobody yet")), []).append(each)
    rows = [
        (
            owner,
            len(held),
            sum(_is_late(each, today) for each in held),
            min((each.due for each in held if each.due), default=None),
        )
        for owner, held in sorted(owners.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return Table(
        "owners",
        _("By owner"),
        (
            Column("owner", _("Owner"), width=30),
            Column("open", _("Open"), NUMBER, 10),
            Column("overdue", _("Overdue"), NUMBER, 10),
            Column("first_due", _("First due"), DAY, 15),
        ),
        tuple(rows),
        empty=_("Nothing is open."),
    )


ACTION_PLAN = Kind(
    code="action_plan",
    title=gettext_lazy("Action plan"),
    purpose=gettext_lazy("Findings with corrective actions, owners and due days, to work with and to follow up."),
    about=AUDIT,
    formats=paper_formats(_build, PDF, XLSX, CSV),
    allowed=exports,
)

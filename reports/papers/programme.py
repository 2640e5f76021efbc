"""The audit programme of a year: planned, held and decided; certificates; findings by grading and age."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dates import MONTHS as NAMES
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import may
from audits.ageing import aged
from audits.life import state_on
from audits.models import NONCONFORMITIES, AuditKind, AuditPurpose, AuditStatus, Certificate, Finding, FindingKind
from audits.selectors.certificates import STATES
from audits.selectors.findings import bucket_words
from audits.selectors.programmes import LINE_STATES, MONTHS, line_state
from reports.paper import CODE, DAY, NUMBER, Chart, Column, Part, Table
from reports.papers.kind import CSV, PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import YEAR
from reports.papers.whole import today_of, whole_paper
from reports.renderers.labels import label
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from accounts.models import User
    from audits.engagements import AuditProgramme, ProgrammeLine
    from audits.models import Audit
    from reports.paper import Paper, Value
    from reports.papers.kind import Order

# What is behind the closing meeting was held.
HELD = frozenset({"closing", "report_draft", "technical_review", "correction", "decision", "closed"})
HEAVY = ("audit__result", "audit__market", "audit__facts", "audit__edition__document")


def _build(order: Order) -> Paper:
    """Five queries, however many lines there are, and one for each edition that this process has not read yet."""
    programme: AuditProgramme = order.subject
    today = today_of(order)
    lines = list(
        programme.lines.select_related("centre__organisation", "audit__edition", "audit__decision").defer(*HEAVY)
    )
    audits = [audit for line in lines if (audit := _audit(line)) is not None]
    findings = _findings(audits)
    return whole_paper(
        order,
        PROGRAMME.code,
        _("Programme overview %(year)s") % {"year": programme.year},
        programme.organisation,
        reference=f"{programme.organisation.name} {programme.year}",
        facts=(
            (_("As of"), today),
            (_("Audits planned"), len(lines)),
            (_("Audits held"), sum(each.status in HELD for each in audits)),
            (_("Audits decided"), sum(hasattr(each, "decision") for each in audits)),
            (_("Late, not begun"), sum(line_state(line, programme.year, today) == "late" for line in lines)),
            (_("Auditor days planned"), sum((line.days or Decimal(0) for line in lines), Decimal(0))),
        ),
        parts=(
            Part(_("Objectives"), words=(programme.objectives,)),
            Part(_("Where the audits stand"), tables=(_states(lines, programme.year, today),)),
            Part(_("By month"), tables=(_months(lines),)),
            Part(_("Audits"), tables=(_lines(lines, programme.year, today),)),
            Part(_("Certificates"), tables=(_certificates(order.by, programme, today),)),
            Part(
                _("Findings of these audits"),
                tables=(_gradings(findings, today), _ages(findings, today)),
            ),
        ),
        notes=(
            _("Held is what is behind its closing meeting. Decided is what a certification decision was made on."),
            _("Certificates are those of this body that were granted in the year or end in it."),
        ),
        wide=True,
    )


def _audit(line: ProgrammeLine) -> Audit | None:
    return getattr(line, "audit", None)


def _findings(audits: Sequence[Audit]) -> list[dict[str, Any]]:
    rows = Finding.objects.filter(audit__in=[each.pk for each in audits]).order_by("pk")
    return list(rows.values("kind", "raised_at", "closed_at", "due"))


def _states(lines: Sequence[ProgrammeLine], year: int, today: date) -> Table:
    counted = Counter(line_state(line, year, today) for line in lines)
    return Table(
        "states",
        _("Where the audits stand"),
        (Column("state", _("State"), width=70), Column("audits", _("Audits"), NUMBER, 30)),
        tuple((str(words), counted[state]) for state, words in LINE_STATES.items()) if lines else (),
        empty=_("Nothing is planned in this programme yet."),
        chart=Chart(_("Audits by state"), "state", ("audits",)),
    )


def _months(lines: Sequence[ProgrammeLine]) -> Table:
    rows = []
    for month in MONTHS:
        own = [line for line in lines if line.month == month]
        audits = [audit for line in own if (audit := _audit(line)) is not None]
        rows.append(
            (
                str(NAMES[month]),
                len(own),
                sum(each.status in HELD for each in audits),
                sum(hasattr(each, "decision") for each in audits),
                sum(each.status == AuditStatus.CANCELLED for each in audits),
                sum((line.days or Decimal(0) for line in own), Decimal(0)),
            )
        )
    return Table(
        "months",
        _("By month"),
        (
            Column("month", _("Month"), width=10),
            Column("planned", _("Planned"), NUMBER, 10),
            Column("held", _("Audits held"), NUMBER, 10),
            Column("decided", _("Decided"), NUMBER, 10),
            Column("cancelled", _("Cancelled"), NUMBER, 10),
            Column("days", _("Auditor days"), NUMBER, 10, places=1),
        ),
        tuple(rows),
        chart=Chart(
            _("Audits planned, held and decided by month"), "month", ("planned", "held", "decided"), printed=False
        ),
    )


def _lines(lines: Sequence[ProgrammeLine], year: int, today: date) -> Table:
    rows = tuple(_line(line, year, today) for line in sorted(lines, key=lambda each: (each.month, each.pk)))
    return Table(
        "audits",
        _("Audits"),
        (
            Column("month", _("Month"), width=9),
            Column("organisation", _("Organisation"), width=17),
            Column("centre", _("Centre"), width=17),
            Column("purpose", _("Purpose"), width=14),
            Column("days", _("Days"), NUMBER, 6, places=1),
            Column("state", _("State"), width=11),
            Column("audit", _("Audit"), CODE, 12),
            Column("status", _("Status"), width=13),
            Column("onsite_to", _("On site until"), DAY, 10),
            Column("decided", _("Decided"), DAY, 10),
            Column("tier", _("Tier"), width=11),
        ),
        rows,
        empty=_("Nothing is planned in this programme yet."),
    )


def _line(line: ProgrammeLine, year: int, today: date) -> tuple[Value, ...]:
    audit = _audit(line)
    decision = getattr(audit, "decision", None)
    certification = line.kind == AuditKind.CERTIFICATION
    tier = ""
    if audit is not None and decision is not None:
        titles = {each["code"]: text(each["title"]) for each in edition_document(audit.edition)["tiers"]}
        tier = titles.get(decision.tier, decision.tier) if decision.granted else _("Not granted")
    return (
        str(NAMES[line.month]),
        line.centre.organisation.name,
        line.centre.name,
        str((AuditPurpose(line.purpose) if certification else AuditKind(line.kind)).label),
        line.days,
        str(LINE_STATES[line_state(line, year, today)]),
        audit.reference if audit else "",
        label("audit_status", audit.status) if audit else "",
        audit.onsite_to if audit else None,
        timezone.localdate(decision.decided_at) if decision else None,
        tier,
    )


def _certificates(user: User, programme: AuditProgramme, today: date) -> Table:
    """List the certificates that were granted in the year or end in it; one query."""
    year = programme.year
    found = Certificate.objects.visible_to(user).filter(
        Q(valid_from__year=year) | Q(valid_until__year=year), audit__conductor=programme.organisation_id
    )
    rows: list[tuple[Value, ...]] = []
    for each in found.select_related("audit__centre", "audit__auditee").defer(*HEAVY[:3]).order_by("valid_until", "pk"):
        state = state_on(each.status, valid_from=each.valid_from, valid_until=each.valid_until, today=today)
        rows.append(
            (
                each.number,
                each.audit.auditee.name,
                each.audit.centre.name,
                _("granted in the year") if each.valid_from.year == year else _("ends in the year"),
                each.valid_from,
                each.valid_until,
                str(STATES[state][0]),
            )
        )
    return Table(
        "certificates",
        _("Certificates"),
        (
            Column("number", _("Certificate"), CODE, 14),
            Column("organisation", _("Organisation"), width=20),
            Column("centre", _("Centre"), width=20),
            Column("what", _("What"), width=14),
            Column("valid_from", _("Valid from"), DAY, 10),
            Column("valid_until", _("Valid until"), DAY, 10),
            Column("state", _("State"), width=10),
        ),
        tuple(rows),
        empty=_("No certificate was granted in the year, and none ends in it."),
    )


def _gradings(findings: Sequence[dict[str, Any]], today: date) -> Table:
    """Count by grading: raised, closed, open, overdue."""
    rows: list[tuple[Value, ...]] = []
    for kind in FindingKind.values:
        own = [each for each in findings if each["kind"] == kind]
        follows = kind in NONCONFORMITIES
        still = [each for each in own if each["closed_at"] is None]
        late = sum(bool(each["due"] and each["due"] < today) for each in still)
        row = (label("finding_kind", kind), len(own))
        rows.append((*row, len(own) - len(still), len(still), late) if follows else (*row, None, None, None))
    return Table(
        "gradings",
        _("By grading"),
        (
            Column("grading", _("Grading"), width=30),
            Column("raised", _("Raised"), NUMBER, 12),
            Column("closed", _("Closed"), NUMBER, 12),
            Column("open", _("Open"), NUMBER, 12),
            Column("overdue", _("Overdue"), NUMBER, 12),
        ),
        tuple(rows),
    )


def _ages(findings: Sequence[dict[str, Any]], today: date) -> Table:
    still = [each for each in findings if each["kind"] in NONCONFORMITIES and each["closed_at"] is None]
    counted = aged((each["kind"], (today - timezone.localdate(each["raised_at"])).days) for each in still)
    return Table(
        "ages",
        _("Open nonconformities by age in days"),
        (
            Column("age", _("Age"), width=30),
            Column("major", label("finding_kind", FindingKind.MAJOR), NUMBER, 15),
            Column("minor", label("finding_kind", FindingKind.MINOR), NUMBER, 15),
        ),
        tuple((bucket_words(each.first, each.last), each.major, each.minor) for each in counted) if still else (),
        empty=_("No nonconformity of these audits is open."),
        chart=Chart(_("Open nonconformities by age in days"), "age", ("major", "minor")),
    )


def _allowed(user: User, programme: AuditProgramme) -> bool:
    """Say whether the person manages the audits of the body whose programme it is."""
    return may(user, "audits.change_programme", programme)


PROGRAMME = Kind(
    code="programme_overview",
    title=gettext_lazy("Programme overview of the year"),
    purpose=gettext_lazy("Audits planned, held and decided; certificates granted and ending; findings by age."),
    about=YEAR,
    formats=paper_formats(_build, PDF, XLSX, CSV),
    allowed=_allowed,
)

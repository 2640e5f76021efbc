"""The programme of a year as a page shows it: months by centres, progress, and what certificates make due."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits.engagements import AuditProgramme
from audits.models import AuditKind, AuditPurpose, AuditStatus
from audits.selectors.certificates import certificate_row, certificates_for

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import Centre, User
    from audits.engagements import ProgrammeLine
    from audits.models import Audit
    from audits.selectors.certificates import CertificateRow

MONTHS = range(1, 13)


@dataclass(frozen=True)
class Cell:
    """One planned audit in the year view."""

    line: ProgrammeLine
    label: str
    audit: Audit | None
    late: bool


@dataclass
class CentreYear:
    """One centre with its twelve months, and what its certificates make due."""

    centre: Centre
    months: dict[int, list[Cell]] = field(default_factory=lambda: {month: [] for month in MONTHS})
    dues: dict[int, list[CertificateRow]] = field(default_factory=lambda: {month: [] for month in MONTHS})

    @property
    def cells(self) -> list[tuple[int, list[Cell], list[CertificateRow]]]:
        """Return (month, planned audits, what is due) for each month."""
        return [(month, self.months[month], self.dues[month]) for month in MONTHS]


@dataclass(frozen=True)
class Year:
    """A programme for its page. ``unplanned`` are certificates whose due audit no line of the programme takes up."""

    centres: list[CentreYear]
    planned: int
    begun: int
    closed: int
    days: float
    unplanned: list[CertificateRow]

    @property
    def percent(self) -> int:
        """Say how much of the programme is closed."""
        return round(100 * self.closed / self.planned) if self.planned else 0


def programmes_for(user: User) -> QuerySet[AuditProgramme]:
    """Return visible programmes with their organisation."""
    return AuditProgramme.objects.visible_to(user).select_related("organisation")


def year_of(programme: AuditProgramme, *, user: User, today: date) -> Year:
    """Return the year view; two queries, and those of the certificates."""
    lines = list(programme.lines.select_related("centre__organisation", "audit"))
    centres: dict[int, CentreYear] = {}
    for line in sorted(lines, key=lambda line: (line.centre.name, line.month, line.pk)):
        row = centres.setdefault(line.centre_id, CentreYear(line.centre))
        row.months[line.month].append(_cell(line, programme.year, today))
    due = [row for row in _due_in(programme, user, today) if row.due]
    for each in due:
        centre = each.certificate.audit.centre
        if each.due:
            centres.setdefault(centre.pk, CentreYear(centre)).dues[each.due.by.month].append(each)
    audits = [line.audit for line in lines if hasattr(line, "audit")]
    taken_up = {(line.centre_id, line.purpose) for line in lines}
    return Year(
        centres=sorted(centres.values(), key=lambda row: row.centre.name),
        planned=len(lines),
        begun=len(audits),
        closed=sum(audit.status == AuditStatus.CLOSED for audit in audits),
        days=float(sum(line.days or 0 for line in lines)),
        unplanned=[row for row in due if row.due and (row.certificate.audit.centre_id, row.due.what) not in taken_up],
    )


def _cell(line: ProgrammeLine, year: int, today: date) -> Cell:
    audit = getattr(line, "audit", None)
    certification = line.kind == AuditKind.CERTIFICATION
    label = AuditPurpose(line.purpose).label if certification else AuditKind(line.kind).label
    return Cell(line, str(label), audit, late=audit is None and (year, line.month) < (today.year, today.month))


def _due_in(programme: AuditProgramme, user: User, today: date) -> list[CertificateRow]:
    """Return the certificates of this body for which something is due in the year."""
    held = certificates_for(user).filter(audit__conductor=programme.organisation_id)
    rows = [certificate_row(certificate, today) for certificate in held]
    return [row for row in rows if row.due and row.due.by.year == programme.year]

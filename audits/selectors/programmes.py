"""The programme of a year as a page shows it: months by centres, progress, and what certificates make due."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from audits.engagements import AuditProgramme, ProgrammeLine
from audits.models import AuditKind, AuditPurpose, AuditStatus
from audits.selectors.certificates import certificate_row, certificates_for

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise as LazyText

    from accounts.models import Centre, User
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


LINE_STATES: dict[str, LazyText] = {
    "late": _("Late, not begun"),
    "waiting": _("Not begun"),
    "begun": _("Begun"),
    "closed": _("Closed"),
    "cancelled": _("Cancelled"),
}


@dataclass(frozen=True)
class LinesWanted:
    """Which lines of a programme are looked at: in which state, of which audited organisation or centre."""

    state: str = ""
    organisation: int | None = None
    centre: int | None = None

    def __bool__(self) -> bool:
        """Say whether anything is narrowed."""
        return self != LinesWanted()

    def kept(self, line: ProgrammeLine, year: int, today: date) -> bool:
        """Say whether a line, with its centre, is looked at."""
        return (
            self.state in {"", line_state(line, year, today)}
            and self.organisation in {None, line.centre.organisation_id}
            and self.centre in {None, line.centre_id}
        )


def line_state(line: ProgrammeLine, year: int, today: date) -> str:
    """Return how far a line has come, a key of ``LINE_STATES``; no query where its audit was fetched with it."""
    audit = getattr(line, "audit", None)
    if audit is None:
        return "late" if (year, line.month) < (today.year, today.month) else "waiting"
    return audit.status if audit.status in LINE_STATES else "begun"


def programmes_counted(
    user: User, wanted: LinesWanted, *, year: int | None, programme: int | None, today: date
) -> list[tuple[AuditProgramme, dict[str, int]]]:
    """Return visible programmes with how many of their lines are in which state; two queries."""
    found = programmes_for(user)
    found = found.filter(year=year) if year else found
    found = found.filter(pk=programme) if programme else found
    counts = {each.pk: (each, dict.fromkeys(LINE_STATES, 0)) for each in found}
    lines = ProgrammeLine.objects.filter(programme__in=found.order_by().values("pk")).select_related("centre", "audit")
    for line in lines.defer("audit__result", "audit__market", "audit__facts").order_by("pk"):
        each, states = counts[line.programme_id]
        if wanted.kept(line, each.year, today):
            states[line_state(line, each.year, today)] += 1
    return [pair for pair in counts.values() if any(pair[1].values())]


def year_of(programme: AuditProgramme, *, user: User, today: date, wanted: LinesWanted | None = None) -> Year:
    """Return the year view; two queries, and those of the certificates. ``wanted`` narrows the audits it shows."""
    wanted = wanted or LinesWanted()
    lines = list(programme.lines.select_related("centre__organisation", "audit"))
    if wanted:
        lines = [line for line in lines if wanted.kept(line, programme.year, today)]
    centres: dict[int, CentreYear] = {}
    for line in sorted(lines, key=lambda line: (line.centre.name, line.month, line.pk)):
        row = centres.setdefault(line.centre_id, CentreYear(line.centre))
        row.months[line.month].append(_cell(line, programme.year, today))
    due = [] if wanted else [row for row in _due_in(programme, user, today) if row.due]
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

"""An auditor's portfolio: the audits that a person took part in, with role, standard, dates and days."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.engagements import AgendaLine
from audits.models import AuditKind, AuditStatus, TeamMember, TeamRole
from reports.paper import CODE, DAY, NUMBER, Chart, Column, Part, Table
from reports.papers.kind import CSV, PDF, XLSX, Kind, paper_formats
from reports.papers.subjects import PERSON, managed_by
from reports.papers.whole import today_of, whole_paper
from reports.renderers.labels import label
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import User
    from audits.models import Audit
    from reports.paper import Paper, Value
    from reports.papers.kind import Order

# What has only been planned is no experience yet, and what was cancelled is none.
NOT_BEGUN = (AuditStatus.DRAFT, AuditStatus.PLANNED, AuditStatus.CANCELLED)
HEAVY = ("audit__result", "audit__market", "audit__facts", "audit__edition__document")


def took_part(person: User, reader: User) -> QuerySet[TeamMember]:
    """Return the person's places on teams whose work has begun; a manager sees those of the managed bodies alone."""
    found = TeamMember.objects.filter(user=person).exclude(audit__status__in=NOT_BEGUN)
    return found if person == reader else found.filter(audit__conductor__in=managed_by(reader))


def _build(order: Order) -> Paper:
    """Three queries, however many audits there are."""
    person: User = order.subject
    today = today_of(order)
    related = ("audit__centre", "audit__auditee", "audit__conductor", "audit__edition")
    places = list(
        took_part(person, order.by).select_related(*related).defer(*HEAVY).order_by("-audit__onsite_from", "-audit_id")
    )
    planned = _agenda_days(person, [each.audit_id for each in places])
    days = {each.audit_id: _days(each.audit, planned, today) for each in places}
    conductors = ", ".join(sorted({each.audit.conductor.name for each in places}))
    latest = max((each.audit.onsite_to for each in places), default=None)
    return whole_paper(
        order,
        PORTFOLIO.code,
        _("Auditor's portfolio"),
        str(person),
        author=conductors or str(person),
        reference=str(person),
        is_demo=any(each.audit.auditee.is_demo for each in places),
        facts=(
            (_("As of"), today),
            (_("Audits"), len(places)),
            (_("Led"), sum(each.role == TeamRole.LEADER for each in places)),
            (_("Days on site"), sum(days.values())),
            (_("Organisations audited"), len({each.audit.auditee_id for each in places})),
            (_("Last on site"), latest),
        ),
        parts=(
            Part(_("Audits"), tables=(_audits(places, days),)),
            Part(_("By role"), tables=(_roles(places, days),)),
            Part(_("By standard"), tables=(_standards(places, days),)),
            Part(_("By year"), tables=(_years(places, days),)),
        ),
        notes=(
            _(
                "Days are those on which the audit plan names the person; where it names nobody, the days from the "
                "first to the last day on site, up to the day of this document."
            ),
            _("Only the person and who manages the audits of the body can ask for this document."),
        ),
        wide=True,
    )


def _agenda_days(person: User, audits: Sequence[int]) -> dict[int, int]:
    """Return audit -> days on which the plan names somebody, 0 where it never names the person; one query."""
    lines = AgendaLine.objects.filter(audit__in=audits, who__isnull=False).order_by()
    named = Count("day", filter=Q(who=person), distinct=True)
    return dict(lines.values("audit").annotate(named=named).values_list("audit", "named"))


def _days(audit: Audit, planned: Mapping[int, int], today: date) -> int:
    if audit.pk in planned:
        return planned[audit.pk]
    return max(0, (min(audit.onsite_to, today) - audit.onsite_from).days + 1)


def _audits(places: Sequence[TeamMember], days: Mapping[int, int]) -> Table:
    def row(each: TeamMember) -> tuple[Value, ...]:
        audit = each.audit
        kind = "audit_purpose" if audit.kind == AuditKind.CERTIFICATION else "audit_kind"
        return (
            audit.reference,
            audit.auditee.name,
            audit.centre.name,
            label(kind, audit.purpose if kind == "audit_purpose" else audit.kind),
            f"{text(audit.edition.title)} {audit.edition.version}",
            label("team_role", each.role),
            audit.onsite_from,
            audit.onsite_to,
            days[audit.pk],
            label("audit_status", audit.status),
            label("industry", audit.centre.industry),
        )

    return Table(
        "audits",
        _("Audits"),
        (
            Column("audit", _("Audit"), CODE, 12),
            Column("organisation", _("Organisation"), width=17),
            Column("centre", _("Centre"), width=17),
            Column("kind", _("Kind"), width=13),
            Column("standard", _("Standard"), width=20),
            Column("role", _("Role"), width=11),
            Column("onsite_from", _("On site from"), DAY, 11),
            Column("onsite_to", _("until"), DAY, 11),
            Column("days", _("Days"), NUMBER, 5),
            Column("status", _("Status"), width=12),
            Column("industry", _("Industry"), width=12, printed=False),
        ),
        tuple(row(each) for each in places),
        empty=_("No audit of this person has begun yet."),
    )


def _grouped(code: str, title: str, rows: Sequence[tuple[str, int]], *, chart: str = "") -> Table:
    """Count audits and days by what the rows are named after; what has most days comes first."""
    audits, days = Counter(name for name, _n in rows), Counter[str]()
    for name, number in rows:
        days[name] += number
    order = sorted(audits, key=lambda name: (-days[name], name))
    return Table(
        code,
        title,
        (
            Column("name", title, width=60),
            Column("audits", _("Audits"), NUMBER, 20),
            Column("days", _("Days"), NUMBER, 20),
        ),
        tuple((name, audits[name], days[name]) for name in order),
        empty=_("No audit of this person has begun yet."),
        chart=Chart(chart, "name", ("audits", "days")) if chart else None,
    )


def _roles(places: Sequence[TeamMember], days: Mapping[int, int]) -> Table:
    rows = [(label("team_role", each.role), days[each.audit_id]) for each in places]
    return _grouped("roles", _("By role"), rows)


def _standards(places: Sequence[TeamMember], days: Mapping[int, int]) -> Table:
    rows = [(f"{text(each.audit.edition.title)} {each.audit.edition.version}", days[each.audit_id]) for each in places]
    return _grouped("standards", _("By standard"), rows)


def _years(places: Sequence[TeamMember], days: Mapping[int, int]) -> Table:
    rows = [(str(each.audit.onsite_from.year), days[each.audit_id]) for each in places]
    found = _grouped("years", _("By year"), rows, chart=_("Audits and days by year"))
    return replace(found, rows=tuple(sorted(found.rows, key=lambda row: str(row[0]))))


def _allowed(reader: User, person: User) -> bool:
    """Say whether it is one's own, or the reader manages audits; whose people those are, is said by ``SUBJECTS``."""
    return reader == person or bool(managed_by(reader))


PORTFOLIO = Kind(
    code="auditor_portfolio",
    title=gettext_lazy("Auditor's portfolio"),
    purpose=gettext_lazy("The audits that a person took part in: role, standard, dates and days on site."),
    about=PERSON,
    formats=paper_formats(_build, PDF, XLSX, CSV),
    allowed=_allowed,
)

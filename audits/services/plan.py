"""The plan of an audit: days on site, further sites, who answers for which section, the agenda."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audits.engagements import AgendaLine, AuditSite, SectionAssignment
from audits.services.errors import PlanError
from audits.services.locking import audit_lock, subject_of
from audits.workflow import PLANNABLE
from ledger.services import ledger_append
from standards.models import Clause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, time

    from accounts.models import Centre, User
    from audits.models import Audit


@transaction.atomic
def plan_dates_save(
    *, audit_id: int, onsite_from: date, onsite_to: date, remote_methods: str, by: User, at: datetime
) -> Audit:
    """Change the days on site and the remote methods. Raises ``PlanError`` dates_reversed."""
    audit = audit_lock(audit_id, within=PLANNABLE)
    if onsite_to < onsite_from:
        raise PlanError("dates_reversed")
    audit.onsite_from, audit.onsite_to, audit.remote_methods = onsite_from, onsite_to, remote_methods
    audit.save(update_fields=["onsite_from", "onsite_to", "remote_methods"])
    ledger_append(
        action="plan.dates_saved",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "onsite_from": onsite_from.isoformat(),
            "onsite_to": onsite_to.isoformat(),
            "remote_methods": remote_methods,
        },
    )
    return audit


@transaction.atomic
def sections_assign(*, audit_id: int, sections: Mapping[int, Sequence[str]], by: User, at: datetime) -> None:
    """Say which clauses each member of the team answers for: ids of people to codes of clauses; the whole division.

    Raises ``PlanError``: not_on_team, unknown_clause.
    """
    audit = audit_lock(audit_id, within=PLANNABLE)
    team = set(audit.team.values_list("user_id", flat=True))
    known = set(Clause.objects.filter(block__edition=audit.edition_id).values_list("code", flat=True))
    if not sections.keys() <= team:
        raise PlanError("not_on_team")
    if not {code for codes in sections.values() for code in codes} <= known:
        raise PlanError("unknown_clause")
    audit.sections.all().delete()
    SectionAssignment.objects.bulk_create(
        SectionAssignment(audit=audit, clause=code, user_id=user)
        for user, codes in sections.items()
        for code in dict.fromkeys(codes)
    )
    ledger_append(
        action="plan.sections_assigned",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={"sections": {str(user): list(codes) for user, codes in sections.items()}},
    )


@transaction.atomic
def agenda_add(
    *,
    audit_id: int,
    day: date,
    begins: time,
    ends: time,
    what: str,
    who: Sequence[User],
    with_whom: str,
    mode: str,
    place: str,
    by: User,
    at: datetime,
) -> AgendaLine:
    """Put a session on the agenda. Raises ``PlanError``: times_reversed, outside_the_days, not_on_team."""
    audit = audit_lock(audit_id, within=PLANNABLE)
    if ends <= begins:
        raise PlanError("times_reversed")
    if not audit.onsite_from <= day <= audit.onsite_to:
        raise PlanError("outside_the_days")
    team = set(audit.team.values_list("user_id", flat=True))
    if not {user.pk for user in who} <= team:
        raise PlanError("not_on_team")
    line = AgendaLine.objects.create(
        audit=audit, day=day, begins=begins, ends=ends, what=what, with_whom=with_whom, mode=mode, place=place
    )
    line.who.set(who)
    ledger_append(
        action="plan.agenda_added",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "line": line.pk,
            "day": day.isoformat(),
            "from": begins.isoformat(),
            "to": ends.isoformat(),
            "what": what,
            "who": [user.pk for user in who],
            "with_whom": with_whom,
            "mode": mode,
            "place": place,
        },
    )
    return line


@transaction.atomic
def site_add(*, audit_id: int, centre: Centre, activities: str, by: User, at: datetime) -> AuditSite:
    """Take a further site of the auditee into the scope, with what is done there. Raises ``PlanError`` not_a_site."""
    audit = audit_lock(audit_id, within=PLANNABLE)
    there = audit.sites.filter(centre=centre).exists()
    if centre.organisation_id != audit.auditee_id or centre.pk == audit.centre_id or there:
        raise PlanError("not_a_site")
    site = AuditSite.objects.create(audit=audit, centre=centre, activities=activities)
    payload = {"centre": centre.pk, "site": centre.name, "activities": activities}
    ledger_append(action="plan.site_added", subject=subject_of(audit), by=by, at=at, payload=payload)
    return site


@transaction.atomic
def site_remove(*, audit_id: int, site_id: int, by: User, at: datetime) -> None:
    """Take a site out of the scope before the work starts; one that is gone already is no failure."""
    audit = audit_lock(audit_id, within=PLANNABLE)
    removed, _details = audit.sites.filter(pk=site_id).delete()
    if removed:
        ledger_append(action="plan.site_removed", subject=subject_of(audit), by=by, at=at, payload={"site": site_id})


@transaction.atomic
def agenda_remove(*, audit_id: int, line_id: int, by: User, at: datetime) -> None:
    """Take a session off the agenda; one that is gone already is no failure."""
    audit = audit_lock(audit_id, within=PLANNABLE)
    removed, _details = audit.agenda.filter(pk=line_id).delete()
    if removed:
        ledger_append(action="plan.agenda_removed", subject=subject_of(audit), by=by, at=at, payload={"line": line_id})

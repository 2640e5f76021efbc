"""The programme of a year: objectives, resources, and the audits that are planned for its months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from audits.engagements import AuditProgramme, ProgrammeLine
from audits.services.errors import PlanError
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from accounts.models import Centre, Organisation, User


def programme_create(
    *, organisation: Organisation, year: int, objectives: str, resources: str, by: User, at: datetime
) -> AuditProgramme:
    """Begin the programme of a year. Raises ``PlanError`` programme_exists."""
    try:
        with transaction.atomic():
            programme = AuditProgramme.objects.create(
                organisation=organisation,
                year=year,
                objectives=objectives,
                resources=resources,
                created_by=by,
                created_at=at,
            )
            payload = {"organisation": organisation.pk, "year": year, "objectives": objectives, "resources": resources}
            _record(programme, "created", payload, by, at)
    except IntegrityError as error:
        raise PlanError("programme_exists") from error
    return programme


@transaction.atomic
def programme_save(*, programme_id: int, objectives: str, resources: str, by: User, at: datetime) -> AuditProgramme:
    """Change what the programme is for and what it has."""
    programme = AuditProgramme.objects.select_for_update().get(pk=programme_id)
    programme.objectives, programme.resources = objectives, resources
    programme.save(update_fields=["objectives", "resources"])
    _record(programme, "saved", {"objectives": objectives, "resources": resources}, by, at)
    return programme


@transaction.atomic
def line_add(
    *,
    programme_id: int,
    centre: Centre,
    month: int,
    kind: str,
    purpose: str,
    days: Decimal | None,
    note: str,
    by: User,
    at: datetime,
) -> ProgrammeLine:
    """Plan an audit for a month."""
    programme = AuditProgramme.objects.select_for_update().get(pk=programme_id)
    line = ProgrammeLine.objects.create(
        programme=programme, centre=centre, month=month, kind=kind, purpose=purpose, days=days, note=note
    )
    payload = {
        "line": line.pk,
        "centre": centre.pk,
        "month": month,
        "kind": kind,
        "purpose": purpose,
        "days": None if days is None else str(days),
        "note": note,
    }
    _record(programme, "line_added", payload, by, at)
    return line


@transaction.atomic
def line_remove(*, programme_id: int, line_id: int, by: User, at: datetime) -> None:
    """Take an audit off the programme. Raises ``PlanError`` already_planned where an audit was made from it."""
    programme = AuditProgramme.objects.select_for_update().get(pk=programme_id)
    line = programme.lines.filter(pk=line_id).first()
    if line is None:
        return
    if hasattr(line, "audit"):
        raise PlanError("already_planned")
    line.delete()
    _record(programme, "line_removed", {"line": line_id}, by, at)


def _record(programme: AuditProgramme, what: str, payload: dict[str, object], by: User, at: datetime) -> None:
    ledger_append(action=f"programme.{what}", subject=f"programme:{programme.pk}", by=by, at=at, payload=payload)

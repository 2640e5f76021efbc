"""The year ahead of the invented audit body: its programme, audits being planned, a plan, a suspended certificate."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from audits.engagements import ConflictKind, ProgrammeLine
from audits.models import Audit, AuditKind, AuditPurpose, AuditStatus, Certificate, CertificateStatus, TeamRole
from audits.services.certificates import certificate_step
from audits.services.conflicts import conflict_declare
from audits.services.engagement import audit_create
from audits.services.onsite import concern_raise
from audits.services.plan import agenda_add, sections_assign
from audits.services.programmes import line_add, programme_create
from audits.services.transitions import audit_step
from reports.demo.people import BODY

if TYPE_CHECKING:
    from reports.demo.play import World

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
YEAR = 2027
# Centre, month, purpose, auditor days, note.
LINES = (
    ("private", 3, AuditPurpose.INITIAL, "4", ""),
    ("cardiff", 5, AuditPurpose.INITIAL, "5", "After the new telephone platform"),
    ("sheffield", 8, AuditPurpose.SURVEILLANCE, "2.5", "Access in the evening"),
    ("kowloon", 10, AuditPurpose.SURVEILLANCE, "3", "With the disaster site"),
)


def make_programme(world: World) -> None:
    """Begin the programme of 2027, draft its first audit, and bring audits under way to where they are."""
    lines = _lines(world)
    _draft(world, lines["sheffield"])
    private = Audit.objects.filter(centre=world.centres["private"], status=AuditStatus.PLANNED).first()
    if private:
        _stage_1(world, private)
    kowloon = Audit.objects.filter(centre=world.centres["kowloon"], status=AuditStatus.FIELDWORK).first()
    if kowloon:
        _divide(world, kowloon)
    held = Certificate.objects.filter(status=CertificateStatus.ACTIVE).order_by("pk")
    second = held.exclude(audit__centre=world.centres["kowloon"]).first()
    if second:
        reason = "The centre did not admit the surveillance of the evening shift. Suspended until it does."
        certificate_step(certificate_id=second.pk, step="suspend", reason=reason, by=world.people["helena"], at=NOW)


def _lines(world: World) -> dict[str, ProgrammeLine]:
    manager = world.people["daniel"]
    programme = programme_create(
        organisation=world.organisations[BODY],
        year=YEAR,
        objectives="Keep every certificate in its cycle; look at evening and night shifts; two first certifications.",
        resources="Two lead auditors, 18 auditor days in the first half of the year; one expert for voice platforms.",
        by=manager,
        at=NOW,
    )
    return {
        centre: line_add(
            programme_id=programme.pk,
            centre=world.centres[centre],
            month=month,
            kind=AuditKind.CERTIFICATION,
            purpose=purpose,
            days=Decimal(days),
            note=note,
            by=manager,
            at=NOW,
        )
        for centre, month, purpose, days, note in LINES
    }


def _draft(world: World, line: ProgrammeLine) -> None:
    """Draft the surveillance of a certified centre, with a conflict of interest to be cleared."""
    held = Certificate.objects.filter(audit__centre=line.centre, status=CertificateStatus.ACTIVE).first()
    if held is None:
        return
    mei, tom = world.people["mei"], world.people["tom"]
    audit = audit_create(
        centre=line.centre,
        conductor=world.organisations[BODY],
        edition=world.edition,
        kind=line.kind,
        purpose=line.purpose,
        of_certificate=held,
        programme_line=line,
        scope="Access and handling in the evening; corrections of the certification audit.",
        objectives="Whether the certificate can be maintained.",
        onsite_from=date(YEAR, line.month, 16),
        onsite_to=date(YEAR, line.month, 18),
        team=[(tom, TeamRole.LEADER), (mei, TeamRole.AUDITOR)],
        by=world.people["daniel"],
        at=NOW,
    )
    conflict_declare(
        audit_id=audit.pk,
        kind=ConflictKind.FAMILY,
        detail="A cousin answers calls there, on the day shift.",
        by=tom,
        at=NOW,
    )


def _stage_1(world: World, audit: Audit) -> None:
    """Start stage 1, with a concern that is still open."""
    audit_step(audit_id=audit.pk, step="stage_1", by=world.people["daniel"], at=NOW)
    concern_raise(
        audit_id=audit.pk,
        clause="B4",
        statement="The service manual of the desk is a copy of the bank's; owners of the articles are not named.",
        by=world.people["mei"],
        at=NOW,
    )


def _divide(world: World, audit: Audit) -> None:
    """Divide the clauses between the two auditors, and set the agenda of the first day."""
    mei, tom, manager = world.people["mei"], world.people["tom"], world.people["daniel"]
    team = [member.user_id for member in audit.team.all()]
    codes = list(audit.edition.criteria.order_by("position").values_list("clause__code", flat=True))
    clauses = list(dict.fromkeys(codes))
    half = len(clauses) // 2
    shares = {mei.pk: clauses[:half], tom.pk: clauses[half:]}
    sections_assign(audit_id=audit.pk, sections={pk: shares[pk] for pk in team if pk in shares}, by=manager, at=NOW)
    for begins, ends, what, whom, mode in (
        (time(9), time(9, 45), "Opening meeting", "Management", "on_site"),
        (time(10), time(12), "Service promise, leadership", "Head of service", "on_site"),
        (time(13), time(15), "Listening to calls", "Two teams", "on_site"),
        (time(15, 30), time(16, 30), "Back office interviews", "Card operations", "remote"),
    ):
        agenda_add(
            audit_id=audit.pk,
            day=audit.onsite_from,
            begins=begins,
            ends=ends,
            what=what,
            who=[each for each in (mei, tom) if each.pk in team],
            with_whom=whom,
            mode=mode,
            place="",
            by=manager,
            at=NOW,
        )

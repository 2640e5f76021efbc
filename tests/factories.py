"""Plain functions that make rows for tests; every name is different, so that unique columns never meet."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from accounts.models import Centre, Membership, Organisation, Role, User
from audits.engagements import ConflictKind, MeetingKind, Readiness
from audits.models import AuditKind, AuditPurpose, Certificate, TeamRole
from audits.services.conflicts import conflict_declare
from audits.services.engagement import audit_create
from audits.services.onsite import meeting_record, stage_one_record
from audits.services.transitions import audit_step
from audits.workflow import INITIAL, SELF
from standards.services import edition_load, edition_publish

if TYPE_CHECKING:
    from audits.models import Audit
    from standards.models import Edition

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def make_organisation(**fields: Any) -> Organisation:
    """Make an organisation in Hong Kong."""
    return Organisation.objects.create(**{"name": f"Organisation {next(_numbers)}", "country": "HK", **fields})


def make_user(role: str | None = None, organisation: Organisation | None = None, **fields: Any) -> User:
    """Make a person who signs in with ``PASSWORD``; with a role, a member of the organisation (a new one if none)."""
    number = next(_numbers)
    values = {"email": f"person{number}@example.org", "name": f"Person {number}", **fields}
    user = User.objects.create_user(password=PASSWORD, **values)
    if role:
        Membership.objects.create(user=user, organisation=organisation or make_organisation(), role=Role(role))
    return user


def make_centre(organisation: Organisation | None = None, **fields: Any) -> Centre:
    """Make a bank's voice centre of 40 seats."""
    values: dict[str, Any] = {
        "name": f"Centre {next(_numbers)}",
        "city": "Hong Kong",
        "country": "HK",
        "industry": "banking",
        "channels": ["voice"],
        "languages": ["en"],
        "seats": 40,
        **fields,
    }
    return Centre.objects.create(organisation=organisation or make_organisation(), **values)


def edition_document(version: str, per_block: int = 3) -> dict[str, Any]:
    """Return a small edition: blocks A (40) and B (60), scale 0 to 5, tiers base and top; the last of B may be N/A."""
    return {
        "code": "sample",
        "version": version,
        "title": {"en": "Sample standard"},
        "points_total": 100,
        "scale": {"min": 0, "max": 5},
        "facts": [
            {"code": "cskm", "title": {"en": "Manual liveness"}, "type": "number"},
            {"code": "own_accounts", "title": {"en": "Own accounts"}, "type": "boolean"},
            {
                "code": "decision_route",
                "title": {"en": "Decision route"},
                "type": "choice",
                "choices": ["file_review", "panel", "panel_and_defence"],
            },
        ],
        "market": {"max_age_months": 24},
        "tiers": [
            {
                "code": "base",
                "title": {"en": "Base"},
                "gates": [
                    {"gate": "total", "min": 50},
                    {"gate": "mandatory_level", "min": 2},
                    {"gate": "findings", "fact": "major_open", "max": 0},
                    {"gate": "fact", "fact": "decision_route", "one_of": ["file_review", "panel"]},
                ],
            },
            {
                "code": "top",
                "title": {"en": "Top"},
                "gates": [{"gate": "total", "min": 80}, {"gate": "fact", "fact": "cskm", "min": 60}],
            },
        ],
        "blocks": [_block("A", 40, per_block), _block("B", 60, per_block)],
    }


def _block(code: str, points: int, count: int) -> dict[str, Any]:
    criteria = [
        {
            "code": f"{code}1.{number}",
            "title": {"en": f"Title {code}1.{number}"},
            "requirement": {"en": f"The centre shall do {code}1.{number}."},
            "anchors": {str(level): {"en": f"Level {level} of {code}1.{number}"} for level in range(6)},
            "kind": "process",
            "tier": "base",
            "mandatory": number == 1,
            "na_allowed": code == "B" and number == count,
        }
        for number in range(1, count + 1)
    ]
    clauses = [{"code": f"{code}1", "title": {"en": f"Clause {code}1"}, "criteria": criteria}]
    return {"code": code, "points": points, "title": {"en": f"Block {code}"}, "clauses": clauses}


def make_edition(per_block: int = 3) -> Edition:
    """Load and publish a small edition."""
    document = edition_document(f"v{next(_numbers)}", per_block)
    # JSON is YAML; level numbers of anchors are numbers there and must be so here.
    text = json.dumps(document)
    for level in range(6):
        text = text.replace(f'"{level}": {{"en"', f'{level}: {{"en"')
    return edition_publish(edition=edition_load(data=text, at=AT).edition, at=AT)


def make_audit(*, started: bool = True, drafted: bool = False, edition: Edition | None = None, **fields: Any) -> Audit:
    """Plan an audit with a leader and an auditor of the conducting organisation, and start it."""
    conductor = fields.pop("conductor", None) or make_organisation()
    manager = make_user(Role.AUDIT_MANAGER, conductor)
    team = [
        (make_user(Role.AUDITOR, conductor), TeamRole.LEADER),
        (make_user(Role.AUDITOR, conductor), TeamRole.AUDITOR),
    ]
    centre = fields.pop("centre", None) or make_centre()
    if centre.organisation != conductor:
        centre.organisation.audit_bodies.add(conductor)
    values: dict[str, Any] = {
        "centre": centre,
        "kind": AuditKind.CERTIFICATION,
        "scope": "All channels.",
        "objectives": "",
        "onsite_from": date(2026, 9, 14),
        "onsite_to": date(2026, 9, 18),
        "team": team,
        **fields,
    }
    held = Certificate.objects.filter(audit__centre=centre, audit__conductor=conductor).last()
    if held and values["kind"] == AuditKind.CERTIFICATION and "purpose" not in fields:
        values |= {"purpose": AuditPurpose.RECERTIFICATION, "of_certificate": held}
    audit = audit_create(conductor=conductor, edition=edition or make_edition(), by=manager, at=AT, **values)
    if drafted:
        return audit
    audit = plan(audit, by=manager)
    return start(audit, by=manager) if started else audit


def declare_none(audit: Audit, *people: User) -> None:
    """Let people declare that they have no conflict of interest; the whole team when nobody is named."""
    for person in people or [member.user for member in audit.team.select_related("user")]:
        conflict_declare(audit_id=audit.pk, kind=ConflictKind.NONE, by=person, at=AT)


def plan(audit: Audit, *, by: User) -> Audit:
    """Take a draft to where the work can start; a self-assessment needs no plan."""
    if audit.route == SELF:
        return audit
    declare_none(audit)
    return audit_step(audit_id=audit.pk, step="plan", by=by, at=AT)


def start(audit: Audit, *, by: User) -> Audit:
    """Take a planned audit to fieldwork by its own route, and hold the opening meeting."""
    if audit.route == SELF:
        return audit_step(audit_id=audit.pk, step="begin", by=by, at=AT)
    if audit.route == INITIAL:
        audit_step(audit_id=audit.pk, step="stage_1", by=by, at=AT)
        stage_one_record(
            audit_id=audit.pk, held_on=AT.date(), readiness=Readiness.READY, notes="Documents read.", by=by, at=AT
        )
    name = "start_stage_2" if audit.route == INITIAL else "start"
    started = audit_step(audit_id=audit.pk, step=name, by=by, at=AT)
    meet(audit, MeetingKind.OPENING, by=by)
    return started


def meet(audit: Audit, kind: str, *, by: User) -> None:
    """Record a meeting."""
    meeting_record(audit_id=audit.pk, kind=kind, held_at=AT, attendance="Everybody.", by=by, at=AT)


def draft_report(audit: Audit) -> Audit:
    """Take an audit from fieldwork to where its report can be submitted, by its leader; one that is there stays."""
    leader = leader_of(audit)
    audit.refresh_from_db()
    if audit.status == "report_draft":
        return audit
    audit_step(audit_id=audit.pk, step="close", by=leader, at=AT)
    meet(audit, MeetingKind.CLOSING, by=leader)
    return audit_step(audit_id=audit.pk, step="report", by=leader, at=AT)


def submit(audit: Audit, *, by: User | None = None) -> Audit:
    """Take an audit from fieldwork to the technical review."""
    draft_report(audit)
    return audit_step(audit_id=audit.pk, step="submit", by=by or leader_of(audit), at=AT)


def leader_of(audit: Audit) -> User:
    """Return the team leader."""
    return audit.team.get(role=TeamRole.LEADER).user

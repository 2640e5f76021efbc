"""Rows of the registers, made by the services that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts.models import Centre, Organisation, Role, User
from audits.returns import COST, CUSTOMER, INVESTMENT, REVENUE, Flow
from audits.services.registers.credentials import CredentialFacts, credential_add
from audits.services.registers.projects import (
    ProjectFacts,
    Review,
    project_close,
    project_create,
    project_file,
    project_start,
)
from tests.factories import AT, make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from audits.registers import Credential, Project

AUDITOR = "internal-audit.auditor"
TODAY = AT.date()


@dataclass
class Place:
    """An organisation that mandated an audit body, its centre, and people around them."""

    organisation: Organisation
    centre: Centre
    people: dict[str, User]


def make_place() -> Place:
    organisation, body = make_organisation(), make_organisation()
    organisation.audit_bodies.add(body)
    roles = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER, Role.CONTRIBUTOR, Role.VIEWER)
    people = {str(role): make_user(role, organisation) for role in roles}
    people["body_auditor"] = make_user(Role.AUDITOR, body)
    people["body_viewer"] = make_user(Role.VIEWER, body)
    people["outsider"] = make_user(Role.ADMINISTRATOR)
    return Place(organisation, make_centre(organisation), people)


def credential_facts(place: Place, **fields: Any) -> CredentialFacts:
    values: dict[str, Any] = {
        "holder": None,
        "holder_name": "" if fields.get("holder") else "Ada Wong",
        "centres": (place.centre,),
        "course": "Internal auditing",
        "level": AUDITOR,
        "body": "Harbour Academy",
        "passed_on": TODAY - timedelta(days=100),
        "valid_until": TODAY + timedelta(days=400),
        **fields,
    }
    return CredentialFacts(**values)


def make_credential(place: Place, **fields: Any) -> Credential:
    return credential_add(
        organisation=place.organisation,
        facts=credential_facts(place, **fields),
        by=place.people["centre_manager"],
        at=AT,
    )


def invest(amount: int, year: int = 0) -> Flow:
    return Flow(INVESTMENT, year, Decimal(amount), Decimal(amount), Decimal(amount))


def gain(kind: str, low: int, expected: int, high: int, year: int = 1) -> Flow:
    return Flow(kind, year, Decimal(low), Decimal(expected), Decimal(high))


FLOWS = (invest(1000), gain(CUSTOMER, 300, 800, 900), gain(REVENUE, 200, 600, 900, 2))
COST_ONLY = (invest(1000), gain(COST, 3000, 4000, 5000))


def project_facts(lead: Credential, **fields: Any) -> ProjectFacts:
    values: dict[str, Any] = {
        "lead": lead,
        "title": "Call back instead of waiting",
        "problem": "Too many give up.",
        "measure": "Abandoned calls",
        "unit": "%",
        "baseline": Decimal("8.5"),
        "baseline_from": date(2026, 1, 1),
        "baseline_to": date(2026, 3, 31),
        "target": Decimal(4),
        "customer_words": "Customers wait less.",
        "customer_figure": Decimal(6),
        "customer_unit": "points of NPS",
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2026, 8, 31),
        "currency": "HKD",
        "rate": Decimal(8),
        "flows": FLOWS,
        **fields,
    }
    return ProjectFacts(**values)


def make_project(place: Place, lead: Credential, *, until: str = "draft", **fields: Any) -> Project:
    """Bring a project to a state: draft, filed, running or closed; reviewed with the flows of the plan."""
    manager, reviewer = place.people["centre_manager"], place.people["audit_manager"]
    project = project_create(centre=place.centre, facts=project_facts(lead, **fields), by=manager, at=AT)
    steps = ("draft", "filed", "running", "closed").index(until)
    if steps >= 1:
        project = project_file(project_id=project.pk, revision=project.revision, by=manager, at=AT)
    if steps >= 2:
        project = project_start(project_id=project.pk, revision=project.revision, by=manager, at=AT)
    if steps >= 3:
        stated = bool(project.customer_words)
        review = Review(
            flows=fields.get("flows", FLOWS),
            reached=Decimal(5),
            customer_words="They wait less." if stated else "",
            customer_figure=Decimal(4) if stated else None,
            learnt="Begin with one queue.",
        )
        project = project_close(project_id=project.pk, revision=project.revision, review=review, by=reviewer, at=AT)
    return project

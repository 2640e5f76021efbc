"""One world with somebody in every relation to an audit and to an award, for asking every rule about real objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import Role
from config.rights import VERBS
from tests.awards.scenes import make_judging
from tests.factories import leader_of, make_audit, make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from accounts.models import User

BODY = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.AUDITOR, Role.DECISION_MAKER, Role.VIEWER)
AUDITED = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER, Role.CONTRIBUTOR, Role.VIEWER)


def make_world() -> tuple[dict[str, User], dict[str, Any]]:
    """Return (people by their relation, objects by their kind)."""
    body, audited = make_organisation(), make_organisation()
    audited.audit_bodies.add(body)
    centre = make_centre(audited)
    audit = make_audit(conductor=body, centre=centre)
    award = make_judging(entries=1, judges=1)
    entrant = award.entries[0].organisation
    people = {
        "leader": leader_of(audit),
        "team": audit.team.exclude(user=leader_of(audit)).first().user,
        **{f"body_{role}": make_user(role, body) for role in BODY},
        **{f"audited_{role}": make_user(role, audited) for role in AUDITED},
        "chair": award.chair,
        "judge": award.judges[0].user,
        "entrant_centre_manager": make_user(Role.CENTRE_MANAGER, entrant),
        "entrant_contributor": make_user(Role.CONTRIBUTOR, entrant),
        "outsider": make_user(Role.ADMINISTRATOR),
        "operator": make_user(is_staff=True, is_superuser=True),
    }
    things = {
        "": None,
        "audit": audit,
        "centre": centre,
        "organisation": audited,
        "programme": award.programme,
        "entry": award.entries[0],
        "person": people["audited_viewer"],
    }
    return people, things


def kind_of(verb: str) -> str:
    """Return on what kind of object the rule is asked."""
    return VERBS[verb][0]

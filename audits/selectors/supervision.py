"""Who has to be told about findings: owner, centre managers, supervisor, audit managers and team leader."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from accounts.models import Membership, Role
from audits.models import TeamMember, TeamRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from audits.followup import FollowUpPolicy
    from audits.models import Finding

    Told = dict[str, dict[int, User]]

OWNER, MANAGER, SUPERVISOR, AUDIT_MANAGER = "owner", "manager", "supervisor", "audit_manager"
_ROLES = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER)


def supervision(findings: Sequence[Finding], policies: Mapping[int, FollowUpPolicy]) -> dict[int, Told]:
    """Return per finding who stands for each of the four; two queries, however many findings.

    ``policies`` are those of the audited organisations. Where nobody owns the action yet, and where there is no centre
    manager, the next above stands in. Findings come with audit and owner.
    """
    members = _members(findings)
    leaders: dict[int, dict[int, User]] = defaultdict(dict)
    audits = {finding.audit_id for finding in findings}
    for row in TeamMember.objects.filter(audit__in=audits, role=TeamRole.LEADER).select_related("user"):
        if row.user.is_active:
            leaders[row.audit_id][row.user_id] = row.user
    return {finding.pk: _told(finding, policies[finding.audit.auditee_id], members, leaders) for finding in findings}


def _members(findings: Sequence[Finding]) -> dict[tuple[int, str], dict[int, User]]:
    """Return active people by organisation and role; one query."""
    organisations = {pk for finding in findings for pk in (finding.audit.auditee_id, finding.audit.conductor_id)}
    rows = Membership.objects.filter(organisation__in=organisations, role__in=_ROLES, user__is_active=True)
    found: dict[tuple[int, str], dict[int, User]] = defaultdict(dict)
    for row in rows.select_related("user").order_by("pk"):
        found[row.organisation_id, row.role][row.user_id] = row.user
    return found


def _told(
    finding: Finding,
    policy: FollowUpPolicy,
    members: Mapping[tuple[int, str], dict[int, User]],
    leaders: Mapping[int, dict[int, User]],
) -> Told:
    audit = finding.audit
    heads = members.get((audit.auditee_id, Role.ADMINISTRATOR), {})
    managers = members.get((audit.auditee_id, Role.CENTRE_MANAGER), {}) or heads
    named = policy.supervisor if policy.supervisor and policy.supervisor.is_active else None
    owner = finding.owner if finding.owner and finding.owner.is_active else None
    return {
        OWNER: {owner.pk: owner} if owner else managers,
        MANAGER: managers,
        SUPERVISOR: {named.pk: named} if named else heads or managers,
        AUDIT_MANAGER: {
            **members.get((audit.conductor_id, Role.AUDIT_MANAGER), {}),
            **leaders.get(audit.pk, {}),
        },
    }


def together(told: Told, *roles: str) -> list[User]:
    """Return the people of several roles, each once."""
    people: dict[int, User] = {}
    for role in roles:
        people.update(told.get(role, {}))
    return list(people.values())

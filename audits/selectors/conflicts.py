"""Conflicts of interest: what was declared, what the data shows, and what still stands against the work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Membership
from audits.engagements import ConflictKind
from audits.models import Audit, AuditKind, AuditStatus, Decision, TeamMember
from audits.registers import Credential, Project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from audits.engagements import Conflict

FAMILIAR_YEARS = 3


@dataclass(frozen=True)
class Standing:
    """One person's declaration and what the data says. ``found`` are codes of ``audits.words.FOUND``.

    ``clear``: nothing stands against the work. ``barred``: it cannot be cleared, the person has to leave the team.
    """

    user: User
    conflict: Conflict | None
    found: tuple[str, ...]
    barred: bool = False

    @property
    def declared(self) -> bool:
        """Say whether the person has declared anything, or none."""
        return self.conflict is not None

    @property
    def cleared(self) -> bool:
        """Say whether the audit manager has cleared it."""
        return self.conflict is not None and self.conflict.cleared_at is not None

    @property
    def needs_clearing(self) -> bool:
        """Say whether somebody has to look at it: something was declared, or the data shows something."""
        declared = self.conflict is not None and self.conflict.kind != ConflictKind.NONE
        return declared or bool(set(self.found) - HINTS)

    @property
    def clear(self) -> bool:
        """Say whether nothing stands against the work."""
        return not self.barred and (self.cleared or not self.needs_clearing)


# Said, but no reason to stop: the audit manager may want to send somebody else.
HINTS = frozenset({"familiar"})


def standings(audit: Audit, people: Iterable[User]) -> list[Standing]:
    """Return how each of the people stands to this audit, in their order; six queries, none for a self-assessment."""
    persons = list(people)
    if audit.kind == AuditKind.SELF_ASSESSMENT:
        return [Standing(person, None, ()) for person in persons]
    declared = {conflict.user_id: conflict for conflict in audit.conflicts.select_related("cleared_by")}
    found = found_for(audit, [person.pk for person in persons])
    return [
        Standing(
            person,
            declared.get(person.pk),
            found[person.pk],
            barred="member_of_auditee" in found[person.pk],
        )
        for person in persons
    ]


def found_for(audit: Audit, people: list[int]) -> defaultdict[int, tuple[str, ...]]:
    """Return per person what the data shows against them; five queries."""
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    if audit.auditee_id != audit.conductor_id:
        members = Membership.objects.filter(organisation=audit.auditee_id, user__in=people)
        for user in members.values_list("user_id", flat=True).distinct():
            found[user] += ("member_of_auditee",)
        holders = Credential.objects.filter(organisation=audit.auditee_id, holder__in=people)
        for user in holders.values_list("holder_id", flat=True).distinct():
            found[user] += ("trained_by_auditee",)
    projects = Project.objects.filter(centre=audit.centre_id, lead__holder__in=people)
    for user in projects.values_list("lead__holder_id", flat=True).order_by().distinct():
        found[user] += ("led_project",)
    decided = Decision.objects.filter(audit__centre=audit.centre_id, decided_by__in=people).exclude(audit=audit.pk)
    for user in decided.values_list("decided_by_id", flat=True).order_by().distinct():
        found[user] += ("decided_before",)
    for user in _familiar(audit, people):
        found[user] += ("familiar",)
    return found


def _familiar(audit: Audit, people: list[int]) -> list[int]:
    """Return who was on a team at this centre in each of the three years before."""
    year = audit.onsite_from.year
    before = TeamMember.objects.filter(
        user__in=people,
        audit__centre=audit.centre_id,
        audit__onsite_from__year__gte=year - FAMILIAR_YEARS,
        audit__onsite_from__year__lt=year,
    ).exclude(audit__status=AuditStatus.CANCELLED)
    years: defaultdict[int, set[int]] = defaultdict(set)
    for user, day in before.values_list("user_id", "audit__onsite_from"):
        years[user].add(day.year)
    return sorted(user for user, found in years.items() if len(found) == FAMILIAR_YEARS)


def concerned(audit: Audit) -> list[User]:
    """Return the team and whoever else has declared anything, as reviewers and deciders do; two queries."""
    people = {member.user_id: member.user for member in audit.team.select_related("user")}
    for conflict in audit.conflicts.select_related("user"):
        people.setdefault(conflict.user_id, conflict.user)
    return list(people.values())


def has_declared(audit: Audit, user: User) -> bool:
    """Say whether the person has declared anything about this audit, or none."""
    return audit.conflicts.filter(user=user).exists()

"""What documents can be about, fetched as a person may see it, and named for lists and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.models import Organisation, Role, User
from audits.engagements import AuditProgramme
from audits.models import Audit, TeamMember
from awards.models import Entry, Programme

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

AUDIT, ORGANISATION, YEAR, AWARD, ENTRY, PERSON = "audit", "organisation", "year", "award", "entry", "person"


@dataclass(frozen=True)
class Subject:
    """One sort of subject: how it is fetched (None: not there, or not visible) and what file names call it."""

    fetch: Callable[[User, str], Any]
    reference: Callable[[Any], str]
    key: Callable[[Any], str] = lambda subject: str(subject.pk)


def _audit(user: User, key: str) -> Audit | None:
    return Audit.objects.visible_to(user).select_related("centre", "auditee").filter(pk=_number(key)).first()


def _organisation(user: User, key: str) -> Organisation | None:
    return Organisation.objects.filter(pk__in=user.organisations_as(), pk=_number(key)).first()


def _year(user: User, key: str) -> AuditProgramme | None:
    found = AuditProgramme.objects.visible_to(user).select_related("organisation")
    return found.filter(pk=_number(key)).first()


def _award(user: User, key: str) -> Programme | None:
    return Programme.objects.visible_to(user).select_related("organiser").filter(code=key).first()


def _entry(user: User, key: str) -> Entry | None:
    found = Entry.objects.visible_to(user).select_related("programme__organiser", "organisation", "centre")
    return found.filter(code=key).first()


def managed_by(user: User) -> set[int]:
    """Return the organisations whose audits the person manages."""
    return user.organisations_as(Role.AUDIT_MANAGER)


def _person(user: User, key: str) -> User | None:
    """Return oneself, or somebody on a team of audits that one manages."""
    return user if key == str(user.pk) else on_teams_of(user).filter(pk=_number(key)).first()


def on_teams_of(manager: User) -> QuerySet[User]:
    """Return the people on teams of audits that the person manages."""
    places = TeamMember.objects.filter(audit__conductor__in=managed_by(manager)).order_by()
    return User.objects.filter(pk__in=places.values("user"))


def _number(key: str) -> int:
    """Return a primary key; what is none finds nothing."""
    return int(key) if key.isascii() and key.isdigit() and len(key) < 16 else 0  # noqa: PLR2004 - fits every database


SUBJECTS = {
    AUDIT: Subject(_audit, lambda audit: str(audit.reference)),
    ORGANISATION: Subject(_organisation, lambda organisation: f"organisation-{organisation.pk}"),
    YEAR: Subject(_year, lambda programme: f"programme-{programme.year}-{programme.organisation_id}"),
    AWARD: Subject(_award, lambda programme: f"award-{programme.year}-{programme.code[:8]}", lambda each: each.code),
    ENTRY: Subject(_entry, lambda entry: f"entry-{entry.code[:8]}", lambda each: each.code),
    PERSON: Subject(_person, lambda person: f"person-{person.pk}"),
}

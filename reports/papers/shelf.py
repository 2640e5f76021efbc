"""What a person can have of everything but single audits, grouped by what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Centre, Organisation, Role, User
from audits.engagements import AuditProgramme
from awards.models import Entry, EntryStatus, Programme, ProgrammeStatus
from reports.papers.kinds import KINDS
from reports.papers.subjects import AWARD, ENTRY, ORGANISATION, PERSON, SUBJECTS, YEAR, on_teams_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from reports.papers.kind import Kind

MOST = 50  # subjects of one sort on the page; the search narrows them


@dataclass(frozen=True)
class Offer:
    """A kind of document about one subject; ``waits`` says why it cannot be made yet."""

    kind: Kind
    key: str
    waits: str


@dataclass(frozen=True)
class Shelf:
    """One subject with its documents."""

    name: str
    beside: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class Group:
    """Subjects of one sort; ``more`` says that some were left out."""

    title: str
    shelves: tuple[Shelf, ...]
    more: bool


# Who manages something that a document may be about, or goes on audits.
ROLES = (
    *(Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER),
    *(Role.DECISION_MAKER, Role.AUDITOR, Role.AWARD_CHAIR),
)


def has_shelf(user: User) -> bool:
    """Say whether the page of documents is worth a link."""
    return bool(user.organisations_as(*ROLES))


def shelf_of(user: User, *, at: datetime, search: str = "") -> list[Group]:
    """Return what the person can have, by sort of subject; two queries for each sort at most.

    Groups without any are left out.
    """
    words = search.replace("\x00", "")
    groups = [
        _group(_("Auditors"), PERSON, _people(user, words), user, at),
        _group(_("Organisations and their centres"), ORGANISATION, _organisations(user, words), user, at),
        _group(_("Audit programmes"), YEAR, _years(user, words), user, at),
        _group(_("Awards"), AWARD, _awards(user, words), user, at),
        _group(_("Entries to awards"), ENTRY, _entries(user, words), user, at),
    ]
    return [group for group in groups if group.shelves]


def _group(title: str, about: str, subjects: Iterable[tuple[Any, str, str]], user: User, at: datetime) -> Group:
    kinds = [kind for kind in KINDS.values() if kind.about == about]
    found = list(subjects)
    shelves = []
    for subject, name, beside in found[:MOST]:
        key = SUBJECTS[about].key(subject)
        offers = tuple(Offer(kind, key, kind.waits(subject, at)) for kind in kinds if kind.allowed(user, subject))
        if offers:
            shelves.append(Shelf(name, beside, offers))
    return Group(title, tuple(shelves), len(found) > MOST)


def _people(user: User, words: str) -> list[tuple[Any, str, str]]:
    """Return whoever is on teams: oneself, and the people of the audits that one manages."""
    own = User.objects.filter(pk=user.pk, team_memberships__isnull=False)
    found = (own | on_teams_of(user)).filter(Q(name__icontains=words) | Q(email__icontains=words)).distinct()
    rows = sorted(found.order_by("name", "pk")[: MOST + 1], key=lambda each: each.pk != user.pk)
    return [(each, str(each), _("yourself") if each == user else "") for each in rows]


def _organisations(user: User, words: str) -> list[tuple[Any, str, str]]:
    found = Organisation.objects.filter(pk__in=user.organisations_as(), name__icontains=words)
    # A body that has no centres has none to compare.
    found = found.filter(pk__in=Centre.objects.order_by().values("organisation")).order_by("name")
    return [(each, each.name, "") for each in found[: MOST + 1]]


def _years(user: User, words: str) -> list[tuple[Any, str, str]]:
    found = AuditProgramme.objects.visible_to(user).select_related("organisation")
    found = found.filter(organisation__name__icontains=words).order_by("-year", "organisation__name")
    return [(each, str(each.year), each.organisation.name) for each in found[: MOST + 1]]


def _awards(user: User, words: str) -> list[tuple[Any, str, str]]:
    found = Programme.objects.visible_to(user).select_related("organiser").prefetch_related("stages")
    found = found.defer("document").filter(name__icontains=words).order_by("-year", "name")
    return [(each, f"{each.name} {each.year}", each.organiser.name) for each in found[: MOST + 1]]


def _entries(user: User, words: str) -> list[tuple[Any, str, str]]:
    """Return the entries of awards whose results are frozen: nobody learns anything before."""
    ended = (ProgrammeStatus.FROZEN, ProgrammeStatus.ANNOUNCED)
    found = Entry.objects.visible_to(user).filter(status=EntryStatus.SUBMITTED, programme__status__in=ended)
    found = found.select_related("programme__organiser", "organisation", "centre").defer("programme__document")
    found = found.filter(Q(title__icontains=words) | Q(organisation__name__icontains=words))
    rows = found.order_by("-programme__year", "title")[: MOST + 1]
    return [(each, each.title, f"{each.organisation} · {each.programme.name}") for each in rows]

"""The ledger as a person may read it: administrators what concerns their organisation, operators the installation.

Newest first, by the page: the next one begins below the last number that was shown, so that a page costs the same
however long the ledger is. Which rows belong to an organisation is asked inside the query, with no list of ids.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Centre, Membership, Organisation, Role, User
from audits.models import Audit
from ledger.models import Entry
from reports.ledger_words import KINDS, about, told

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

PAGE = 50
FEW = 50  # people whose name or address contains what is sought
# What operators answer for. Audits, awards and registers belong to organisations: no operator reads in them.
OF_INSTALLATION = (
    *("installation", "organisation:", "person:", "visitor"),
    *("standard:", "edition:", "market_release:", "practice:"),
)


@dataclass(frozen=True)
class Told:
    """One entry in words: ``about`` names what it concerns; ``code`` is the ledger's own name of the act."""

    sequence: int
    at: datetime
    who: User | None
    words: str
    about: str
    subject: str
    code: str
    hash: str


@dataclass(frozen=True)
class Page:
    """A page of entries; ``older`` is the number below which the next one begins, None at the end."""

    rows: list[Told]
    older: int | None


def entries_for(user: User) -> QuerySet[Entry]:
    """Return the entries that a person may read, newest first."""
    places = user.organisations_as(Role.ADMINISTRATOR)
    mine = Q(pk__in=())
    if places:
        members = Membership.objects.filter(organisation__in=places)
        mine |= Q(subject__in=_names("organisation:", Organisation.objects.filter(pk__in=places)))
        mine |= Q(subject__in=_names("centre:", Centre.objects.filter(organisation__in=places)))
        mine |= Q(subject__in=_names("audit:", Audit.objects.filter(conductor__in=places)))
        mine |= Q(subject__in=_names("person:", User.objects.filter(pk__in=members.values("user"))))
        mine |= Q(action__startswith="export.", actor__in=members.values("user"))
    if user.is_staff:
        for start in OF_INSTALLATION:
            mine |= Q(subject__startswith=start)
    return Entry.objects.filter(mine).order_by("-sequence")


def _names(kind: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the ledger's names of rows, as a query inside the query."""
    return rows.order_by().values_list(Concat(Value(kind), Cast("pk", CharField())))


def narrowed(
    entries: QuerySet[Entry],
    *,
    who: str = "",
    kind: str = "",
    about_what: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Entry]:
    """Keep the entries of people whose name or address contains ``who``, of a kind, about one subject, in a period."""
    if who:
        people = User.objects.filter(Q(name__icontains=who) | Q(email__icontains=who)).order_by()
        few = list(people.values_list("pk", flat=True)[: FEW + 1])
        # Of a few the database reads their own entries by an index; where many are meant, it soon meets one of theirs.
        found = Q(actor__in=few) if len(few) <= FEW else Q(actor__in=people.values("pk"))
        entries = entries.filter(found)
    if kind in KINDS:
        wanted = Q()
        for start in KINDS[kind][1]:
            wanted |= Q(action__startswith=start)
        entries = entries.filter(wanted)
    if about_what:
        entries = entries.filter(subject=about_what)
    if since:
        entries = entries.filter(at__gte=since)
    if until:
        entries = entries.filter(at__lt=until)
    return entries


def page_of(entries: QuerySet[Entry], *, before: int | None = None) -> Page:
    """Return a page in words; five queries, however many entries there are."""
    if before is not None:
        entries = entries.filter(sequence__lt=before)
    found = list(entries.select_related("actor")[: PAGE + 1])
    shown = found[:PAGE]
    return Page(in_words(shown), shown[-1].sequence if len(found) > PAGE else None)


def in_words(shown: list[Entry]) -> list[Told]:
    """Return entries in words, in their order; their actors must be loaded; four queries."""
    facts = [json.loads(entry.content)["payload"] for entry in shown]
    names = _Names(shown, facts)
    return [
        Told(
            sequence=entry.sequence,
            at=entry.at,
            who=entry.actor,
            words=told(entry.action, names.filled(each)),
            about=names.of(entry.subject),
            subject=entry.subject,
            code=entry.action,
            hash=entry.hash,
        )
        for entry, each in zip(shown, facts, strict=True)
    ]


class _Names:
    """What is called what on one page: four queries."""

    def __init__(self, entries: list[Entry], facts: list[dict[str, Any]]) -> None:
        """Look all of them up together."""
        subjects = [entry.subject.partition(":") for entry in entries]
        keys = {kind: {int(key) for name, _colon, key in subjects if name == kind and key.isdecimal()} for kind in ROWS}
        keys["person"] |= {each["user"] for each in facts if isinstance(each.get("user"), int)}
        keys["organisation"] |= {each["body"] for each in facts if isinstance(each.get("body"), int)}
        self._known = {kind: {row.pk: str(row) for row in ROWS[kind].filter(pk__in=keys[kind])} for kind in ROWS}

    def of(self, subject: str) -> str:
        """Name a subject; one that is not known here as the ledger does."""
        kind, _colon, key = subject.partition(":")
        name = self._known.get(kind, {}).get(int(key) if key.isdecimal() else -1, "")
        return about(kind, name or key)

    def filled(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Return facts with names in the place of numbers."""
        named = dict(facts)
        for field, kind in (("user", "person"), ("body", "organisation")):
            if field in named:
                named[field] = self._known[kind].get(named[field], "–")
        return named


ROWS: dict[str, QuerySet[Any]] = {
    "person": User.objects.all(),
    "organisation": Organisation.objects.all(),
    "centre": Centre.objects.all(),
    "audit": Audit.objects.all(),
}

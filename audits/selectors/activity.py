"""What happened in an audit, newest first, read from the ledger and told in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q

from accounts.models import User
from audits.activity_words import KINDS, joins, told, told_together
from ledger.models import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.core.paginator import Page
    from django.db.models import QuerySet

    from audits.models import Audit

PAGE = 100  # entries of the ledger
LOOKED_AT = 60  # entries from which the newest few are told
NOTES = ("reason", "words", "statement")


@dataclass(frozen=True)
class Happened:
    """What one person did: in words, with what they said to it; ``since`` where it took a while."""

    who: User | None
    words: str
    note: str
    at: datetime
    since: datetime | None
    sequence: int


def entries_of(audit: Audit, *, person: int | None = None, kind: str = "") -> QuerySet[Entry]:
    """Return the audit's entries, newest first, with who made them; those of one person or kind where asked for."""
    found = Entry.objects.filter(subject=f"audit:{audit.pk}").select_related("actor").order_by("-sequence")
    if person is not None:
        found = found.filter(actor=person)
    if kind in KINDS:
        wanted = Q()
        for start in KINDS[kind][1]:
            wanted |= Q(action__startswith=start)
        found = found.filter(wanted)
    return found


def activity_page(entries: QuerySet[Entry], number: str | None) -> tuple[Page[Entry], list[Happened]]:
    """Return a page of entries and what they tell; three queries."""
    page = Paginator(entries, PAGE).get_page(number)
    return page, happened(page.object_list)


def newest(audit: Audit, most: int) -> list[Happened]:
    """Return the last few things that happened; two queries."""
    return happened(entries_of(audit)[:LOOKED_AT])[:most]


def happened(entries: Iterable[Entry]) -> list[Happened]:
    """Tell entries in their order, the same of the same person in a row as one; two queries."""
    rows: list[tuple[Entry, Any]] = [(entry, json.loads(entry.content)["payload"]) for entry in entries]
    people = {facts["user"] for _entry, facts in rows if isinstance(facts.get("user"), int)}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=people)}
    runs: list[list[tuple[Entry, Any]]] = []
    for entry, facts in rows:
        before = runs[-1][-1][0] if runs else None
        same = before and (before.actor_id, before.action) == (entry.actor_id, entry.action) and joins(entry.action)
        if same:
            runs[-1].append((entry, facts))
        else:
            runs.append([(entry, facts)])
    return [_told(run, names) for run in runs]


def _told(run: list[tuple[Entry, Any]], names: dict[int, str]) -> Happened:
    entry, facts = run[0]
    if len(run) > 1:
        codes = list(dict.fromkeys(each["criterion"] for _entry, each in reversed(run) if each.get("criterion")))
        number = len(codes) if entry.action == "answer.saved" else len(run)
        words, note = told_together(entry.action, number, codes), ""
    else:
        named = {**facts, "user": names.get(facts["user"], "–")} if "user" in facts else facts
        words = told(entry.action, named)
        note = next((facts[name] for name in NOTES if isinstance(facts.get(name), str) and facts[name]), "")
    began = run[-1][0].at
    since = began if entry.at - began >= timedelta(minutes=1) else None
    return Happened(entry.actor, words, note, entry.at, since, entry.sequence)


def people_in(audit: Audit) -> list[User]:
    """Return those who did anything in the audit, by name; one query."""
    actors = Entry.objects.filter(subject=f"audit:{audit.pk}").order_by().values("actor")
    return sorted(User.objects.filter(pk__in=actors), key=lambda user: (str(user), user.pk))

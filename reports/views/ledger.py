"""The ledger in words, with filters."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.access import permission, require
from accounts.views.profiles import person
from reports.ledger_words import KINDS
from reports.selectors.ledger import entries_for, narrowed, page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LONGEST = 100
DIGITS = 18


@permission("reports.read_ledger")
def ledger(request: HttpRequest) -> HttpResponse:
    """What happened, newest first: who, what, when, to what."""
    require(request.user, "reports.read_ledger")
    user = person(request.user)
    who, subject = _text(request, "who"), _text(request, "about")
    kind = request.GET.get("kind", "")
    since, until = _day(request, "since"), _day(request, "until")
    entries = narrowed(
        entries_for(user),
        who=who,
        kind=kind,
        about_what=subject,
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) <= DIGITS else None
    context = {
        "page": page_of(entries, before=number),
        "begun": number is not None,
        "kinds": [(code, title) for code, (title, _starts) in KINDS.items()],
        "who": who,
        "about": subject,
        "kind": kind if kind in KINDS else "",
        "since": since.date() if since else None,
        "until": until.date() if until else None,
        "filtered": bool(who or subject or kind or since or until),
        "operator": user.is_staff,
    }
    return render(request, "reports/ledger.html", context)


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST]


def _day(request: HttpRequest, name: str) -> datetime | None:
    """Return when a day begins in the reader's time zone; None for what is no day."""
    try:
        day = parse_date(request.GET.get(name, ""))
        return timezone.make_aware(datetime.combine(day, time.min)) if day and day.year < date.max.year else None
    except (ValueError, OverflowError):
        return None

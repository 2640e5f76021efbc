"""The sessions of people: how old one may be, which there are, and ending them.

The age stands in the session itself, so that no request costs a query for it; who uses which device stands in
``UserSession`` of django-allauth.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase

    from accounts.models import User

BEGAN, SEEN = "began_at", "seen_at"  # seconds since 1970
# What a browser and a system say of themselves, the special before what imitates the general.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "MicroMessenger": "WeChat",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
LONGEST_AGENT = 60
SELDOM = timedelta(minutes=5)  # that somebody is there is written no more often


def began(session: SessionBase, *, at: datetime) -> None:
    """Note that somebody has signed in."""
    session[BEGAN] = session[SEEN] = int(at.timestamp())


def ended_by_age(session: SessionBase, *, at: datetime) -> bool:
    """Say whether the session is too old, or nobody used it for too long."""
    now = at.timestamp()
    age, idle = now - session.get(BEGAN, now), now - session.get(SEEN, now)
    return bool(age >= settings.SESSION_DAYS * 86_400 or idle >= settings.SESSION_IDLE_HOURS * 3_600)


def seen(session: SessionBase, *, at: datetime) -> None:
    """Note that somebody is there: two queries more every five minutes, none otherwise."""
    last = session.get(SEEN)
    if last is None or at.timestamp() - last < SELDOM.total_seconds():
        return
    session[SEEN] = int(at.timestamp())
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=at)


def sessions_of(user: User, *, at: datetime) -> list[UserSession]:
    """Return the sessions in which the person is signed in, the last used first; one query."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(UserSession.objects.filter(user=user, session_key__in=alive).order_by("-last_seen_at", "-pk"))


def sessions_delete(rows: Iterable[UserSession]) -> int:
    """End these sessions, effective with the next request; return how many there were."""
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def device_of(user_agent: str) -> str:
    """Name browser and system, like ``Firefox, Windows``; what is neither is shown as it says, cut."""
    found = (next((name for mark, name in known.items() if mark in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found)) or user_agent[:LONGEST_AGENT] or "–"

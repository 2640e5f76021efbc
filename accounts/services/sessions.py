"""Ending sessions, effective with the next request of whoever holds them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.recording import record
from accounts.sessions import sessions_delete

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

logger = logging.getLogger(__name__)


@transaction.atomic
def session_end(*, session: UserSession, by: User, at: datetime) -> None:
    """End one session."""
    sessions_delete([session])
    _record(session.user_id, 1, by, at)
    logger.info("a session of user %s ended by user %s at %s", session.user_id, by.pk, at.isoformat())


@transaction.atomic
def sessions_end(*, user: User, by: User, at: datetime, keep: str = "") -> int:
    """End all sessions of a person, except the one with the key ``keep``; return how many there were."""
    ended = sessions_delete(UserSession.objects.filter(user=user).exclude(session_key=keep))
    if ended:
        _record(user.pk, ended, by, at)
    logger.info("%s sessions of user %s ended by user %s at %s", ended, user.pk, by.pk, at.isoformat())
    return ended


def _record(person: int, sessions: int, by: User, at: datetime) -> None:
    record(action="session.ended", subject=f"person:{person}", by=by, at=at, payload={"sessions": sessions})

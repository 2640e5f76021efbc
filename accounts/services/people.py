"""A person's account as a whole: closed at once, opened again, its second factor reset, its name forgotten."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.models import Invitation, Membership, Notice, NoticePreference, User
from accounts.recording import record
from accounts.services.errors import StillActiveError
from accounts.services.tokens import tokens_end
from accounts.sessions import sessions_delete

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

logger = logging.getLogger(__name__)


@transaction.atomic
def person_deactivate(*, person: User, reason: str, by: User, at: datetime) -> None:
    """Close the account, effective with the next request: sessions, tokens and open invitations end with it.

    What the person did stays, under their name. Who is closed already stays so, and nothing is written.
    """
    if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        return
    person.is_active = False
    ended = {
        "sessions": _sessions_end(person),
        "tokens": tokens_end(user=person, at=at),
        "invitations": _open_invitations(person).update(withdrawn_at=at),
    }
    _record(person, "deactivated", by, at, {"reason": reason, **ended})


@transaction.atomic
def person_reactivate(*, person: User, by: User, at: datetime) -> None:
    """Open a closed account again; sessions and tokens that ended stay ended."""
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        person.is_active = True
        _record(person, "reactivated", by, at, {})


@transaction.atomic
def second_factor_reset(*, person: User, by: User, at: datetime) -> None:
    """Forget a person's passkeys, app and codes, for who lost all of them; sessions end, the password stays."""
    removed, _rows = Authenticator.objects.filter(user=person).delete()
    _record(person, "factor_reset", by, at, {"removed": removed, "sessions": _sessions_end(person)})


@transaction.atomic
def person_erase(*, person: User, reason: str, by: User, at: datetime) -> User:
    """Forget who a closed account belonged to; what it did stays, under a name that says nothing.

    Name, address, language, time zone, password, factors, identities, roles, notices and invitations go. Answers,
    findings, decisions and the ledger keep pointing to the same row: the record that accreditation asks for stays
    whole, and no entry is touched. Raises StillActiveError.
    """
    stored = User.objects.select_for_update().get(pk=person.pk)
    if stored.is_active:
        raise StillActiveError(str(stored.pk))
    Invitation.objects.filter(email=stored.email).update(email=f"erased-{stored.pk}@erased.invalid")
    _sessions_end(stored)
    for model in (Authenticator, SocialAccount, Membership, Notice, NoticePreference):
        rows: Any = model._default_manager.filter(**{"to" if model is Notice else "user": stored})  # noqa: SLF001
        rows.delete()
    stored.access_tokens.all().delete()
    stored.name, stored.email = f"Person {stored.pk}", f"erased-{stored.pk}@erased.invalid"
    stored.language, stored.time_zone = "en", "UTC"
    stored.is_staff = stored.is_superuser = False
    stored.set_unusable_password()
    stored.save()
    _record(stored, "erased", by, at, {"reason": reason})
    return stored


def _sessions_end(person: User) -> int:
    return sessions_delete(UserSession.objects.filter(user=person))


def _open_invitations(person: User) -> Any:
    return Invitation.objects.filter(email=person.email, accepted_at=None, withdrawn_at=None)


def _record(person: User, what: str, by: User, at: datetime, payload: Mapping[str, Any]) -> None:
    record(action=f"person.{what}", subject=f"person:{person.pk}", by=by, at=at, payload={"user": person.pk, **payload})
    logger.info("user %s %s by user %s", person.pk, what, by.pk)

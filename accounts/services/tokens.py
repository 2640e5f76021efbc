"""Personal access tokens. This room is below the ledger, so it hands up what is recorded."""

from __future__ import annotations

import hmac
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from accounts.models import AccessToken, Scope, User
from accounts.notice_words import NEW_ACCESS
from accounts.recording import record
from accounts.services.errors import TokenRefusedError, TooManyTokensError
from accounts.services.notices import notice_send
from accounts.tokens import digest, key_of, new_secret

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MOST_TOKENS = 20
LONGEST_LIFE = timedelta(days=366)
SELDOM = timedelta(minutes=1)  # the last use is written no more often, so that reading does not write
UNKNOWN = digest("")  # compared with where there is nothing to compare with, so that it takes as long
logger = logging.getLogger(__name__)


@transaction.atomic
def token_create(
    *, user: User, name: str, scopes: Iterable[str], expires_at: datetime, at: datetime
) -> tuple[AccessToken, str]:
    """Make a token; return it and the secret, which is kept nowhere and so is shown once.

    Raises TooManyTokensError, ValueError (no such scope, none at all, or a life that is longer than a year).
    """
    wanted = sorted({Scope(scope).value for scope in scopes})
    if not wanted or not at < expires_at <= at + LONGEST_LIFE:
        raise ValueError("A token needs a scope, and an end within a year.")
    User.objects.select_for_update().get(pk=user.pk)  # two at once count each other
    if AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=at).count() >= MOST_TOKENS:
        raise TooManyTokensError
    key, secret = new_secret()
    token = AccessToken.objects.create(
        user=user, name=name, key=key, sha256=digest(secret), scopes=wanted, created_at=at, expires_at=expires_at
    )
    notice_send(
        to=user, kind=NEW_ACCESS, params={"name": name}, url=reverse("accounts:token_list"), at=at, mail_soon=True
    )
    payload = {"token": key, "scopes": wanted, "expires_at": expires_at.isoformat()}
    record(action="token.made", subject=f"person:{user.pk}", by=user, at=at, payload=payload)
    logger.info("token %s made by user %s for %s until %s", key, user.pk, " ".join(wanted), expires_at.isoformat())
    return token, secret


def token_revoke(*, token: AccessToken, by: User, at: datetime) -> None:
    """End a token for good, effective with the next request. One that has ended stays as it is."""
    with transaction.atomic():
        ended = AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
        if ended:
            subject = f"person:{token.user_id}"
            record(action="token.revoked", subject=subject, by=by, at=at, payload={"token": token.key})
    if ended:
        logger.info("token %s of user %s revoked by user %s", token.key, token.user_id, by.pk)


def tokens_end(*, user: User, at: datetime) -> int:
    """End all tokens of a person who may no longer sign in; return how many there were."""
    with transaction.atomic():
        ended = AccessToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
        if ended:
            record(action="token.all_ended", subject=f"person:{user.pk}", by=None, at=at, payload={"tokens": ended})
    if ended:
        logger.warning("%s tokens ended: user %s is deactivated", ended, user.pk)
    return ended


def token_use(*, secret: str, at: datetime) -> AccessToken:
    """Return the token, with its owner, that this secret is; one query, and one more once a minute.

    The tokens of a deactivated person end for good. Raises TokenRefusedError.
    """
    key = key_of(secret)
    token = AccessToken.objects.select_related("user").filter(key=key).first() if key else None
    same = hmac.compare_digest(token.sha256 if token else UNKNOWN, digest(secret))
    if token is None or not same or not token.holds(at):
        logger.warning("token refused: %s", token.key if token else "unknown")
        raise TokenRefusedError
    if not token.user.is_active:
        tokens_end(user=token.user, at=at)
        raise TokenRefusedError
    if token.last_used_at is None or token.last_used_at <= at - SELDOM:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=at)
    return token

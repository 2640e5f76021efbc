"""Who signed in and how, who was refused, whose proofs of identity changed: entries in the ledger.

A sign-in that cannot be recorded does not happen; a refusal that cannot be recorded stays one. No password, no code
and no address is written: a person is a number, and who typed an address that nobody has is a visitor. How often one
may try is limited before anything of this, so that nobody fills the ledger by guessing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import authentication_step_completed, password_changed, password_reset, password_set
from allauth.mfa import signals as factors
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.contrib.auth.signals import user_logged_out
from django.db import transaction

from accounts.models import User
from accounts.recording import record, record_once

if TYPE_CHECKING:
    from django.dispatch import Signal
    from django.http import HttpRequest

TOLD_AGAIN = 60  # seconds: that somebody is held off is recorded no more often
# What django-allauth tells of a person's proofs, and what the ledger calls it.
CHANGES: dict[Signal, str] = {
    password_changed: "person.password_changed",
    password_reset: "person.password_changed",
    password_set: "person.password_changed",
    factors.authenticator_added: "person.factor_added",
    factors.authenticator_removed: "person.factor_removed",
    factors.authenticator_reset: "person.factor_renewed",
    social_account_added: "person.identity_connected",
    social_account_removed: "person.identity_removed",
}
logger = logging.getLogger(__name__)


def signed_in(request: HttpRequest, user: User) -> None:
    """Record a sign-in with the proofs that were given for it; in the transaction that begins the session."""
    given = [_way(each) for each in get_authentication_records(request, user)]
    record(action="session.began", subject=_subject(user), by=user, payload={"ways": given or ["invitation"]})


def refused(request: HttpRequest, *, email: str) -> None:
    """Record a wrong password, at the door or where a proof is asked for; the same work for known and unknown."""
    _refusal(User.objects.filter(email=email.lower()).first(), request, way="password")


def held_off(*, email: str) -> None:
    """Record, once a minute, that somebody tried too often."""
    user = User.objects.filter(email=email.lower()).first()
    logger.warning("sign-in held off: %s", _subject(user))
    _once("session.held_off", user, {})


def refused_passkey(request: HttpRequest) -> None:
    """Record, once a minute, that the answer of a passkey does not hold: such attempts are not limited in number."""
    user = request.user if isinstance(request.user, User) else None
    logger.warning("sign-in refused: %s, webauthn", _subject(user))
    _once("session.refused", user, {"way": "webauthn"})


def refused_elsewhere(request: HttpRequest, *, provider: str) -> None:
    """Record that an identity provider vouched for nobody, or that what came back is not its answer."""
    _refusal(None, request, way=provider)


def listen() -> None:
    """Record what django-allauth does to a person's proofs; it says so in no other way. Called once, at the start."""
    for signal, action in CHANGES.items():
        signal.connect(_changed(action), weak=False, dispatch_uid=f"ledger {action} {id(signal)}")
    authentication_step_completed.connect(_proved, dispatch_uid="ledger session.proved")
    factors.authentication_failed.connect(_code_refused, dispatch_uid="ledger session.refused")
    user_logged_out.connect(_signed_out, dispatch_uid="ledger session.ended")


def _changed(action: str) -> Any:
    def told(*, request: HttpRequest, user: User | None = None, **facts: Any) -> None:
        person = user or request.user
        what = getattr(facts.get("authenticator"), "type", "") or getattr(facts.get("socialaccount"), "provider", "")
        if "sociallogin" in facts:
            what = facts["sociallogin"].account.provider
        if isinstance(person, User):
            _write(action, person, by=person, payload={"what": str(what)})

    return told


def _code_refused(*, request: HttpRequest, user: User, authenticator: Any, **_facts: Any) -> None:
    _refusal(user, request, way=str(authenticator.type))


def _proved(*, user: User, method: str, reauthenticated: bool = False, **facts: Any) -> None:
    """Record that somebody who is signed in proved it once more; what begins a sign-in is told when it is complete."""
    if reauthenticated:
        _write("session.proved", user, by=user, payload={"way": _way({"method": method, **facts})})


def _signed_out(*, user: User | None, **_facts: Any) -> None:
    if isinstance(user, User):
        _write("session.ended", user, by=user, payload={"sessions": 1})


def _refusal(user: User | None, request: HttpRequest, *, way: str) -> None:
    by = request.user if isinstance(request.user, User) else None
    logger.warning("sign-in refused: %s, %s", _subject(user), way)
    try:
        _write("session.refused", user, by=by, payload={"way": way})
    except Exception:
        logger.exception("a refused sign-in is not in the ledger")


def _once(action: str, user: User | None, payload: dict[str, Any]) -> None:
    try:
        record_once(action=action, subject=_subject(user), by=None, payload=payload, seconds=TOLD_AGAIN)
    except Exception:
        logger.exception("a refused sign-in is not in the ledger")


def _write(action: str, user: User | None, *, by: User | None, payload: dict[str, Any]) -> None:
    with transaction.atomic():
        record(action=action, subject=_subject(user), by=by, payload=payload)


def _subject(user: User | None) -> str:
    return f"person:{user.pk}" if user else "visitor"


def _way(given: dict[str, Any]) -> str:
    """Name a proof: password, totp, webauthn, recovery_codes, or the provider of a single sign-on."""
    return str(given.get("type") or given.get("provider") or given["method"])

"""Changing one's e-mail address: asked for by the person, confirmed from the new mailbox, told to the old one.

What is confirmed stands in a signed token, not in a row: who, the new address, and the one of now. So a link works
once, and an older one dies with the address that it was made for.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.recording import record
from accounts.services.errors import AddressLinkError, AddressTakenError

if TYPE_CHECKING:
    from datetime import datetime

VALID_FOR = timedelta(hours=2)
SALT = "accounts.address"


def address_ask(*, user: User, email: str, at: datetime) -> str | None:
    """Return the token that makes ``email`` the person's address; None where somebody has it, which stays unsaid."""
    email = email.strip().lower()
    with transaction.atomic():
        record(action="person.address_asked", subject=f"person:{user.pk}", by=user, at=at, payload={"user": user.pk})
    if User.objects.filter(email=email).exists():
        return None
    return signing.dumps({"user": user.pk, "email": email, "now": _digest(user.email)}, salt=SALT)


def address_find(*, user: User, token: str) -> str:
    """Return the address that this token would set for this person. Raises AddressLinkError."""
    try:
        told = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature as error:
        raise AddressLinkError from error
    if told["user"] != user.pk or told["now"] != _digest(user.email):
        raise AddressLinkError
    return str(told["email"])


def address_change(*, user: User, token: str, at: datetime) -> str:
    """Set the address that the token names, and return the one before. Raises AddressLinkError, AddressTakenError.

    Links to set a new password that went to the old address are dead from then on. No address is in the ledger.
    """
    try:
        with transaction.atomic():
            stored = User.objects.select_for_update().get(pk=user.pk)
            email, before = address_find(user=stored, token=token), stored.email
            stored.email = email
            stored.save(update_fields=["email"])
            EmailAddress.objects.filter(user=stored).delete()  # django-allauth's copy of it
            payload = {"user": stored.pk}
            record(action="person.address_changed", subject=f"person:{stored.pk}", by=stored, at=at, payload=payload)
    except IntegrityError as error:
        raise AddressTakenError from error
    user.email = email
    return before


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:32]

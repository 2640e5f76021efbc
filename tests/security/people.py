"""Signing in as people do, with what they hold in their hands."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from tests.factories import PASSWORD

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from accounts.models import User

PROFILE = "/people/profile/"
PERIOD = 30  # seconds


def with_app(user: User) -> str:
    """Give the person an authenticator app and recovery codes; return the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, *, later: int = 0) -> str:
    """Return what the app shows now, or so many seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time() + later) // PERIOD))


def recovery_code(user: User) -> str:
    """Return an unused recovery code."""
    return Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]


def sign_in(client: Client, user: User, password: str = PASSWORD) -> HttpResponse:
    """Post e-mail and password."""
    return client.post("/account/login/", {"login": user.email, "password": password})


def is_in(client: Client) -> bool:
    """Say whether the client is signed in and may open its pages."""
    return client.get(PROFILE).status_code == 200

"""How django-allauth behaves here: nobody signs up without an invitation, and mailed links name our own address."""

from __future__ import annotations

import ipaddress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts import sign_ins
from accounts.factors import FACTORS, second_factor_needed
from accounts.recency import proved_within
from accounts.sealing import opened, sealed
from accounts.sessions import began

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

PURPOSE = "second factor"
JUST_NOW = 5  # minutes after a sign-in in which one's own account asks for no further proof


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Closes the public sign-up form; people join through ``accounts.views.joining``."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Refuse: an account is made when an invitation is accepted."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the mailed link from PUBLIC_URL: a forged Host header must not lead people elsewhere."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return str(settings.PUBLIC_URL) + path.replace("UID-KEY", quote(key))

    def format_email_subject(self, subject: str) -> str:
        """Leave the subject as it is: allauth would put the Host header in front."""
        return subject.strip()

    def send_notification_mail(self, *args: Any, **options: Any) -> None:
        """Mail once the change is committed: no mail server holds the database, and no mail tells what was undone."""
        transaction.on_commit(partial(super().send_notification_mail, *args, **options), robust=True)

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session that every way of signing in ends in, and record it: password, passkey, single sign-on."""
        with transaction.atomic():
            super().login(request, user)
            began(request.session, at=timezone.now())
            sign_ins.signed_in(request, user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Hold off who tries too often, and record that."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_ins.held_off(email=str(credentials.get("email", "")))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a wrong password."""
        sign_ins.refused(request, email=str(credentials.get("email", "")))

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for no proof that was given a moment ago; otherwise as django-allauth decides."""
        if proved_within(context.request, minutes=JUST_NOW, at=timezone.now()):
            return False
        return bool(super().is_reauthentication_required(app=app))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Keeps secrets encrypted, names this installation to authenticators, and keeps the last factor of who needs it."""

    def encrypt(self, text: str) -> str:
        """Encrypt under SECRET_KEY: a copy of the database alone lets nobody make codes."""
        return sealed(text, purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt what was encrypted under SECRET_KEY or one of its SECRET_KEY_FALLBACKS."""
        return opened(encrypted_text, purpose=PURPOSE)

    def validation_error(self, code: str, *args: object) -> ValidationError:
        """Record also that a passkey's answer was refused; of codes, django-allauth tells by itself."""
        if code == "incorrect_code" and "credential" in context.request.POST:
            sign_ins.refused_passkey(context.request)
        error: ValidationError = super().validation_error(code, *args)
        return error

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second factor of a person who must have one; another is set up first."""
        user: Any = authenticator.user
        if not settings.REQUIRE_SECOND_FACTOR or not second_factor_needed(user):
            return True
        return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        """Propose a name for a new passkey."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Bind passkeys to the host of PUBLIC_URL; an address of numbers can have none, there to the request's."""
        host = urlsplit(settings.PUBLIC_URL).hostname or ""
        return {"id": host if _is_name(host) else context.request.get_host().partition(":")[0], "name": "Touchstone"}


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Single sign-on opens accounts that a person has connected; it never makes one, and no e-mail address decides."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Refuse: a person joins by an invitation, then connects the identity provider from inside the account."""
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_facts: Any) -> None:
        """Record that the provider vouched for nobody; the page says so in words."""
        sign_ins.refused_elsewhere(request, provider=str(provider.app.provider_id if provider.app else provider.id))


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False

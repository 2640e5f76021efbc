"""How django-allauth behaves here: nobody signs up without an invitation, and mailed links name our own address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest


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

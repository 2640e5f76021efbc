"""Personal access tokens: what a script shows in place of a sign-in. Known to Django through ``models.py``.

A token reads ``ts_KEY_SECRET``. The key finds the row and tells tokens apart on pages; of the whole only the SHA-256 is
kept.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime

KEY_BYTES, SECRET_BYTES = 6, 32
# Hexadecimal keys hold no underscore, so that the key ends where the next one stands.
FORMAT = re.compile(r"ts_([0-9a-f]{12})_[A-Za-z0-9_-]{43}\Z")


class Scope(models.TextChoices):
    """What a token opens; it never opens more than its owner may."""

    STANDARDS = "standards:read", _("Read editions of standards")
    CENTRES = "centres:read", _("Read centres and their measurements")
    CENTRES_WRITE = "centres:write", _("Add and change centres")
    RECORDS = "records:write", _("Send records of centres, and have them measured")
    AUDITS = "audits:read", _("Read audits, answers, findings and evidence lists")
    ANSWERS = "answers:write", _("Save answers in audits")
    EVIDENCE = "evidence:write", _("Add evidence to audits")
    MARKET = "market:read", _("Read market releases")
    CERTIFICATES = "certificates:read", _("Read certificates")
    EXPORTS = "exports:write", _("Have reports made, and fetch them")
    AWARDS = "awards:read", _("Read award programmes, your entries and your own score cards")
    SCORES = "scores:write", _("Fill your own score cards as a judge")
    LEDGER = "ledger:read", _("Read the ledger of your organisations")


class AccessToken(models.Model):
    """A token of one person, for some scopes, until a day; ``revoked_at`` ends it earlier, for good."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=80)
    key = models.CharField(max_length=12, unique=True)
    sha256 = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        """Show the name."""
        return self.name

    def holds(self, at: datetime) -> bool:
        """Say whether it still opens anything."""
        return self.revoked_at is None and at < self.expires_at


def new_secret() -> tuple[str, str]:
    """Return the key and the whole of a new token, of 256 random bits."""
    key = secrets.token_hex(KEY_BYTES)
    return key, f"ts_{key}_{secrets.token_urlsafe(SECRET_BYTES)}"


def key_of(secret: str) -> str | None:
    """Return the key of what may be a token; None where it has not the form of one."""
    found = FORMAT.match(secret)
    return found[1] if found else None


def digest(secret: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""What an organisation lets the operators see, and until when. Known to Django through ``models.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


class SupportGrant(models.Model):
    """An organisation's leave for the operators to read what a viewer of it reads; ended early or by the clock."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="support_grants")
    reason = models.CharField(_("what they shall look at"), max_length=300)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-given_at", "-pk"]

    def __str__(self) -> str:
        """Show the reason."""
        return self.reason

    def holds(self, at: datetime) -> bool:
        """Say whether it still opens anything."""
        return self.ended_at is None and at < self.expires_at

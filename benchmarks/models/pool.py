"""The peer pool: who takes part, and who stands behind a published figure. Nobody else sees either."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Centre
from benchmarks.models.market import MarketRelease


class PoolMembership(models.Model):
    """A centre takes part from joining to leaving; it may join again.

    ``consent`` is the SHA-256 of the text that was agreed to.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="pool_memberships")
    consent = models.CharField(max_length=64)
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-joined_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["centre"], condition=models.Q(left_at=None), name="pool_member_once")
        ]

    def __str__(self) -> str:
        """Show the centre."""
        return f"{self.centre} in the peer pool"


class PoolCell(models.Model):
    """A published segment of the pool and who stands behind it, kept to refuse what a later release would give away.

    ``members`` holds pairs of ids: centre, organisation. It is on no page.
    """

    release = models.ForeignKey(MarketRelease, on_delete=models.CASCADE, related_name="cells")
    kpi = models.CharField(max_length=40)
    variant = models.CharField(max_length=40)
    unit = models.CharField(max_length=20)
    channel = models.CharField(max_length=40)
    industry = models.CharField(max_length=60)
    region = models.CharField(max_length=60)
    members = models.JSONField(help_text="pairs of centre and organisation")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["release", "kpi", "variant", "unit", "channel", "industry", "region"], name="pool_cell_once"
            )
        ]

    def __str__(self) -> str:
        """Show the segment."""
        return f"{self.kpi} {self.industry} {self.region}"

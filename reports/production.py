"""Documents made many at a time: batches, what makes one every month, and how an organisation's documents look."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role
from audits.engagements import AuditProgramme

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

# Who looks after what an organisation sends out.
OUTPUT_KEEPERS = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER)


class BatchKind(models.TextChoices):
    """What a batch makes of each audit; the same codes as the kinds of an export."""

    REPORT = "report", _("Reports (PDF)")
    CERTIFICATE = "certificate", _("Certificates (PDF)")


class Which(models.TextChoices):
    """Which audits a batch takes."""

    ALL = "all", _("All audits that are not cancelled")
    UNDER_WAY = "under_way", _("Audits under way")
    DECIDED = "decided", _("Audits with a decision")
    CERTIFIED = "certified", _("Audits with a valid certificate")


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> BatchQuerySet:
        """Keep those that the person asked for; who keeps a schedule has asked for what it makes."""
        return self.filter(requested_by=user.pk) if user.is_authenticated else self.none()


class Schedule(models.Model):
    """Documents that are made once a month for one person, who asked for them and whose rights count."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="schedules")
    programme = models.ForeignKey(
        AuditProgramme, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("programme")
    )
    kind = models.CharField(_("what"), max_length=20, choices=BatchKind, default=BatchKind.REPORT)
    which = models.CharField(_("which audits"), max_length=20, choices=Which, default=Which.ALL)
    language = models.CharField(_("language"), max_length=10, default="en")
    day = models.PositiveSmallIntegerField(_("day of the month"), default=1)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    # The month that was last made, such as 2026-11, also when there was nothing to make.
    made_for = models.CharField(max_length=7, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["organisation", "day", "pk"]

    def __str__(self) -> str:
        """Show whose, and on which day."""
        return f"{self.organisation_id} {self.kind} {self.day}"


class Batch(models.Model):
    """Many exports that were asked for at once; ``finished_at`` says that none of them is waiting any more.

    ``sha256`` and ``size`` are those of the one file with all of them; empty where there is none (yet).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=BatchKind)
    language = models.CharField(max_length=10)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    error = models.TextField(blank=True)
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="batches")
    month = models.CharField(max_length=7, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-requested_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["schedule", "month"], condition=~models.Q(month=""), name="schedule_once_a_month"
            )
        ]

    def __str__(self) -> str:
        """Show kind and day."""
        return f"{self.kind} {self.requested_at:%Y-%m-%d}"


class HouseStyle(models.Model):
    """One version of how an organisation's documents look; ``content`` is a ``House``. Never changed, never removed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="house_styles")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    logo = models.BinaryField(blank=True, default=b"", help_text="the mark as PNG, encoded anew")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["organisation", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "version"], name="house_version_once")
        ]

    def __str__(self) -> str:
        """Show whose, and which."""
        return f"{self.organisation_id} {self.version}"

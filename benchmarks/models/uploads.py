"""Records that wait to be measured with their mapping, and mappings that an organisation keeps for next month."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Centre, Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class RecordsUploadQuerySet(models.QuerySet["RecordsUpload"]):
    """Uploads as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> RecordsUploadQuerySet:
        """Keep the uploads of the centres that the person may see."""
        return self.filter(centre__in=Centre.objects.visible_to(user))


class RecordsUpload(models.Model):
    """A file that waits: its content lies on disk under its hash until it is measured or removed."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="records_uploads")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    mapping = models.TextField(help_text="the mapping as it stands; it may still have faults")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = RecordsUploadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["centre", "sha256"], name="records_upload_once")
        ]

    def __str__(self) -> str:
        """Show the name of the file."""
        return self.name


class SavedMappingQuerySet(models.QuerySet["SavedMapping"]):
    """Saved mappings as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> SavedMappingQuerySet:
        """Keep the mappings of the organisations that the person may see."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))


class SavedMapping(models.Model):
    """One version of a mapping that an organisation keeps. A version never changes."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="saved_mappings")
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = SavedMappingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "name", "version"], name="saved_mapping_once")
        ]

    def __str__(self) -> str:
        """Show name and version."""
        return f"{self.name} ({self.version})"

"""Exports that people asked for, and who wants to stand in the public register."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from audits.models import Audit
from reports.production import Batch as Batch
from reports.production import HouseStyle as HouseStyle
from reports.production import Schedule as Schedule
from reports.webhooks import DeliveryState as DeliveryState
from reports.webhooks import Off as Off
from reports.webhooks import Webhook as Webhook
from reports.webhooks import WebhookDelivery as WebhookDelivery
from reports.webhooks import WebhookEvent as WebhookEvent

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}


class ExportStatus(models.TextChoices):
    """Where an export stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class ExportKind(models.TextChoices):
    """What is made: the whole report, the certificate, the audit through a lens, or a document of ``papers``."""

    REPORT = "report", _("Report (PDF)")
    CERTIFICATE = "certificate", _("Certificate (PDF)")
    LENS_PDF = "lens_pdf", _("Lens report (PDF)")
    LENS_XLSX = "lens_xlsx", _("Lens report (workbook)")
    DOCUMENT = "document", _("Document")


class Listing(models.Model):
    """An organisation wants its certificates in the public register: its own people say so, and may take it back.

    Without a row a certificate is checked by whoever has its code, and listed nowhere.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="listing")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Show whose certificates."""
        return str(self.organisation_id)


class ExportQuerySet(models.QuerySet["Export"]):
    """Exports as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> ExportQuerySet:
        """Keep exports of audits that the person may see; what is about no audit only the person who asked for it."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(audit__in=Audit.objects.visible_to(user)) | Q(audit=None, requested_by=user.pk))


class Export(models.Model):
    """One document asked for by one person; ``percent`` and ``step`` feed the progress bar.

    ``audit`` is None for documents about something else. ``options`` is empty for the report; ``{"levels": false}``
    keeps the levels out of what a certificate carries; for a lens report it has ``lens`` (its code) and the choices of
    the reader; for a document its code, its format and the key of what it is about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    audit = models.ForeignKey(Audit, null=True, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=20, choices=ExportKind, default=ExportKind.REPORT)
    options = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    status = models.CharField(max_length=20, choices=ExportStatus, default=ExportStatus.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True, help_text="code of what is being done now")
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    filename = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)
    error = models.TextField(blank=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="exports")

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-requested_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["batch", "audit"], condition=models.Q(batch__isnull=False), name="batch_export_once"
            )
        ]

    def __str__(self) -> str:
        """Show audit and status."""
        return f"{self.audit_id or self.kind} {self.status}"

    @property
    def suffix(self) -> str:
        """Return how the file's name ends."""
        if self.kind == ExportKind.DOCUMENT:
            return f".{self.options['format']}"
        return ".xlsx" if self.kind == ExportKind.LENS_XLSX else ".pdf"

    @property
    def media_type(self) -> str:
        """Return what browsers call the file."""
        return MEDIA_TYPES[self.suffix]

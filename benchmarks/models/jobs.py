"""Work on records that people wait for: it goes on in the background, and its row says how far it is."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre
from benchmarks.models.measuring import MeasurementRun

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class JobKind(models.TextChoices):
    """What is done."""

    LOOK = "look", _("Quality of the records")
    MEASURE = "measure", _("Measurement")
    FETCH = "fetch", _("Records from a database")


class JobStatus(models.TextChoices):
    """Where it stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


WAITING = (JobStatus.QUEUED, JobStatus.RUNNING)


class RecordsJobQuerySet(models.QuerySet["RecordsJob"]):
    """Jobs as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> RecordsJobQuerySet:
        """Keep the jobs of the centres that the person may see."""
        return self.filter(centre__in=Centre.objects.visible_to(user))


class RecordsJob(models.Model):
    """One piece of work on what waited at a centre: ``percent`` and ``step`` feed the progress bar.

    ``seen`` is the hash of the files and mappings that it is about; a job does nothing when they have changed. To
    fetch, it is the name of a source. ``report`` is what a look found, or what a fetch was asked for; ``run`` is what a
    measurement made, ``uploads`` afterwards what a fetch made. A worker owns the row by its ``attempts``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="records_jobs")
    kind = models.CharField(max_length=20, choices=JobKind)
    status = models.CharField(max_length=20, choices=JobStatus, default=JobStatus.QUEUED)
    uploads = models.JSONField(default=list, help_text="keys of the uploads")
    seen = models.CharField(max_length=64)
    percent = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True, help_text="code of what is being done now")
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, help_text="last sign of life of its worker")
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    report = models.JSONField(default=list, help_text="per file: upload, name, kind, quality and rejected rows")
    run = models.ForeignKey(MeasurementRun, null=True, on_delete=models.CASCADE, related_name="jobs")

    objects = RecordsJobQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-requested_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["centre", "seen"], name="records_job_about")]

    def __str__(self) -> str:
        """Show what it is and where it stands."""
        return f"{self.kind} {self.status}"

    @property
    def waiting(self) -> bool:
        """Say whether somebody still waits for it."""
        return self.status in WAITING

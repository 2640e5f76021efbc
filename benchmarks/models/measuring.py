"""Measurements of a centre from its raw records."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Centre

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class MeasurementRunQuerySet(models.QuerySet["MeasurementRun"]):
    """Runs as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> MeasurementRunQuerySet:
        """Keep the runs of the centres that the person may see."""
        return self.filter(centre__in=Centre.objects.visible_to(user))


class MeasurementRun(models.Model):
    """One computation: these records, read by their mappings, over this period.

    Each file is a source of its own (``sources``). The fields of the run itself describe the only file, or all of
    them together: then ``records_sha256`` is the hash of the sources' hashes, in their order.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="measurement_runs")
    records_name = models.CharField(max_length=255)
    records_sha256 = models.CharField(max_length=64)
    mapping = models.TextField(help_text="the mapping file, word for word")
    mapping_sha256 = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)
    period_from = models.DateField()
    period_to = models.DateField()
    rows_read = models.PositiveBigIntegerField()
    rows_used = models.PositiveBigIntegerField()
    rejected = models.JSONField(default=dict, help_text="reason -> {rows, lines}")
    quality = models.JSONField(default=dict, help_text="the quality report of the records")
    not_measured = models.JSONField(default=dict, help_text="KPI and variant -> why not")
    warnings = models.JSONField(default=list, help_text="what to beware of: code, KPI and values")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = MeasurementRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        """Show centre and period."""
        return f"{self.centre} {self.period_from}–{self.period_to}"

    @property
    def identified_percent(self) -> str | None:
        """Share of contacts whose customer is known, for people; None where the records do not name customers."""
        share = self.quality.get("identified_share")
        return None if share is None else f"{share * 100:.1f} %"


class RunSource(models.Model):
    """One file of a run: what it was, by its hash, and how it was read."""

    run = models.ForeignKey(MeasurementRun, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=40)
    records_name = models.CharField(max_length=255)
    records_sha256 = models.CharField(max_length=64)
    mapping = models.TextField(help_text="the mapping file, word for word")
    mapping_sha256 = models.CharField(max_length=64)
    rows_read = models.PositiveBigIntegerField()
    rows_used = models.PositiveBigIntegerField()
    rejected = models.JSONField(default=dict, help_text="reason -> {rows, lines}")
    quality = models.JSONField(default=dict, help_text="the quality report of this file")

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "position"], name="run_source_once")
        ]

    def __str__(self) -> str:
        """Show the name of the file."""
        return self.records_name


class Measured(models.Model):
    """One KPI in one variant, with what it rests on. ``value`` and ``standard_error`` are in ``unit``.

    ``low`` and ``high`` are the 95 % interval where it does not follow from the standard error.
    """

    kpi = models.CharField(max_length=40)
    variant = models.CharField(max_length=40)
    channel = models.CharField(max_length=40, default="all")
    value = models.FloatField()
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    n = models.PositiveBigIntegerField()
    standard_error = models.FloatField(null=True)
    cluster = models.CharField(max_length=20, blank=True)
    clusters = models.PositiveIntegerField(null=True)
    design_effect = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    unit = models.CharField(max_length=20)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show KPI and variant."""
        return f"{self.kpi} {self.variant}"


class Measurement(Measured):
    """What a run found over its whole period."""

    run = models.ForeignKey(MeasurementRun, on_delete=models.CASCADE, related_name="measurements")

    class Meta(Measured.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "kpi", "variant", "channel"], name="measurement_once")
        ]


class MonthMeasurement(Measured):
    """What a run over several months found in one of them, from ``first`` to ``last`` day of it in the period."""

    run = models.ForeignKey(MeasurementRun, on_delete=models.CASCADE, related_name="months")
    first = models.DateField()
    last = models.DateField()

    class Meta(Measured.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "kpi", "variant", "channel", "first"], name="month_measurement_once")
        ]

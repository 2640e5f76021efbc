"""Samples of an audit: what was planned, what was drawn from which file, and what each record showed.

Known to Django through ``models.py``, which names these classes.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class SampleMethod(models.TextChoices):
    """How the size follows, and whether records are drawn or chosen."""

    DISCOVERY = "discovery", _("Discovery: no failure expected")
    PROPORTION = "proportion", _("Proportion: how large a share is")
    ACCEPTANCE = "acceptance", _("Acceptance: ISO 2859-1")
    SITES = "sites", _("Sites: IAF MD 1")
    JUDGEMENTAL = "judgemental", _("Judgemental: chosen, not drawn")


class RecordResult(models.TextChoices):
    """What a record showed. One that is not found counts as failed: nobody can show that it conforms."""

    OPEN = "", _("to be looked at")
    CONFORMS = "conforms", _("conforms")
    FAILS = "fails", _("does not conform")
    NOT_FOUND = "not_found", _("not found")


class Sample(models.Model):
    """Records to look at for one or more criteria.

    ``parameters`` are those of the method, per cents as text: ``{"confidence": "95", "rate": "5"}``. ``planned`` is the
    size that follows, made anew for the size of the population when it is drawn. ``population_*``, ``seed`` and the
    items are what anybody needs to draw again; all are empty until then, and for a judgemental sample for ever.
    """

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="samples")
    answers = models.ManyToManyField("audits.Answer", related_name="samples")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("what is looked at"), max_length=200)
    method = models.CharField(_("method"), max_length=20, choices=SampleMethod)
    parameters = models.JSONField(default=dict)
    why = models.TextField(_("why these records"), blank=True)
    planned = models.PositiveIntegerField(null=True)
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    population_name = models.CharField(max_length=255, blank=True)
    population_sha256 = models.CharField(max_length=64, blank=True)
    population_size = models.PositiveIntegerField(null=True)
    seed = models.CharField(max_length=100, blank=True)
    draw_method = models.CharField(max_length=40, blank=True)
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["audit", "number"], name="sample_number_once"),
            models.CheckConstraint(
                condition=~Q(method=SampleMethod.JUDGEMENTAL) | Q(seed=""), name="sample_judgemental_not_drawn"
            ),
        ]

    def __str__(self) -> str:
        """Show number and title."""
        return f"{self.number} {self.title}"

    @property
    def is_judgemental(self) -> bool:
        """Say whether the records were chosen by somebody."""
        return self.method == SampleMethod.JUDGEMENTAL


class SampleItem(models.Model):
    """One record of a sample; ``revision`` counts the saves, and a save must name the one it was made on."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    record = models.CharField(max_length=200)
    result = models.CharField(max_length=20, choices=RecordResult, blank=True)
    note = models.TextField(blank=True)
    evidence = models.ManyToManyField("audits.Evidence", related_name="sample_items")
    revision = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sample", "position"], name="sample_item_once"),
            models.UniqueConstraint(fields=["sample", "record"], name="sample_record_once"),
        ]

    def __str__(self) -> str:
        """Show the record's id."""
        return self.record

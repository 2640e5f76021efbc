"""What somebody brought to an audit from a spreadsheet: kept between looking at what it would do and confirming it.

Known to Django through ``models.py``, which names this class.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class ArrivalKind(models.TextChoices):
    """What was brought."""

    WORKBOOK = "workbook", _("Workbook of this audit")
    CHECKLIST = "checklist", _("Checklist of a centre")


class Arrival(models.Model):
    """A workbook of this audit, or a checklist of another form, as it was read; the file itself is not kept.

    ``returned`` is what was read, in the shape of ``audits.workbook.stored``; of a checklist there is ``table`` first,
    and ``mapping`` says what its columns are. ``report`` is what became of every cell once it was confirmed.
    """

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="arrivals")
    kind = models.CharField(max_length=10, choices=ArrivalKind)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    table = models.JSONField(null=True)
    mapping = models.JSONField(null=True)
    returned = models.JSONField(null=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    valid_only = models.BooleanField(default=False)
    report = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        """Show the file's name."""
        return self.filename

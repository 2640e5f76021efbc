"""What the panel agreed on, and the results: frozen once, corrected only by what is added."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from awards.models.entries import Entry
from awards.models.programmes import Programme, Stage

USER = settings.AUTH_USER_MODEL


class Consensus(models.Model):
    """A level that the panel agreed on after talking; the scores themselves never change. The newest one counts."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="consensus")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="consensus")
    criterion = models.CharField(max_length=40)
    level = models.DecimalField(max_digits=4, decimal_places=2)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show criterion and level."""
        return f"{self.criterion}: {self.level}"


class TieDecision(models.Model):
    """How the panel ordered entries that were level: the entry that was put first among ``entries``. Newest counts."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="tie_decisions")
    entries = models.JSONField(help_text="codes of the entries, in the order that was decided")
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show how many."""
        return str(len(self.entries))


class Result(models.Model):
    """The frozen results of a programme: canonical JSON with its hash. One row for ever."""

    programme = models.OneToOneField(Programme, on_delete=models.PROTECT, related_name="result")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    frozen_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()

    def __str__(self) -> str:
        """Show the hash."""
        return self.sha256


class Correction(models.Model):
    """What was found wrong in frozen results; ``sha256`` covers the text and the hash of what came before.

    ``content``: canonical JSON of what is hashed and signed (empty in rows from before it was kept).
    """

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="corrections")
    text = models.TextField(_("correction"))
    content = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show the hash."""
        return self.sha256


class ResultSignature(models.Model):
    """The installation's signature over frozen results, or over one correction of them. One row for ever.

    ``protected`` and ``signature`` are the parts of a JWS (RFC 7515) whose payload is the content that was hashed.
    ``certificates``: PEM, the signer's first.
    """

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="signatures")
    correction = models.OneToOneField(
        Correction, null=True, blank=True, on_delete=models.PROTECT, related_name="signed"
    )
    protected = models.TextField()
    signature = models.TextField()
    certificates = models.TextField()
    signer = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["result"], condition=models.Q(correction=None), name="award_result_signed_once"
            )
        ]

    def __str__(self) -> str:
        """Show who signed."""
        return self.signer

"""Models of what happens to an answer: every saved state, the reviewer's marks, answers given together."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL


class AnswerRevision(models.Model):
    """A saved state of an answer; written with each save, never changed. ``revision`` is the answer's from then on."""

    answer = models.ForeignKey("audits.Answer", on_delete=models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(null=True)
    na_reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["revision"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["answer", "revision"], name="answer_revision_once")
        ]

    def __str__(self) -> str:
        """Show the number."""
        return f"{self.answer_id} r{self.revision}"


class ReviewMark(models.TextChoices):
    """What a technical reviewer, or the team in return, says about one answer."""

    REVIEWED = "reviewed", _("Reviewed")
    RETURNED = "returned", _("Returned")
    CLEARED = "cleared", _("Mark taken back")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged by the team")


class AnswerReview(models.Model):
    """A mark on one answer as it stood at ``revision``; never changed. The last one counts, while the revision stands.

    A returned answer is open until it is answered anew (its revision grows) or acknowledged with a reason.
    """

    answer = models.ForeignKey("audits.Answer", on_delete=models.CASCADE, related_name="reviews")
    revision = models.PositiveIntegerField()
    mark = models.CharField(max_length=20, choices=ReviewMark)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show the mark."""
        return f"{self.answer_id} {self.mark}"


class AnswerBulk(models.Model):
    """Several answers given at once, as the ``plan`` says that was previewed; ``plan_sha256`` is its hash."""

    audit = models.ForeignKey("audits.Audit", on_delete=models.CASCADE, related_name="bulks")
    plan = models.JSONField()
    plan_sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show how many."""
        return f"{self.audit_id}: {len(self.plan['rows'])}"

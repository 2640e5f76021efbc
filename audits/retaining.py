"""How long an organisation keeps what its audits gathered, what must not be touched meanwhile, and what was let go.

Known to Django through ``models.py``, which names this module.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL
LEAST_YEARS, MOST_YEARS = 1, 50


class Retention(models.Model):
    """For how many years a conducting organisation keeps evidence and personal data after an audit is over.

    No row: for ever. The years count from the last of: the audit's end, its certificate's end, and the end of the
    certificate that it was about.
    """

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.CASCADE, related_name="retention")
    years = models.PositiveSmallIntegerField(_("years"))
    basis = models.CharField(_("on what ground"), max_length=300)
    declared_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(years__gte=LEAST_YEARS, years__lte=MOST_YEARS), name="retention_years")
        ]

    def __str__(self) -> str:
        """Show the years."""
        return f"{self.organisation_id}: {self.years}"


class LegalHold(models.Model):
    """Nothing is let go of while it stands: of one audit, or of every audit that the organisation makes or receives."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="legal_holds")
    audit = models.ForeignKey("audits.Audit", null=True, on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.CharField(_("reason"), max_length=300)
    placed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-placed_at", "-pk"]

    def __str__(self) -> str:
        """Show the reason."""
        return self.reason


class Disposal(models.Model):
    """Evidence files and personal data of an audit were let go of; its hashes, answers, findings and result stay.

    ``finished_at`` is empty while files may still have to be removed: a crash in between is made good by the next run.
    """

    audit = models.OneToOneField("audits.Audit", on_delete=models.PROTECT, related_name="disposal")
    years = models.PositiveSmallIntegerField()
    files = models.PositiveIntegerField()
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Show the audit."""
        return f"{self.audit_id}"

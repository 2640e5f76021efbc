"""Calibration: criteria of an audit that two auditors, neither of its team, answer without seeing each other.

Known to Django through ``models.py``, which names these classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    """Calibrations as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> CalibrationQuerySet:
        """Keep those of organisations whose audits the person manages, and those in which they answer."""
        if not isinstance(user, User):
            return self.none()
        managed = user.organisations_as(Role.ADMINISTRATOR, Role.AUDIT_MANAGER)
        own = models.Q(pk__in=CalibrationCard.objects.filter(rater=user).values("calibration"))
        still = models.Q(audit__conductor__in=user.organisations_as())
        return self.filter(own & still | models.Q(audit__conductor__in=managed))


class Calibration(models.Model):
    """One calibration: an audit, some of its criteria, two auditors, a card for each criterion and auditor."""

    audit = models.ForeignKey("audits.Audit", on_delete=models.PROTECT, related_name="calibrations")
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        """Show the audit."""
        return str(self.audit_id)


class CalibrationCard(models.Model):
    """What one auditor says about one criterion; given once and never changed. ``level`` None on a given card: N/A.

    Nobody sees a given card but its author until both auditors have given theirs on the criterion.
    """

    calibration = models.ForeignKey(Calibration, on_delete=models.CASCADE, related_name="cards")
    criterion = models.ForeignKey("standards.Criterion", on_delete=models.PROTECT, related_name="+")
    rater = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)
    note = models.TextField(blank=True)
    given_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["criterion__position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["calibration", "criterion", "rater"], name="calibration_card_once")
        ]

    def __str__(self) -> str:
        """Show who and what."""
        return f"{self.rater_id}: {self.criterion_id}"

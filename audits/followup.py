"""What becomes of findings: responses, every step, early warnings; and the policies by which they are followed up."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Organisation

USER = settings.AUTH_USER_MODEL


class CauseMethod(models.TextChoices):
    """How the cause was looked for."""

    FIVE_WHYS = "five_whys", _("5 whys")
    FISHBONE = "fishbone", _("Fishbone (cause and effect)")


class FindingResponse(models.Model):
    """What the audited organisation answers to a nonconformity; never changed, a better one is a new row.

    ``correction`` removes what was found, ``action`` removes its cause. ``causes`` is a list of answers to "why?" or,
    for a fishbone, lists of causes by category (``audits.fishbone.CATEGORIES``).
    """

    finding = models.ForeignKey("audits.Finding", on_delete=models.CASCADE, related_name="responses")
    correction = models.TextField(_("correction"))
    method = models.CharField(_("method"), max_length=20, choices=CauseMethod)
    causes = models.JSONField(default=dict)
    root_cause = models.TextField(_("root cause"))
    action = models.TextField(_("corrective action"))
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="owned_responses")
    due = models.DateField(_("action due"))
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show whose action it is, and until when."""
        return f"{self.owner} · {self.due}"


class FindingStep(models.Model):
    """One step in the life of a finding: who, when, from where to where, in which words, on which evidence.

    ``data`` holds what the step has of its own: how and when effectiveness was verified, the day it became due anew.
    """

    finding = models.ForeignKey("audits.Finding", on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    response = models.ForeignKey(FindingResponse, null=True, on_delete=models.PROTECT, related_name="steps")
    evidence = models.ManyToManyField("audits.Evidence", related_name="finding_steps")
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show what led where."""
        return f"{self.step}: {self.source} → {self.target}"


class FindingWarning(models.Model):
    """An early warning: the finding reached a level for a due day; once per level and day.

    ``act_by`` is until when it has to be acted upon; ``acted_at`` is when somebody did, by a step or by saying so.
    """

    finding = models.ForeignKey("audits.Finding", on_delete=models.CASCADE, related_name="warnings")
    level = models.PositiveSmallIntegerField()
    due = models.DateField()
    raised_at = models.DateTimeField()
    act_by = models.DateField()
    acted_at = models.DateTimeField(null=True)
    acted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["finding", "level", "due"], name="finding_warning_once")
        ]

    def __str__(self) -> str:
        """Show level and day."""
        return f"{self.level}: {self.due}"


def first_tells() -> list[str]:
    """Return to whom the first level goes unless an organisation says otherwise."""
    return ["owner"]


def second_tells() -> list[str]:
    """Return the same for the second level."""
    return ["owner", "manager"]


def third_tells() -> list[str]:
    """Return the same for the third level."""
    return ["owner", "manager", "supervisor", "audit_manager"]


class FollowUpPolicy(models.Model):
    """How an organisation follows findings up. Without a row the defaults hold.

    Days before (``soon_days``) and after (``escalate_days``) the due day, days in which a warning of each level has to
    be acted upon, whom each level tells; and, where it conducts audits, how far a due day may lie ahead by grading.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="follow_up_policy")
    soon_days = models.PositiveSmallIntegerField(default=14)
    escalate_days = models.PositiveSmallIntegerField(default=7)
    act_days_1 = models.PositiveSmallIntegerField(default=7)
    act_days_2 = models.PositiveSmallIntegerField(default=3)
    act_days_3 = models.PositiveSmallIntegerField(default=1)
    tells_1 = models.JSONField(default=first_tells)
    tells_2 = models.JSONField(default=second_tells)
    tells_3 = models.JSONField(default=third_tells)
    supervisor = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    major_days = models.PositiveSmallIntegerField(default=90)
    minor_days = models.PositiveSmallIntegerField(default=180)
    revision = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Show the thresholds."""
        return f"{self.organisation_id}: {self.soon_days}/{self.escalate_days}"

    def most_days(self, kind: str) -> int:
        """Return how many days ahead a finding of a grading may be due."""
        return self.major_days if kind == "major" else self.minor_days


class ServiceClock(models.Model):
    """A centre's own service clock: what it promises its customers. Without a row the defaults hold.

    Shares are per cent. ``near`` and ``far`` are percentage points short of the target: up to ``near`` is the first
    level of warning, beyond it the second, beyond ``far`` the third.
    """

    centre = models.OneToOneField(Centre, on_delete=models.CASCADE, related_name="service_clock")
    ticket_days = models.PositiveSmallIntegerField(default=5)
    ticket_share = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(100))
    complaint_days = models.PositiveSmallIntegerField(default=3)
    complaint_share = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(100))
    second_calls = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    near = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal(2))
    far = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal(10))
    revision = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Show the promise."""
        return f"{self.ticket_days} d, {self.complaint_days} d, {self.second_calls} %"

"""What a centre keeps between audits: credentials of its internal auditors, improvement projects, knowledge indices.

Known to Django through ``models.py``, which names these classes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AUDIT_STAFF, Centre, Organisation, User
from audits.returns import Flow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from django.contrib.auth.models import AnonymousUser

USER = settings.AUTH_USER_MODEL


def organisations_read(user: User | AnonymousUser) -> Q:
    """Return the condition on an organisation: the person's own, or one that mandated their audit body."""
    if not isinstance(user, User):
        return Q(pk__in=[])
    staff = user.organisations_as(*AUDIT_STAFF)
    return Q(pk__in=user.organisations_as()) | Q(audit_bodies__in=staff)


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Credentials as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> CredentialQuerySet:
        """Keep those of the person's organisations and, for audit staff, of those that mandated them."""
        return self.filter(organisation__in=Organisation.objects.filter(organisations_read(user)).values("pk"))


class Credential(models.Model):
    """One passed training of one internal auditor; whether it is valid follows from the date and is not stored.

    ``level`` is a key of ``audits.levels``. The holder is a person with an account, or a name.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="credentials")
    holder = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="credentials")
    holder_name = models.CharField(_("name"), max_length=120, blank=True)
    centres = models.ManyToManyField(Centre, related_name="credentials")
    course = models.CharField(_("course"), max_length=200)
    level = models.CharField(_("level"), max_length=81)
    body = models.CharField(_("training body"), max_length=200)
    passed_on = models.DateField(_("passed on"))
    valid_until = models.DateField(_("valid until"), null=True)
    number = models.CharField(_("certificate number"), max_length=80, blank=True)
    revoked_on = models.DateField(null=True)
    revoked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_reason = models.TextField(blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-passed_on", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(holder=None) ^ Q(holder_name=""), name="credential_one_holder")
        ]

    def __str__(self) -> str:
        """Show whose it is, and what for."""
        return f"{self.person} · {self.course}"

    @property
    def person(self) -> str:
        """Return the holder's name."""
        return str(self.holder) if self.holder else self.holder_name

    @property
    def person_key(self) -> str:
        """Return what is the same for all credentials of one person within an organisation."""
        return f"user {self.holder_id}" if self.holder_id else f"name {' '.join(self.holder_name.casefold().split())}"


class CredentialReminder(models.Model):
    """That somebody was told that a credential lapses; once per threshold and validity.

    ``sent_at`` is empty while the mail is on its way; a mail that failed leaves no row.
    """

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="reminders")
    recipient = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    valid_until = models.DateField()
    days = models.PositiveSmallIntegerField()
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["credential", "recipient", "valid_until", "days"], name="reminder_once")
        ]

    def __str__(self) -> str:
        """Show the threshold."""
        return f"{self.credential_id}: {self.days}"


class ProjectStatus(models.TextChoices):
    """Where an improvement project stands."""

    DRAFT = "draft", _("Draft")
    FILED = "filed", _("Filed")
    RUNNING = "running", _("Running")
    CLOSED = "closed", _("Closed with a review")
    ABANDONED = "abandoned", _("Abandoned")


class FlowKind(models.TextChoices):
    """What money is for: the outlay, or one of three kinds of benefit."""

    INVESTMENT = "investment", _("Investment")
    CUSTOMER = "customer", _("Customer value")
    REVENUE = "revenue", _("Revenue")
    COST = "cost", _("Cost avoided")


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> ProjectQuerySet:
        """Keep those of centres that the person may see."""
        return self.filter(centre__in=Centre.objects.visible_to(user).values("pk"))


class Project(models.Model):
    """An improvement project of a centre: what was promised, and after its end what came of it.

    ``plan`` and ``actual`` are lists of flows: ``{"kind", "year", "low", "expected", "high"}``, amounts as decimal
    strings in ``currency``, years counted from the start. The plan is frozen when the project is filed.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="projects", verbose_name=_("centre"))
    lead = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="projects", verbose_name=_("lead"))
    title = models.CharField(_("title"), max_length=200)
    problem = models.TextField(_("what is to be improved, and how"))
    measure = models.CharField(_("measure"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40)
    baseline = models.DecimalField(_("baseline"), max_digits=18, decimal_places=6)
    baseline_from = models.DateField(_("baseline from"))
    baseline_to = models.DateField(_("baseline to"))
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=6)
    customer_words = models.TextField(_("what customers get from it"), blank=True)
    customer_figure = models.DecimalField(_("… in figures"), max_digits=18, decimal_places=6, null=True)
    customer_unit = models.CharField(_("unit of the figure"), max_length=80, blank=True)
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("end"))
    currency = models.CharField(_("currency"), max_length=3)
    rate = models.DecimalField(_("discount rate"), max_digits=5, decimal_places=2)
    plan = models.JSONField(default=list)
    status = models.CharField(_("status"), max_length=20, choices=ProjectStatus, default=ProjectStatus.DRAFT)
    filed_on = models.DateField(null=True)
    filed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    running_since = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    abandoned_reason = models.TextField(blank=True)
    actual = models.JSONField(default=list)
    reached = models.DecimalField(_("value reached"), max_digits=18, decimal_places=6, null=True)
    review_customer_words = models.TextField(_("what customers got from it"), blank=True)
    review_customer_figure = models.DecimalField(_("… in figures"), max_digits=18, decimal_places=6, null=True)
    learnt = models.TextField(_("what was learnt"), blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        """Show the title."""
        return self.title

    @property
    def planned_flows(self) -> tuple[Flow, ...]:
        """Return the flows of the plan."""
        return _flows(self.plan)

    @property
    def reviewed_flows(self) -> tuple[Flow, ...]:
        """Return the flows of the review; empty before it."""
        return _flows(self.actual)


def _flows(stored: Sequence[dict[str, Any]]) -> tuple[Flow, ...]:
    return tuple(
        Flow(
            kind=flow["kind"],
            year=flow["year"],
            low=Decimal(flow["low"]),
            expected=Decimal(flow["expected"]),
            high=Decimal(flow["high"]),
        )
        for flow in stored
    )


class KnowledgeQuerySet(models.QuerySet["KnowledgeIndex"]):
    """Knowledge indices as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> KnowledgeQuerySet:
        """Keep those of centres that the person may see."""
        return self.filter(centre__in=Centre.objects.visible_to(user).values("pk"))


class KnowledgeIndex(models.Model):
    """How alive a centre's written knowledge was in one period, computed from one list of articles; never changed.

    ``result`` holds parts, pulls and batch days as ``services.registers.knowledge`` writes them; ``parameters`` what
    they were computed with; ``refused`` the first rows that were left out; ``marks`` (compressed) what the next list is
    compared with. An index from a wrong file is withdrawn with a reason, and then counts for nothing.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="knowledge_indices")
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    contacts = models.PositiveBigIntegerField(null=True)
    linked = models.PositiveBigIntegerField(null=True)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    articles = models.PositiveIntegerField()
    refused = models.JSONField(default=list)
    refused_count = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=list)
    ignored = models.JSONField(default=list)
    parameters = models.JSONField()
    result = models.JSONField()
    low = models.DecimalField(max_digits=9, decimal_places=6)
    high = models.DecimalField(max_digits=9, decimal_places=6)
    marks = models.BinaryField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.TextField(blank=True)

    objects = KnowledgeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-last", "-pk"]
        verbose_name_plural = "knowledge indices"

    def __str__(self) -> str:
        """Show centre and period."""
        return f"{self.centre_id} {self.first}–{self.last}"

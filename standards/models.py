"""Editions of a standard, as loaded from their YAML files.

``Edition.document`` is the whole edition as canonical JSON and is what ``sha256`` is the hash of; scores are made from
it alone. Blocks, clauses and criteria are its index in the database, for pages, searches and foreign keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from standards import practices as practices

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class EditionStatus(models.TextChoices):
    """Life of an edition; only a draft can change. What leads where is in ``life.py``."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


UNPUBLISHED = (EditionStatus.DRAFT, EditionStatus.REVIEW)


class Standard(models.Model):
    """Whose standard it is. A standard without a row here has no owner: only the operator's commands change it."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="standards", null=True)

    def __str__(self) -> str:
        """Show the code."""
        return self.code


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions as a person may see them."""

    def visible_to(self, user: User | AnonymousUser) -> EditionQuerySet:
        """Keep what is published, drafts without an owner, and drafts of the person's organisations."""
        if not isinstance(user, User):
            return self.none()
        others = Standard.objects.filter(owner__isnull=False).exclude(owner__in=user.organisations_as())
        return self.exclude(status__in=UNPUBLISHED, code__in=others.values("code"))

    def owned_by(self, user: User | AnonymousUser) -> EditionQuerySet:
        """Keep the editions of standards that belong to one of the person's organisations."""
        if not isinstance(user, User):
            return self.none()
        own = Standard.objects.filter(owner__in=user.organisations_as())
        return self.filter(code__in=own.values("code"))


class Edition(models.Model):
    """One yearly edition of one standard, for example ``four-block`` 2026."""

    code = models.SlugField(_("code"), max_length=60)
    version = models.CharField(_("version"), max_length=30)
    title = models.JSONField(_("title"))
    status = models.CharField(_("status"), max_length=20, choices=EditionStatus, default=EditionStatus.DRAFT)
    document = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["code", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "version"], name="edition_once")
        ]

    def __str__(self) -> str:
        """Show code and version."""
        return f"{self.code} {self.version}"


class EditionStep(models.Model):
    """One step in the life of an edition: who did it, when, with which content before their eyes, and why."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="steps")
    name = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show the step and its edition."""
        return f"{self.edition} · {self.name}"


class Block(models.Model):
    """A block of an edition with the points it is worth."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="blocks")
    code = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    points = models.DecimalField(max_digits=8, decimal_places=2)
    title = models.JSONField()
    intro = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "code"], name="block_once")
        ]

    def __str__(self) -> str:
        """Show the code."""
        return self.code


class Clause(models.Model):
    """A clause of a block."""

    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="clauses")
    code = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    title = models.JSONField()
    intro = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]

    def __str__(self) -> str:
        """Show the code."""
        return self.code


class Criterion(models.Model):
    """One thing that is asked. ``position`` runs through the whole edition."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="criteria")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="criteria")
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    title = models.JSONField()
    requirement = models.JSONField()
    look_at = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)
    anchors = models.JSONField(help_text="level as text -> language -> words")
    kind = models.CharField(max_length=10)
    facets = models.JSONField(default=list)
    kpis = models.JSONField(default=list)
    weight = models.DecimalField(max_digits=6, decimal_places=3)
    tier = models.CharField(max_length=20)
    mandatory = models.BooleanField()
    na_allowed = models.BooleanField()
    condition = models.JSONField(null=True)
    crosswalk = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        verbose_name_plural = "criteria"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "code"], name="criterion_once")
        ]

    def __str__(self) -> str:
        """Show the code."""
        return self.code

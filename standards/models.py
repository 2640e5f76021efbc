"""Editions of a standard, as loaded from their YAML files.

``Edition.document`` is the whole edition as canonical JSON and is what ``sha256`` is the hash of; scores are made from
it alone. Blocks, clauses and criteria are its index in the database, for pages, searches and foreign keys.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class EditionStatus(models.TextChoices):
    """Life of an edition; only a draft can change."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


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

    class Meta:
        ordering: ClassVar[list[str]] = ["code", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "version"], name="edition_once")
        ]

    def __str__(self) -> str:
        """Show code and version."""
        return f"{self.code} {self.version}"


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

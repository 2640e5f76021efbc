"""Releases of market figures, and their life."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from benchmarks.comparable import plain

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ReleaseStatus(models.TextChoices):
    """Where a release stands; the steps between are in ``benchmarks.life``."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ReleaseKind(models.TextChoices):
    """Where the figures come from."""

    FIGURES = "figures", _("Published figures")
    POOL = "pool", _("Peer pool")


class MarketReleaseQuerySet(models.QuerySet["MarketRelease"]):
    """Releases as a person may see them."""

    def published(self) -> MarketReleaseQuerySet:
        """Keep those that a centre may be compared with now."""
        return self.filter(status=ReleaseStatus.PUBLISHED)

    def visible_to(self, user: User | AnonymousUser, *, drafts: bool) -> MarketReleaseQuerySet:
        """Keep what was published; with ``drafts`` (the person publishes releases) all."""
        if not user.is_authenticated:
            return self.none()
        return self if drafts else self.exclude(status=ReleaseStatus.DRAFT)


class MarketRelease(models.Model):
    """A set of market figures, known by the SHA-256 of its canonical content and immutable once published.

    ``period`` is the year or half-year of a release of the peer pool, such as ``2026-H1``; published once.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    status = models.CharField(_("status"), max_length=20, choices=ReleaseStatus, default=ReleaseStatus.DRAFT)
    kind = models.CharField(_("kind"), max_length=20, choices=ReleaseKind, default=ReleaseKind.FIGURES)
    period = models.CharField(_("period"), max_length=10, blank=True)
    loaded_at = models.DateTimeField()
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    objects = MarketReleaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-loaded_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["period"], condition=~models.Q(period=""), name="pool_period_once")
        ]

    def __str__(self) -> str:
        """Show the code."""
        return self.code


class ReleaseStep(models.Model):
    """A step in the life of a release: who made it, when and why."""

    release = models.ForeignKey(MarketRelease, on_delete=models.PROTECT, related_name="steps")
    name = models.CharField(max_length=20)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show what happened to what."""
        return f"{self.release} {self.name}"


class MarketFigure(models.Model):
    """One published figure: what, for whom, when, who says so, and where it stands."""

    release = models.ForeignKey(MarketRelease, on_delete=models.CASCADE, related_name="figures")
    line = models.PositiveIntegerField(help_text="line in the release file")
    kpi = models.CharField(max_length=40)
    variant = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=20)
    statistic = models.CharField(max_length=40)
    industry = models.CharField(max_length=60)
    region = models.CharField(max_length=60)
    channel = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    n = models.CharField(max_length=60, blank=True)
    spread = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200)
    url = models.CharField(max_length=300)
    grade = models.CharField(max_length=1)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["kpi", "region", "-year", "line"]

    def __str__(self) -> str:
        """Show KPI, region and year."""
        return f"{self.kpi} {self.region} {self.year}"

    @property
    def plain_value(self) -> str:
        """The value for people, without trailing zeros."""
        return plain(self.value)

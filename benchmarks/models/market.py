"""Releases of market figures."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from benchmarks.comparable import plain


class MarketRelease(models.Model):
    """A set of market figures, immutable once loaded and known by the SHA-256 of its canonical content."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    loaded_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-loaded_at", "-pk"]

    def __str__(self) -> str:
        """Show the code."""
        return self.code


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

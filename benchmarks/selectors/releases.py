"""Market releases: the one in force, those beside it, and what two of them differ in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.comparable import Figure
from benchmarks.market import Difference, differences
from benchmarks.models import MarketFigure, MarketRelease, ReleaseKind

if TYPE_CHECKING:
    from django.db.models import QuerySet

_NAMES = tuple(Figure.__dataclass_fields__)


def release_now(kind: str = ReleaseKind.FIGURES) -> MarketRelease | None:
    """Return the newest published release of a kind; None when there is none (one query)."""
    return MarketRelease.objects.published().filter(kind=kind).order_by("-published_at", "-pk").first()


def releases_beside(release: MarketRelease) -> QuerySet[MarketRelease]:
    """Return the published releases of the same kind that a new one could take the place of."""
    beside = MarketRelease.objects.published().filter(kind=release.kind)
    return beside.exclude(pk=release.pk).order_by("-published_at", "-pk")


def release_differences(old: MarketRelease, new: MarketRelease) -> list[Difference]:
    """Return the figures that were added, removed and changed between two releases (two queries)."""
    return differences(*(_figures(each) for each in (old, new)))


def _figures(release: MarketRelease) -> list[Figure]:
    rows = MarketFigure.objects.filter(release=release).order_by("line").values(*_NAMES)
    return [Figure(**row) for row in rows]

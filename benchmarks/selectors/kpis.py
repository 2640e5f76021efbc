"""What the pages of KPIs read: which are gated, and how many figures the market has of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count

from benchmarks.models import MarketFigure
from standards.models import Edition, EditionStatus
from standards.selectors import gated_kpis

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from benchmarks.models import MarketRelease


def gates_now(user: User | AnonymousUser) -> dict[str, list[Edition]]:
    """Return by KPI the current editions whose market gates name it: the newest published one of each standard.

    One query; an edition's document is verified once per process.
    """
    published = Edition.objects.visible_to(user).filter(status=EditionStatus.PUBLISHED)
    newest: dict[str, Edition] = {}
    for edition in published.order_by("-published_at", "-pk"):
        newest.setdefault(edition.code, edition)
    found: dict[str, list[Edition]] = {}
    for edition in newest.values():
        for kpi in gated_kpis(edition):
            found.setdefault(kpi, []).append(edition)
    return found


def figure_counts(release: MarketRelease | None) -> dict[str, int]:
    """Return by KPI how many figures a release holds (one query); none without a release."""
    if release is None:
        return {}
    rows = MarketFigure.objects.filter(release=release).order_by().values_list("kpi")
    return dict(rows.annotate(number=Count("pk")))

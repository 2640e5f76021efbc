"""The registers at a glance: per centre what credentials hold, what projects there are, and the newest index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Centre
from audits.registers import Credential, KnowledgeIndex, Project, ProjectStatus

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

PAGE = 50
MOST_PROJECTS = 20


def centres_overview(user: User, *, text: str, page: str | None, today: date) -> Page[Centre]:
    """Return a page of centres with ``holding``, ``open_projects``, ``closed_projects``, ``index_low``, ``index_high``.

    Two queries, for the number of pages and the page.
    """
    found = Centre.objects.visible_to(user).select_related("organisation")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(organisation__name__icontains=text))
    credentials = Credential.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=today), centres=OuterRef("pk"), revoked_on=None
    )
    projects = Project.objects.filter(centre=OuterRef("pk"))
    newest = KnowledgeIndex.objects.filter(centre=OuterRef("pk"), withdrawn_at=None).order_by("-last", "-pk")
    annotated = found.annotate(
        holding=_count(credentials, "centres"),
        open_projects=_count(projects.filter(status__in=[ProjectStatus.FILED, ProjectStatus.RUNNING]), "centre"),
        closed_projects=_count(projects.filter(status=ProjectStatus.CLOSED), "centre"),
        index_low=Subquery(newest.values("low")[:1]),
        index_high=Subquery(newest.values("high")[:1]),
    ).order_by("organisation__name", "name", "pk")
    return Paginator(annotated, PAGE).get_page(page)


def _count(rows: QuerySet[Credential] | QuerySet[Project], per: str) -> Coalesce:
    """Return the number of rows as a subquery: joins of several kinds would multiply each other."""
    counted = rows.order_by().values(per).annotate(number=Count("pk", distinct=True)).values("number")
    return Coalesce(Subquery(counted), 0)


def centre_projects(centre: Centre) -> list[Project]:
    """Return the newest projects of a centre with their leads; one query."""
    return list(centre.projects.select_related("lead__holder")[:MOST_PROJECTS])

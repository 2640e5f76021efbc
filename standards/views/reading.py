"""Pages to read a standard: the list of editions, the tree of one, one criterion. Every signed-in person may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext

from accounts.access import may, signed_in
from standards.editions.lineage import criteria_of
from standards.library import practices_of_criterion
from standards.models import Criterion, Edition, EditionStatus, EditionStep
from standards.scoring.words import plain
from standards.selectors import Filters, edition_document, edition_tree, editions, known_kpis, neighbours, tier_demands

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LONGEST_QUERY = 100
KINDS = ("process", "result")
LANGUAGE_NAMES = dict(settings.LANGUAGES)


@signed_in
def edition_list(request: HttpRequest) -> HttpResponse:
    """List the editions; ``?q=`` looks in code, version and title."""
    query = _query(request)
    words = query.casefold()
    found = [
        edition
        for edition in editions().visible_to(request.user)
        if not words or words in f"{edition.code} {edition.version} {' '.join(edition.title.values())}".casefold()
    ]
    return render(request, "standards/edition_list.html", {"editions": found, "query": query})


@signed_in
def edition_detail(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """Show blocks, clauses and criteria, filtered; htmx gets the tree alone."""
    edition = get_object_or_404(Edition.objects.visible_to(request.user), code=code, version=version)
    document = edition_document(edition)
    tiers = tier_demands(edition)
    filters = _filters(request, {tier["code"] for tier in tiers})
    before = (
        Edition.objects.visible_to(request.user)
        .filter(code=code, version=document.get("based_on", {}).get("version", ""))
        .first()
    )
    tree = edition_tree(edition, filters)
    context = {
        "edition": edition,
        "document": document,
        "languages": [str(LANGUAGE_NAMES.get(code, code)) for code in document["languages"]],
        "before": before,
        "ended": _ended(edition),
        "may_edit": may(request.user, "standards.edit_edition", edition),
        "may_begin": edition.status in {EditionStatus.PUBLISHED, EditionStatus.SUPERSEDED},
        "tiers": tiers,
        "tier_titles": _titles(tiers),
        "filters": filters,
        "tree": tree,
        "count": sum(branch.count for branch in tree),
        "total": sum(len(clause["criteria"]) for block in document["blocks"] for clause in block["clauses"]),
    }
    part = "#tree" if request.headers.get("HX-Request") else ""
    return render(request, f"standards/edition.html{part}", context)


@signed_in
def criterion_detail(request: HttpRequest, code: str, version: str, criterion: str) -> HttpResponse:
    """Show one criterion in full."""
    rows = Criterion.objects.select_related("edition", "clause__block")
    visible = Edition.objects.visible_to(request.user).filter(code=code, version=version)
    row = get_object_or_404(rows, edition__in=visible, code=criterion)
    before, after = neighbours(row)
    context = {
        **criterion_context(row, edition_document(row.edition)),
        "edition": row.edition,
        "practices": practices_of_criterion(row.edition, row.code, request.user),
        "before": before,
        "after": after,
        "may_edit": row.edition.status == EditionStatus.DRAFT
        and may(request.user, "standards.edit_edition", row.edition),
    }
    return render(request, "standards/criterion.html", context)


def criterion_context(row: Criterion, document: dict[str, Any]) -> dict[str, Any]:
    """Return what the page of a criterion shows of it; no query, so that an unsaved one can be shown too."""
    scale = document["scale"]
    own = criteria_of(document)[row.code].get("scale", scale)
    names = scale["names"] if (own["min"], own["max"]) == (scale["min"], scale["max"]) else {}
    return {
        "criterion": row,
        "tier_title": _titles(document["tiers"]).get(row.tier),
        "anchors": [(level, names.get(level), words) for level, words in row.anchors.items()],
        "kpis": [(kpi, known_kpis().get(kpi, kpi)) for kpi in row.kpis],
        "condition": _condition(document, row.condition),
        "schemes": _crosswalk(document, row.crosswalk),
    }


def _ended(edition: Edition) -> EditionStep | None:
    """Return how the edition was withdrawn or superseded (its reason is then a version); no query where it was not."""
    name = {EditionStatus.WITHDRAWN: "withdraw", EditionStatus.SUPERSEDED: "supersede"}.get(
        EditionStatus(edition.status)
    )
    return edition.steps.filter(name=name).last() if name else None


def _query(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_QUERY]


def _filters(request: HttpRequest, tiers: set[str]) -> Filters:
    """Read the filters; what is not a tier or a kind filters nothing."""
    tier, kind = request.GET.get("tier", ""), request.GET.get("kind", "")
    return Filters(
        query=_query(request),
        tier=tier if tier in tiers else "",
        kind=kind if kind in KINDS else "",
        mandatory=request.GET.get("mandatory") == "1",
    )


def _titles(tiers: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    return {tier["code"]: tier["title"] for tier in tiers}


def _condition(document: dict[str, Any], condition: dict[str, Any] | None) -> tuple[dict[str, str], list[str]] | None:
    """Return (title of the fact, values one of which it has to include), or None where always asked."""
    if condition is None:
        return None
    titles = {fact["code"]: fact["title"] for fact in document["facts"]}
    return titles[condition["fact"]], [plain(each, gettext) for each in condition["includes"]]


def _crosswalk(document: dict[str, Any], crosswalk: dict[str, list[str]]) -> list[tuple[dict[str, str], list[str]]]:
    """Return (full name of the scheme, clauses or subjects) in the edition's order."""
    return [
        (scheme["title"], [each.replace("_", " ") for each in crosswalk[scheme["code"]]])
        for scheme in document["schemes"]
        if crosswalk.get(scheme["code"])
    ]

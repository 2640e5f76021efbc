"""The page on which two editions of a standard stand side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import signed_in
from standards.differences import ASPECTS, difference_page
from standards.models import Edition

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
def edition_compare(request: HttpRequest, code: str, old: str, new: str) -> HttpResponse:
    """Show what differs; ``?only=`` keeps the criteria of one aspect. ``?old=&new=`` of the form leads here too."""
    editions = Edition.objects.visible_to(request.user).filter(code=code)
    chosen = (request.GET.get("old", ""), request.GET.get("new", ""))
    if all(chosen) and chosen != (old, new):
        versions = set(editions.values_list("version", flat=True))
        if not versions.issuperset(chosen):
            raise Http404
        return redirect("standards:compare", code, *chosen)
    pair = [get_object_or_404(editions, version=version) for version in (old, new)]
    only = request.GET.get("only", "")
    page = difference_page(*pair, only=only if only in {str(aspect) for aspect in ASPECTS} else "")
    context = {
        "old": pair[0],
        "new": pair[1],
        "page": page,
        "only": only,
        "versions": editions.order_by("version").values_list("version", flat=True),
    }
    return render(request, "standards/compare.html", context)

"""An edition through the lenses: what each covers, which of its groups no criterion leads into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404, render

from accounts.access import signed_in
from standards.lenses import assign, items_of
from standards.models import Edition
from standards.selectors import edition_document
from standards.shelf import shelf

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
def lens_list(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """List the lenses that fit the standard, and the files that cannot be read."""
    edition = get_object_or_404(Edition.objects.visible_to(request.user), code=code, version=version)
    items, found = items_of(edition_document(edition)), shelf()
    coverages = [assign(lens, items) for lens in found.lenses.values() if lens.fits(edition.code)]
    context = {"edition": edition, "coverages": coverages, "faults": found.faults}
    return render(request, "standards/lens_list.html", context)


@signed_in
def lens_coverage(request: HttpRequest, code: str, version: str, lens: str) -> HttpResponse:
    """Show the groups of a lens with the criteria that lead into each."""
    edition = get_object_or_404(Edition.objects.visible_to(request.user), code=code, version=version)
    chosen = shelf().lenses.get(lens)
    if chosen is None or not chosen.fits(edition.code):
        raise Http404
    coverage = assign(chosen, items_of(edition_document(edition)))
    context = {"edition": edition, "lens": chosen, "coverage": coverage, "branches": list(coverage.walk())}
    return render(request, "standards/lens.html", context)

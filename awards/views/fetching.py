"""Fetching what an address names, as far as the person may see it; else 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from accounts.views.profiles import person
from awards.models import Entry, Programme

if TYPE_CHECKING:
    from django.http import HttpRequest


def programme_of(request: HttpRequest, code: str) -> Programme:
    """Return a visible programme; one query."""
    found = Programme.objects.visible_to(person(request.user)).select_related("organiser", "edition")
    programme = found.defer("edition__document").filter(code=code).first()
    if programme is None:
        raise Http404
    return programme


def entry_of(request: HttpRequest, code: str) -> Entry:
    """Return a visible entry; one query."""
    found = Entry.objects.visible_to(person(request.user)).select_related(
        "programme__organiser", "organisation", "centre"
    )
    entry = found.defer("programme__edition__document").filter(code=code).first()
    if entry is None:
        raise Http404
    return entry

"""What the pages of the registers share: fetching with 404 and 403, and reading a list's query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404

from accounts.access import require
from accounts.models import Centre, Organisation
from audits.registers import Credential, Project
from audits.selectors.registers.credentials import organisations_with_registers

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

PAGE = 50
CHANGE = "audits.change_register"
LONGEST_QUERY = 100
LONGEST_KEY = 18


def query_of(request: HttpRequest) -> str:
    """Return what is searched for, short and without what a database refuses."""
    return request.GET.get("q", "").strip()[:LONGEST_QUERY].replace("\0", "")


def key_of(request: HttpRequest, name: str) -> int | None:
    """Return a whole number of the address that a database can hold, else None."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_KEY else None


def centre_for(user: User, pk: int, permission: str = "") -> Centre:
    """Return the centre: 404 to outsiders, 403 without the right to write, where one is asked for."""
    centre = get_object_or_404(Centre.objects.visible_to(user).select_related("organisation"), pk=pk)
    if permission:
        require(user, permission, centre.organisation)
    return centre


def organisation_for(user: User, pk: int, permission: str) -> Organisation:
    """Return the organisation: 404 to outsiders, 403 without the right."""
    organisation = get_object_or_404(organisations_with_registers(user), pk=pk)
    require(user, permission, organisation)
    return organisation


def credential_for(user: User, pk: int, permission: str = "") -> Credential:
    """Return the credential: 404 to outsiders, 403 without the right to write, where one is asked for."""
    visible = Credential.objects.visible_to(user).select_related("organisation", "holder", "created_by", "revoked_by")
    credential = get_object_or_404(visible, pk=pk)
    if permission:
        require(user, permission, credential.organisation)
    return credential


def project_for(user: User, pk: int, permission: str = "") -> Project:
    """Return the project: 404 to outsiders, 403 without the right to write, where one is asked for."""
    visible = Project.objects.visible_to(user).select_related(
        "centre__organisation", "lead__holder", "filed_by", "ended_by", "created_by"
    )
    project = get_object_or_404(visible, pk=pk)
    if permission:
        require(user, permission, project.centre.organisation)
    return project

"""What an address narrows a list to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.selectors.narrowing import STAGES, Narrowed
from audits.views.registers.shared import key_of

if TYPE_CHECKING:
    from django.http import HttpRequest

FIRST_YEAR, LAST_YEAR = 1990, 2200
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def narrowed_of(request: HttpRequest) -> Narrowed:
    """Read it; what makes no sense narrows nothing."""
    year, stage = key_of(request, "year"), request.GET.get("stage", "")
    return Narrowed(
        year=year if year and FIRST_YEAR <= year <= LAST_YEAR else None,
        organisation=key_of(request, "organisation"),
        centre=key_of(request, "centre"),
        programme=key_of(request, "programme"),
        tier=code_of(request, "tier"),
        stage=stage if stage in STAGES else "",
        scored=bool(request.GET.get("scored")),
    )


def code_of(request: HttpRequest, name: str) -> str:
    """Return a code of the address, such as that of a tier or block; empty where it can be none."""
    value = request.GET.get(name, "")
    return value if _CODE.fullmatch(value) else ""

"""How an organisation's documents look now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.house import Dress, House, dress
from reports.models import HouseStyle

if TYPE_CHECKING:
    from accounts.models import Organisation


def house_now(organisation: Organisation) -> HouseStyle | None:
    """Return the newest version; None where the organisation has none of its own. One query."""
    return HouseStyle.objects.filter(organisation=organisation).order_by("-version").first()


def dress_of(organisation: Organisation, language: str) -> tuple[Dress | None, bytes]:
    """Return what documents of the organisation wear in a language, and its mark as PNG; one query."""
    style = house_now(organisation)
    if style is None:
        return None, b""
    worn = dress(House.restored(style.content), code=organisation.name, version=style.version, language=language)
    return worn, bytes(style.logo)

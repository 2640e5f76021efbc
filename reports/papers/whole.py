"""What documents about more than one audit have in common: how they begin, whose they are, whose clock they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from ledger.models import Entry
from reports.document import Imprint
from reports.paper import Paper

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Organisation
    from reports.papers.kind import Order


def today_of(order: Order) -> date:
    """Return the day of the order on the installation's calendar."""
    return timezone.localdate(order.at, timezone.get_default_timezone())


def whole_paper(order: Order, kind: str, title: str, whose: Organisation | str, **more: Any) -> Paper:
    """Return a paper that is about no single audit: one query, for the ledger's head."""
    head = Entry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    values: dict[str, Any] = {
        "about": "",
        "notes": (),
        "facts": (),
        "author": str(whose),
        "zone": settings.TIME_ZONE,
        "is_demo": bool(getattr(whose, "is_demo", False)),
    }
    return Paper(
        kind=kind,
        language=order.language,
        title=title,
        organisation=str(whose),
        imprint=Imprint(order.at, *(head or (0, ""))),
        **(values | more),
    )

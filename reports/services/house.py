"""An organisation says how its documents look; every change is a new version, and none is ever lost."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Organisation
from ledger.services import ledger_append
from reports.models import HouseStyle
from reports.selectors import house_now

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from reports.house import House


@transaction.atomic
def house_save(*, organisation: Organisation, house: House, logo: bytes, by: User, at: datetime) -> HouseStyle:
    """Keep a version, from now on worn by new documents; one that says the same as the newest is not kept twice."""
    Organisation.objects.select_for_update().only("pk").get(pk=organisation.pk)
    house = replace(house, logo_sha256=hashlib.sha256(logo).hexdigest() if logo else "")
    now = house_now(organisation)
    if now and now.sha256 == house.sha256():
        return now
    style = HouseStyle.objects.create(
        organisation=organisation,
        version=now.version + 1 if now else 1,
        content=house.content(),
        sha256=house.sha256(),
        logo=logo,
        saved_by=by,
        saved_at=at,
    )
    payload = {"organisation": organisation.pk, "version": style.version, "sha256": style.sha256}
    ledger_append(action="house.saved", subject=f"house:{organisation.pk}", by=by, at=at, payload=payload)
    return style

"""Contact centres' master data."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from accounts.models import Centre
from accounts.recording import record
from accounts.services.errors import NameTakenError, StaleCentreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Organisation, User

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class CentreFacts:
    """What is known of a centre: codes for country, industry and channels, names of languages, an IANA time zone."""

    name: str
    city: str
    country: str
    industry: str
    channels: Sequence[str]
    languages: Sequence[str]
    seats: int
    time_zone: str


def centre_create(*, organisation: Organisation, facts: CentreFacts, by: User | None) -> Centre:
    """Add a centre to an organisation. Raises NameTakenError."""
    try:
        with transaction.atomic():
            centre = Centre.objects.create(organisation=organisation, **asdict(facts))
            _record(centre, "created", by, asdict(facts))
    except IntegrityError as error:
        raise NameTakenError(facts.name) from error
    logger.info("centre %s created by user %s", centre.pk, by.pk if by else "the system")
    return centre


def centre_update(*, centre: Centre, revision: int, facts: CentreFacts, by: User) -> Centre:
    """Change a centre that the person saw at this revision. Raises StaleCentreError, NameTakenError."""
    try:
        with transaction.atomic():
            current = Centre.objects.select_for_update().get(pk=centre.pk)
            if current.revision != revision:
                raise StaleCentreError(current)
            changed = {name: value for name, value in asdict(facts).items() if getattr(current, name) != value}
            for name, value in changed.items():
                setattr(current, name, value)
            current.revision += 1
            current.save()
            _record(current, "changed", by, changed)
    except IntegrityError as error:
        raise NameTakenError(facts.name) from error
    logger.info("centre %s changed to revision %s by user %s", current.pk, current.revision, by.pk)
    return current


def _record(centre: Centre, what: str, by: User | None, facts: dict[str, Any]) -> None:
    payload = {"organisation": centre.organisation_id, "revision": centre.revision, "facts": facts}
    record(action=f"centre.{what}", subject=f"centre:{centre.pk}", by=by, payload=payload)

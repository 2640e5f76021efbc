"""Reading the register of credentials."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from audits.levels import levels
from audits.registers import Credential, organisations_read
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise as LazyText

    from accounts.models import User

SOON, NEAR = timedelta(days=30), timedelta(days=90)
# state -> words, style of the tag
STATES: dict[str, tuple[LazyText, str]] = {
    "valid": (_("In force"), "is-good"),
    "expiring_90": (_("Expires within 90 days"), "is-warn"),
    "expiring_30": (_("Expires within 30 days"), "is-warn"),
    "expired": (_("Expired"), "is-bad"),
    "revoked": (_("Revoked"), "is-bad"),
}
SORTS = {
    "person": ("person_name", "-passed_on", "pk"),
    "valid_until": ("valid_until", "person_name", "pk"),
    "-passed_on": ("-passed_on", "-pk"),
    "course": ("course", "person_name", "pk"),
}


def state_of(credential: Credential, today: date) -> str:
    """Return where a credential stands on a day: a key of ``STATES``."""
    if credential.revoked_on and credential.revoked_on <= today:
        return "revoked"
    if credential.valid_until is None:
        return "valid"
    if credential.valid_until < today:
        return "expired"
    left = credential.valid_until - today
    return "expiring_30" if left <= SOON else "expiring_90" if left <= NEAR else "valid"


def _in_state(state: str, today: date) -> Q:
    """Return the same as a condition, so that the database filters."""
    if state == "revoked":
        return Q(revoked_on__lte=today)
    held = Q(revoked_on=None) | Q(revoked_on__gt=today)
    ends = {
        "valid": Q(valid_until=None) | Q(valid_until__gt=today + NEAR),
        "expiring_90": Q(valid_until__gt=today + SOON, valid_until__lte=today + NEAR),
        "expiring_30": Q(valid_until__gte=today, valid_until__lte=today + SOON),
        "expired": Q(valid_until__lt=today),
    }
    return held & ends[state]


def organisations_with_registers(user: User) -> QuerySet[Organisation]:
    """Return the organisations whose registers a person may read, by name; one query."""
    return Organisation.objects.filter(organisations_read(user)).distinct().order_by("name")


def credentials_found(
    user: User, *, today: date, text: str = "", organisation: int | None = None, state: str = "", sort: str = ""
) -> QuerySet[Credential]:
    """Return what matches, people and organisations included; two queries with the centres."""
    found = (
        Credential.objects.visible_to(user)
        .select_related("holder", "organisation")
        .prefetch_related("centres")
        .annotate(person_name=Coalesce("holder__name", "holder_name"))
    )
    if text:
        found = found.filter(
            Q(person_name__icontains=text)
            | Q(course__icontains=text)
            | Q(body__icontains=text)
            | Q(number__icontains=text)
        )
    if organisation is not None:
        found = found.filter(organisation=organisation)
    if state in STATES:
        found = found.filter(_in_state(state, today))
    return found.order_by(*SORTS.get(sort, SORTS["person"]))


def level_titles() -> Mapping[str, str]:
    """Return the titles of all levels by key, in the reader's language; a key that no scheme has is not in it."""
    return {key: text(level.title) for key, level in levels(settings.CREDENTIAL_LEVELS).items()}

"""Reading how organisations follow findings up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.followup import FollowUpPolicy, ServiceClock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Centre


def policies_of(organisations: Iterable[int]) -> dict[int, FollowUpPolicy]:
    """Return the policy of each organisation, the defaults where none was saved; one query."""
    wanted = set(organisations)
    saved = FollowUpPolicy.objects.filter(organisation__in=wanted).select_related("supervisor")
    found = {policy.organisation_id: policy for policy in saved}
    return {pk: found.get(pk) or FollowUpPolicy(organisation_id=pk) for pk in wanted}


def policy_of(organisation: int) -> FollowUpPolicy:
    """Return the policy of one organisation, the defaults where none was saved; one query."""
    return policies_of([organisation])[organisation]


def clock_of(centre: Centre) -> ServiceClock:
    """Return what the centre promises, the defaults where nothing was saved; one query."""
    return ServiceClock.objects.filter(centre=centre).first() or ServiceClock(centre=centre)

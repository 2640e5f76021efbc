"""How an organisation follows findings up, and what its centres promise their customers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audits.followup import FollowUpPolicy, ServiceClock
from audits.services.errors import AuditError
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from accounts.models import Centre, Organisation, User


class PolicyError(AuditError):
    """The settings cannot be saved; ``code`` is stale_policy."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class PolicyFacts:
    """What ``FollowUpPolicy`` holds."""

    soon_days: int
    escalate_days: int
    act_days_1: int
    act_days_2: int
    act_days_3: int
    tells_1: list[str]
    tells_2: list[str]
    tells_3: list[str]
    supervisor: User | None
    major_days: int
    minor_days: int


@dataclass(frozen=True)
class ClockFacts:
    """What ``ServiceClock`` holds."""

    ticket_days: int
    ticket_share: Decimal
    complaint_days: int
    complaint_share: Decimal
    second_calls: Decimal
    near: Decimal
    far: Decimal


def _plain(facts: PolicyFacts | ClockFacts) -> dict[str, Any]:
    """Return the facts as the ledger takes them."""
    values = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return {
        name: value if isinstance(value, (int, list)) or value is None else str(getattr(value, "pk", value))
        for name, value in values.items()
    }


@transaction.atomic
def policy_save(
    *, organisation: Organisation, facts: PolicyFacts, revision: int, by: User, at: datetime
) -> FollowUpPolicy:
    """Save how findings are followed up. Raises ``PolicyError`` when somebody saved since ``revision`` was read."""
    FollowUpPolicy.objects.get_or_create(organisation=organisation)
    policy = FollowUpPolicy.objects.select_for_update().get(organisation=organisation)
    if policy.revision != revision:
        raise PolicyError("stale_policy")
    for each in fields(facts):
        setattr(policy, each.name, getattr(facts, each.name))
    policy.revision += 1
    policy.save()
    subject = f"organisation:{organisation.pk}"
    ledger_append(action="follow_up.policy_saved", subject=subject, by=by, at=at, payload=_plain(facts))
    return policy


@transaction.atomic
def clock_save(*, centre: Centre, facts: ClockFacts, revision: int, by: User, at: datetime) -> ServiceClock:
    """Save what a centre promises. Raises ``PolicyError`` when somebody saved since ``revision`` was read."""
    ServiceClock.objects.get_or_create(centre=centre)
    clock = ServiceClock.objects.select_for_update().get(centre=centre)
    if clock.revision != revision:
        raise PolicyError("stale_policy")
    for each in fields(facts):
        setattr(clock, each.name, getattr(facts, each.name))
    clock.revision += 1
    clock.save()
    subject = f"centre:{centre.pk}"
    ledger_append(action="follow_up.clock_saved", subject=subject, by=by, at=at, payload=_plain(facts))
    return clock

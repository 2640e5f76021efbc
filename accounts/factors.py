"""Who signs in with a second factor, and who has one.

Operators, and whoever holds one of ``DEMANDING`` roles: they see other organisations' evidence, decide, or administer.
A room above adds its own people (``second_factor_for``), such as the judges of an award.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator

from accounts.models import AUDIT_STAFF, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

DEMANDING = (*AUDIT_STAFF, Role.SCHEME_OWNER, Role.AWARD_CHAIR)
# What proves a person by itself; recovery codes only stand in for one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

_OTHERS: dict[str, Callable[[User], bool]] = {}


def second_factor_for(who: str, holds: Callable[[User], bool]) -> None:
    """Demand a second factor also of those for whom ``holds`` is true; a room says so when Django starts."""
    _OTHERS[who] = holds


def second_factor_needed(user: User) -> bool:
    """Say whether this person has to have one; at most one SQL query for the roles and one per room above."""
    return user.is_staff or bool(user.organisations_as(*DEMANDING)) or any(holds(user) for holds in _OTHERS.values())


def second_factor_held(user: User) -> bool:
    """Say whether this person has set one up; one SQL query."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())

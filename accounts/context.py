"""What every page knows besides its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import User
from accounts.selectors import unread_count

if TYPE_CHECKING:
    from django.http import HttpRequest


def notices(request: HttpRequest) -> dict[str, Any]:
    """Give the bell its number, as a function: one query when called, none in fragments, which show no bell."""
    user = getattr(request, "user", None)
    return {"unread_notices": lambda: unread_count(user) if isinstance(user, User) else 0}

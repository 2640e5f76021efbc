"""A person's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User


def profile_update(*, user: User, name: str, language: str, time_zone: str) -> User:
    """Change how a person is named, and in which language and time zone pages speak to them."""
    user.name, user.language, user.time_zone = name, language, time_zone
    user.save(update_fields=["name", "language", "time_zone"])
    return user

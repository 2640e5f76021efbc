"""A person's own settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.recording import record

if TYPE_CHECKING:
    from accounts.models import User


def profile_update(*, user: User, name: str, language: str, time_zone: str) -> User:
    """Change how a person is named, and in which language and time zone pages speak to them."""
    changed = [
        field
        for field, value in (("name", name), ("language", language), ("time_zone", time_zone))
        if getattr(user, field) != value
    ]
    user.name, user.language, user.time_zone = name, language, time_zone
    with transaction.atomic():
        user.save(update_fields=["name", "language", "time_zone"])
        if changed:  # which, not what: a name must not be in a chain that is never erased
            record(action="person.changed", subject=f"person:{user.pk}", by=user, payload={"fields": changed})
    return user

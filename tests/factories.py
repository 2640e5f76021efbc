"""Plain functions that make rows for tests; every name is different, so that unique columns never meet."""

from __future__ import annotations

import itertools
from typing import Any

from accounts.models import Centre, Membership, Organisation, Role, User

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def make_organisation(**fields: Any) -> Organisation:
    """Make an organisation in Hong Kong."""
    return Organisation.objects.create(**{"name": f"Organisation {next(_numbers)}", "country": "HK", **fields})


def make_user(role: str | None = None, organisation: Organisation | None = None, **fields: Any) -> User:
    """Make a person who signs in with ``PASSWORD``; with a role, a member of the organisation (a new one if none)."""
    number = next(_numbers)
    values = {"email": f"person{number}@example.org", "name": f"Person {number}", **fields}
    user = User.objects.create_user(password=PASSWORD, **values)
    if role:
        Membership.objects.create(user=user, organisation=organisation or make_organisation(), role=Role(role))
    return user


def make_centre(organisation: Organisation | None = None, **fields: Any) -> Centre:
    """Make a bank's voice centre of 40 seats."""
    values: dict[str, Any] = {
        "name": f"Centre {next(_numbers)}",
        "city": "Hong Kong",
        "country": "HK",
        "industry": "banking",
        "channels": ["voice"],
        "languages": ["en"],
        "seats": 40,
        **fields,
    }
    return Centre.objects.create(organisation=organisation or make_organisation(), **values)

"""Identity providers for single sign-on, as an operator names them: JSON in one environment variable. No Django."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

CODE = re.compile(r"[a-z0-9-]{1,40}\Z")
NEEDED = ("id", "name", "server", "client_id", "client_secret")
LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class IdentityProvider:
    """One provider of OpenID Connect; ``origins`` are those to which the browser is sent to sign in."""

    id: str
    name: str
    server: str
    client_id: str
    client_secret: str = field(repr=False)
    origins: tuple[str, ...] = ()

    def app(self) -> dict[str, Any]:
        """Return what django-allauth wants to know."""
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.client_secret,
            "settings": {"server_url": self.server, "uid_field": "sub"},
        }


def identity_providers(text: str) -> tuple[IdentityProvider, ...]:
    """Read a JSON list of objects with ``id``, ``name``, ``server``, ``client_id``, ``client_secret``.

    ``sign_in_at``, a list of origins, names where the browser is sent when that is not the server's own. Raises
    ValueError with the entry that cannot be used; secrets are not repeated.
    """
    if not text.strip():
        return ()
    try:
        entries = json.loads(text)
    except ValueError:
        raise ValueError("this is not JSON.") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("a list of objects is wanted.")
    found = tuple(_provider(number, entry) for number, entry in enumerate(entries, start=1))
    if len({each.id for each in found}) < len(found):
        raise ValueError("two entries have the same id.")
    return found


def _provider(number: int, entry: dict[str, Any]) -> IdentityProvider:
    lacking = [name for name in NEEDED if not isinstance(entry.get(name), str) or not entry[name].strip()]
    if lacking:
        raise ValueError(f"entry {number} lacks {', '.join(lacking)}.")
    if not CODE.match(entry["id"]):
        raise ValueError(f"entry {number}: an id has 1 to 40 small letters, digits and hyphens.")
    elsewhere = entry.get("sign_in_at", [])
    if not isinstance(elsewhere, list):
        raise ValueError(f"entry {number}: sign_in_at is a list of addresses.")  # noqa: TRY004 - what a file says
    origins = dict.fromkeys(_origin(number, address) for address in (entry["server"], *elsewhere))
    return IdentityProvider(**{name: entry[name].strip() for name in NEEDED}, origins=tuple(origins))


def _origin(number: int, address: object) -> str:
    """Return scheme and host; plain HTTP only to this machine."""
    parts = urlsplit(str(address))
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise ValueError(f"entry {number}: {address} is no https address.")
    return f"{parts.scheme}://{parts.netloc}"

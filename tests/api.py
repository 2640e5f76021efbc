"""Calling the API as a program does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Scope, User
from accounts.services import token_create

if TYPE_CHECKING:
    from collections.abc import Callable


class Program:
    """A program with a token of somebody, for all scopes unless some are named."""

    def __init__(self, user: User, *scopes: Scope) -> None:
        """Make the token."""
        at = timezone.now()
        self.token, self.secret = token_create(
            user=user, name="Script", scopes=scopes or Scope, expires_at=at + timedelta(days=7), at=at
        )
        self.client = Client(headers={"Authorization": f"Bearer {self.secret}"})

    def get(self, path: str, **headers: str) -> Any:
        """Ask for a path below ``/api/v1/``."""
        return self.client.get(f"/api/v1/{path}", headers=headers)

    def post(self, path: str, body: object) -> Any:
        """Send a body as JSON."""
        return self.client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")

    def send(self, path: str, name: str, content: bytes, **said: object) -> Any:
        """Send a file with what is said of it, as a form does."""
        return self.client.post(f"/api/v1/{path}", {"file": SimpleUploadedFile(name, content), **said})

    def delete(self, path: str) -> Any:
        """Take away what a path names."""
        return self.client.delete(f"/api/v1/{path}")

    def put(self, path: str, body: object, **headers: str) -> Any:
        """Send a body as JSON, or bytes as they are."""
        sent = body if isinstance(body, bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.put(f"/api/v1/{path}", sent, content_type="application/json", headers=named)


def queries_of(call: Callable[[], Any]) -> int:
    """Return how many queries a request takes that is answered."""
    with CaptureQueriesContext(connection) as caught:
        assert call().status_code == 200
    return len(caught)

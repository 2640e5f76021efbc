"""Django's ``changepassword``, and a record of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandError
from django.db import transaction

from accounts.models import User
from accounts.recording import record


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        if not options["username"]:
            raise CommandError("Say whose password: changepassword ADDRESS")
        with transaction.atomic():
            done = super().handle(*args, **options)
            user = User.objects.get(email=options["username"])
            record(action="person.password_set", subject=f"person:{user.pk}", by=None, payload={"user": user.pk})
        return done

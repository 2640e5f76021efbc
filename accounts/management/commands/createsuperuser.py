"""Django's ``createsuperuser``, and a record of it: an operator that nobody knows of would be a way in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from accounts.models import User
from accounts.recording import record


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        known = set(User.objects.filter(is_staff=True).values_list("pk", flat=True))
        with transaction.atomic():
            super().handle(*args, **options)
            for user in User.objects.filter(is_staff=True).exclude(pk__in=known):
                record(action="person.operator_made", subject=f"person:{user.pk}", by=None, payload={"user": user.pk})

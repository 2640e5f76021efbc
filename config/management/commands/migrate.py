"""Django's ``migrate``, and a record of which migrations changed an installation that is at work."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from ledger.models import Entry
from ledger.services import ledger_append


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        ours = options["database"] == DEFAULT_DB_ALIAS
        before = set(self._applied()) if ours else set()
        super().handle(*args, **options)
        if not ours or "ledger_entry" not in connection.introspection.table_names():
            return
        after = set(self._applied())
        changes = {"applied": sorted(after - before), "taken_back": sorted(before - after)}
        # An installation that begins has nothing to tell yet; its first entry is somebody's first act.
        if any(changes.values()) and Entry.objects.exists():
            with transaction.atomic():
                ledger_append(
                    action="installation.migrated", subject="installation", by=None, at=timezone.now(), payload=changes
                )

    def _applied(self) -> list[str]:
        return [f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()]

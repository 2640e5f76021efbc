"""``manage.py monthly_documents``: what is due this month, and files that have expired. Once a day, from cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.services import exports_expire, schedules_run


class Command(BaseCommand):
    help = "Ask for the documents that schedules make this month, and remove files of exports that have expired."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run both; a second run on the same day changes nothing."""
        asked, expired = schedules_run(at=timezone.now()), exports_expire(at=timezone.now())
        self.stdout.write(f"Batches asked for: {len(asked)}. Files expired: {expired}.")

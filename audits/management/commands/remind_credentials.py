"""``manage.py remind_credentials``: tell people which credentials lapse. Once a day, from cron or a timer."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from audits.services.registers.reminders import credentials_remind


class Command(BaseCommand):
    help = "E-mail holders and managers about credentials that lapse in 90 or 30 days, or have lapsed; each once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        result = credentials_remind(at=timezone.now())
        self.stdout.write(f"{result.sent} sent, {result.failed} failed.")
        if result.failed:
            sys.exit(1)

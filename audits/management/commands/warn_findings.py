"""``manage.py warn_findings``: early warnings about findings. Once a day, from cron or a timer."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audits.services.warnings import findings_warn


class Command(BaseCommand):
    help = "Raise warnings about findings that are due soon, overdue or to be escalated, and mail them; each once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        raised, mailed = findings_warn(at=timezone.now())
        counts = {"raised": raised, "sent": mailed.sent, "failed": mailed.failed}
        words = f"{raised} warnings raised, {mailed.sent} mails sent, {mailed.failed} failed."
        self.stdout.write(json.dumps(counts) if options["json"] else words)
        if mailed.failed:
            sys.exit(1)

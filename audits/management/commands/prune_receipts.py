"""``manage.py prune_receipts``: let go of receipts of saves that nobody asks for any more. Once a day, from cron."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audits.services.receipts import RECEIPT_DAYS, receipts_prune


class Command(BaseCommand):
    help = f"Delete receipts of saves that are older than {RECEIPT_DAYS} days; answers and histories are not touched."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the count as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        pruned = receipts_prune(at=timezone.now())
        self.stdout.write(json.dumps({"pruned": pruned}) if options["json"] else f"{pruned} receipts deleted.")

"""``manage.py doctor``: what is misconfigured, in words."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.doctor import FAULT, examine

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = (
        "Looks at settings, database, storage, background work, mail, keys and files, and says what to do. "
        "Exit 0: no fault (notes are allowed); 1: at least one fault."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")
        parser.add_argument("--here", action="store_true", help="ask no mail server, broker or worker")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = examine(at=timezone.now(), connect=not options["here"])
        if options["json"]:
            self.stdout.write(json.dumps([asdict(each) for each in found], ensure_ascii=False))
        else:
            for each in found:
                mark = "FAULT" if each.state == FAULT else each.state
                self.stdout.write(f"{mark:<6} {each.check + ':':<15} {each.words}")
        if any(each.state == FAULT for each in found):
            sys.exit(1)

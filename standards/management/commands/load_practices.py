"""``manage.py load_practices FILE``: load best practices that were judged elsewhere, or name every fault."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from standards.editions import EditionError
from standards.editions.source import read_bytes
from standards.services.errors import PracticeTakenError
from standards.services.practice_loading import practices_load

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Exit 0: loaded or unchanged. 1: a code belongs to a practice proposed here. 2: cannot be used."""

    help = "Load best practices from their YAML file; loading them again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            loaded = practices_load(data=read_bytes(options["file"]), at=timezone.now())
        except EditionError as error:
            for fault in error.faults:
                self.stderr.write(f"{options['file']}: {fault}")
            sys.exit(2)
        except PracticeTakenError as error:
            self.stderr.write(f"{options['file']}: {error}")
            sys.exit(1)
        if options["json"]:
            self.stdout.write(json.dumps([{"code": code, "outcome": outcome} for code, outcome in loaded]))
            return
        for code, outcome in loaded:
            self.stdout.write(f"{code}: {outcome}")

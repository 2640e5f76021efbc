"""``manage.py backup DIR``: a whole copy of this installation, made while people work."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.backup.making import backup_make
from config.backup.manifest import BackupError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = (
        "Copies the database, the evidence, exports, records, lenses and keys into a new folder, with a manifest. "
        "Exit 0: done; 1: done, but evidence was damaged already; 2: not possible, nothing left behind."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or empty")
        parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            made = backup_make(Path(options["folder"]), at=timezone.now())
        except BackupError as error:
            raise CommandError(str(error), returncode=2) from error
        size, rows = sum(size for size, _hash in made.files.values()), sum(made.counts.values())
        if options["json"]:
            facts = {"files": len(made.files), "bytes": size, "rows": rows, "damaged": made.damaged}
            self.stdout.write(json.dumps({**facts, "ledger": {"sequence": made.head[0], "hash": made.head[1]}}))
        else:
            self.stdout.write(
                f"{len(made.files)} files, {size} bytes, {rows} rows, ledger up to entry {made.head[0]}.\n"
                "The folder holds keys and personal data: keep it where only operators can read it."
            )
            for path in made.damaged:
                self.stdout.write(f"{path}: does not match its SHA-256")
        if made.damaged:
            sys.exit(1)

"""``manage.py restore DIR``: a backup back into an empty installation, checked."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.backup.manifest import BackupError
from config.backup.restoring import restore

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = (
        "Restores a backup into an installation that holds nothing yet, and checks files, row counts, ledger and "
        "evidence. Stop web and worker first. Exit 0: all there; 1: restored, but something does not agree; 2: refused."
    )
    # The tables may not be there yet.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", help="the folder of a backup")
        parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            manifest, faults = restore(Path(options["folder"]), at=timezone.now())
        except BackupError as error:
            raise CommandError(str(error), returncode=2) from error
        faults += [words for command in ("verify_ledger", "verify_evidence") if (words := self._fault(command))]
        rows = sum(manifest.counts.values())
        if options["json"]:
            facts = {"made_at": manifest.made_at, "files": len(manifest.files), "rows": rows, "faults": faults}
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
        else:
            self.stdout.write(f"Restored the backup of {manifest.made_at}: {len(manifest.files)} files, {rows} rows.")
            for fault in faults:
                self.stdout.write(fault)
        if faults:
            sys.exit(1)

    def _fault(self, command: str) -> str:
        """Run a check; return what it printed when it does not hold."""
        told = io.StringIO()
        try:
            call_command(command, stdout=told, stderr=self.stderr)
        except SystemExit:
            return f"{command}: {told.getvalue().strip()}"
        return ""

"""``ship_ledger``: hand what is new in the ledger to the place outside, and sign a checkpoint."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger.services import checkpoint_write, ledger_ship
from ledger.witness import WitnessError


class Command(BaseCommand):
    help = (
        "Writes a signed checkpoint to LEDGER_CHECKPOINTS and, where LEDGER_SHIP names a place, hands it what is new. "
        "Run it every few minutes where no Celery beat runs. Exit 0: done; 2: a place cannot be written to."
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            head = checkpoint_write(at=timezone.now())
            sent = ledger_ship()
        except (OSError, WitnessError) as error:
            raise CommandError(str(error), returncode=2) from error
        place = settings.LEDGER_SHIP or "no place is set"
        self.stderr.write(f"Checkpoint at entry {head.sequence}; {sent} entries handed over ({place}).")

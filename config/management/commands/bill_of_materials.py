"""``manage.py bill_of_materials``: what the product is made of, as CycloneDX JSON on standard output."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.materials import bill


class Command(BaseCommand):
    help = "Prints a CycloneDX 1.6 bill of materials made from the locks. Exit 2: a lock cannot be read."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            made = bill(settings.BASE_DIR)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"The locks cannot be read: {error}", returncode=2) from error
        self.stdout.write(json.dumps(made, ensure_ascii=False, indent=1))

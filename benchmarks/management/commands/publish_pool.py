"""``publish_pool``: publish a period of the peer pool as a market release of its own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import timezone

from benchmarks.services import PoolError, pool_publish

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Publish a year or half-year of the peer pool, such as 2026-H1, once it is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        period = options["period"].upper()
        try:
            release = pool_publish(
                period=period, url=reverse("benchmarks:pool"), title=f"Peer pool {period}", by=None, at=timezone.now()
            )
        except PoolError as error:
            self.stderr.write(f"{period}: {error}")
            sys.exit(2)
        count = release.figures.count()
        if options["json"]:
            self.stdout.write(json.dumps({"code": release.code, "sha256": release.sha256, "figures": count}))
        else:
            self.stdout.write(f"{release.code}: {count} figures, SHA-256 {release.sha256}")

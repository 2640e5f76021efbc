"""``manage.py load_scale``: a large invented installation, to try how fast it is."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.demo.scale import Size, is_empty, load_scale

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

FEWEST_AUDITS, FEWEST = 20, 2  # one audit in every state; a company beside its audit body


class Command(BaseCommand):
    help = (
        "Writes invented organisations, centres, audits and answers straight into the tables, to measure with. Into an "
        "empty installation only, unless told otherwise; what is broken off leaves a part behind."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        usual = Size()
        parser.add_argument("--organisations", type=int, default=usual.organisations, metavar="N")
        parser.add_argument("--centres", type=int, default=usual.centres, metavar="N")
        parser.add_argument("--audits", type=int, default=usual.audits, metavar="N", help="110 answers each")
        parser.add_argument("--password", help="with which the invented people sign in; without it nobody can")
        parser.add_argument("--into-existing", action="store_true", help="although there are organisations already")
        parser.add_argument("--json", action="store_true", help="how much was made, as JSON on standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        size = Size(options["organisations"], options["centres"], options["audits"])
        bodies = size.centres // 1_000 or 1
        if size.organisations < bodies + 1 or size.centres < FEWEST or size.audits < FEWEST_AUDITS:
            self._refuse(
                f"At least {bodies + 1} organisations for so many centres, {FEWEST} centres, {FEWEST_AUDITS} audits."
            )
        if not is_empty() and not options["into_existing"]:
            self._refuse("This database holds organisations; invented ones go into an empty one, or --into-existing.")
        start = time.monotonic()
        made = load_scale(size, password=options["password"], at=timezone.now(), say=self.stderr.write)
        made["seconds"] = round(time.monotonic() - start)
        if options["json"]:
            self.stdout.write(json.dumps(made))
        else:
            self.stdout.write("\n".join(f"{count:>12,} {what}" for what, count in made.items()))

    def _refuse(self, message: str) -> None:
        self.stderr.write(message)
        sys.exit(2)

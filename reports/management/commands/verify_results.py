"""``manage.py verify_results FILE.json``: check frozen results of an award from the file alone; touches no database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from reports.checking.__main__ import run

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Exit 0: it holds. 1: it does not. 2: the file cannot be checked, or the certificate cannot be read."""

    help = "Check signature, order and winners of frozen award results, computed again from the scores in the file."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.json", help="the signed results; - reads standard input")
        parser.add_argument("--trust", metavar="CERT.pem", help="certificate of the signer, or of who vouches for it")
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        sys.exit(run(options["file"], options["trust"], as_json=options["json"]))

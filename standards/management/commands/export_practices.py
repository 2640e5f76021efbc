"""``manage.py export_practices STANDARD``: the public practices of a standard as the YAML that load_practices reads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from standards.library import exported
from standards.practice_files import practices_yaml

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Exit 0: written. 1: there is none. 2: the file cannot be written."""

    help = "Write the accepted and adopted practices that may be published as YAML, to standard output or a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("standard", help="code of the standard, such as four-block")
        parser.add_argument("--output", type=Path, help="the file to write; standard output when left out")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = exported(options["standard"])
        if not found:
            self.stderr.write(f"{options['standard']}: no practice may be published.")
            sys.exit(1)
        text = practices_yaml(options["standard"], found)
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["output"].write_text(text, encoding="utf-8")
        except OSError as error:
            self.stderr.write(f"{options['output']}: cannot be written: {error.strerror or error}")
            sys.exit(2)

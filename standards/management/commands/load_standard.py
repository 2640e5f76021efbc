"""``manage.py load_standard FILE``: load an edition, or name every fault with its line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from standards.editions import EditionError
from standards.editions.source import read_bytes
from standards.services import EditionLockedError, edition_load, edition_publish

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Exit 0: loaded or unchanged. 1: published with other content. 2: the file has faults."""

    help = "Load an edition of a standard from its YAML file as a draft; loading it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--publish", action="store_true", help="publish it too: from then on it cannot change")
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            loaded = edition_load(data=read_bytes(options["file"]), at=now)
            edition = edition_publish(edition=loaded.edition, at=now) if options["publish"] else loaded.edition
        except EditionError as error:
            for fault in error.faults:
                self.stderr.write(f"{options['file']}: {fault}")
            sys.exit(2)
        except EditionLockedError as error:
            self.stderr.write(f"{options['file']}: {error}")
            sys.exit(1)
        facts = {
            "code": edition.code,
            "version": edition.version,
            "sha256": edition.sha256,
            "status": str(edition.status),
            "outcome": loaded.outcome,
            "criteria": edition.criteria.count(),
        }
        text = "{code} {version}: {outcome}, {status}, {criteria} criteria, SHA-256 {sha256}".format(**facts)
        self.stdout.write(json.dumps(facts) if options["json"] else text)
